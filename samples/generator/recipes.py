"""What a dossier is made of: which papers, in which files, of which format.

A recipe draws nothing itself; it names drawing functions, so that a plan is cheap to make and to test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from samples.generator.degrade import Mode
from samples.generator.dice import Dice
from samples.generator.fiction import Agency, find_counter, invent_child, invent_person
from samples.generator.papers import (
    administrative,
    agreements,
    applications,
    civil_status,
    counter_papers,
    identity,
    permits,
    reports,
    specimens,
)
from samples.generator.papers.case import Case
from samples.generator.truth import Paper

DrawPaper = Callable[[Case], Paper]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file to be: its name inside the dossier's folder, what is in it, and how it is scanned.

    ``rotations`` maps a page (from 1) to the degrees it lies turned; ``versos`` lists pages after which a blank verso was
    scanned too. ``profile`` empty takes the dossier's.
    """

    name: str
    papers: tuple[DrawPaper, ...]
    role: str = "component"
    dpi: int = 200
    mode: Mode = "colour"
    profile: str = ""
    rotations: tuple[tuple[int, int], ...] = ()
    versos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DossierPlan:
    """One dossier to be. ``number`` empty: a loose file that bears no dossier number."""

    number: str
    agency: Agency
    day: dt.date
    seed: int
    files: tuple[FilePlan, ...]
    profile: str = "moderate"
    hand_numbers: bool = False
    expected_outcome: str = "archived"
    citizen_born: tuple[int, int] = (1985, 2002)

    def only(self, file_name: str) -> DossierPlan:
        """Return the plan of one file alone."""
        return replace(self, files=tuple(file for file in self.files if file.name == file_name))


def open_case(plan: DossierPlan, file: FilePlan, index: int) -> Case:
    """Return the case of ``plan`` for the paper ``index`` of ``file``: the same people in all papers of a dossier.

    A result is issued five days after the dossier was received.
    """
    dice = Dice(plan.seed)
    citizen = invent_person(dice, gender="Nam", born=plan.citizen_born, agency=plan.agency)
    partner = invent_person(dice, gender="Nữ", born=plan.citizen_born, agency=plan.agency)
    return Case(
        rng=Dice(f"{plan.seed}/{file.name}/{index}"),
        dpi=file.dpi,
        agency=plan.agency,
        counter=find_counter(plan.agency),
        day=plan.day + dt.timedelta(days=5 if file.role == "result" else 0),
        dossier_number=plan.number,
        citizen=citizen,
        partner=partner,
        child=invent_child(dice, citizen, plan.day - dt.timedelta(days=dice.randint(12, 40))),
        dead=invent_person(dice, born=(1938, 1950), agency=plan.agency),
        hand_numbers=plan.hand_numbers,
    )


def draw_partner(draw: DrawPaper) -> DrawPaper:
    """Return ``draw`` for the other person of the case."""

    def draw_for_partner(case: Case) -> Paper:
        return draw(replace(case, citizen=case.partner, partner=case.citizen))

    return draw_for_partner


def draw_earlier(draw: DrawPaper, days: int) -> DrawPaper:
    """Return ``draw`` for a paper issued ``days`` before the dossier was received."""

    def draw_dated(case: Case) -> Paper:
        return draw(replace(case, day=case.day - dt.timedelta(days=days)))

    return draw_dated


def receive(procedure: str, *parts: str) -> DrawPaper:
    """Return the drawing of the counter's receipt for ``parts``."""

    def draw_receipt(case: Case) -> Paper:
        return counter_papers.draw_giay_tiep_nhan_va_hen_tra(case, parts, procedure)

    return draw_receipt


def draw_type(type_id: str) -> DrawPaper:
    """Return the drawing of a type's specimen."""

    def draw_one(case: Case) -> Paper:
        return specimens.draw_specimen(case, type_id)

    return draw_one


def plan_specimens() -> tuple[FilePlan, ...]:
    """Plan one bitonal scan a type, named after it."""
    drawings = {type_id: draw_type(type_id) for type_id in specimens.list_specimens()}
    drawings["trich_luc_khai_tu"] = civil_status.draw_trich_luc_khai_tu
    return tuple(FilePlan(f"{type_id}.tif", (draw,), mode="bitonal") for type_id, draw in sorted(drawings.items()))


def plan_birth(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Registration of a birth: one PDF to be split, and the certificate."""
    parts = (
        applications.draw_to_khai_dang_ky_khai_sinh,
        draw_partner(identity.draw_can_cuoc),
        draw_earlier(civil_status.draw_giay_chung_nhan_ket_hon, 610),
    )
    receipt = receive("Đăng ký khai sinh", "Tờ khai đăng ký khai sinh", "Bản chụp căn cước", "Giấy chứng nhận kết hôn")
    files = (FilePlan("tiep-nhan.pdf", (receipt,)), FilePlan("thanh-phan-ho-so.pdf", parts))
    result = FilePlan("ket-qua/giay-khai-sinh.pdf", (civil_status.draw_giay_khai_sinh,), "result")
    return (*files, result) if with_result else files


def plan_marriage(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Registration of a marriage: one JPEG a page, the result beside them without a folder of its own."""
    files = (
        FilePlan("01-to-khai.jpg", (applications.draw_to_khai_dang_ky_ket_hon,)),
        FilePlan("02-can-cuoc-nam.jpg", (identity.draw_can_cuoc,)),
        FilePlan("03-can-cuoc-nu.jpg", (draw_partner(identity.draw_can_cuoc),)),
        FilePlan(
            "04-xac-nhan-tinh-trang-hon-nhan.jpg", (draw_earlier(civil_status.draw_giay_xac_nhan_tinh_trang_hon_nhan, 9),)
        ),
    )
    result = FilePlan("05-giay-chung-nhan-ket-hon.pdf", (civil_status.draw_giay_chung_nhan_ket_hon,), "result")
    return (*files, result) if with_result else files


def plan_single_status(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Confirmation of marital status, asked for through someone else."""
    parts = (applications.draw_to_khai_xac_nhan_tinh_trang_hon_nhan, agreements.draw_giay_uy_quyen)
    files = (FilePlan("to-khai.png", parts[:1], mode="gray"), FilePlan("giay-uy-quyen.jpg", parts[1:], rotations=((1, 90),)))
    result = FilePlan("ket-qua/giay-xac-nhan.pdf", (civil_status.draw_giay_xac_nhan_tinh_trang_hon_nhan,), "result")
    return (*files, result) if with_result else files


def plan_death(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Registration of a death."""
    files = (FilePlan("to-khai.jpg", (applications.draw_to_khai_dang_ky_khai_tu,)),)
    result = FilePlan("ket-qua/trich-luc.pdf", (civil_status.draw_trich_luc_khai_tu,), "result")
    return (*files, result) if with_result else files


def plan_business(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Registration of a household business: a bitonal multi-page TIFF with the lease, a fee receipt."""
    parts = (
        applications.draw_giay_de_nghi_dang_ky_ho_kinh_doanh,
        identity.draw_can_cuoc,
        agreements.draw_hop_dong_thue_nha,
    )
    files = (
        FilePlan("ho-so.tif", (parts[0], parts[2]), mode="bitonal"),
        FilePlan("can-cuoc.jpg", parts[1:2]),
        FilePlan("bien-lai.jpg", (counter_papers.draw_bien_lai,)),
    )
    result = FilePlan("ket-qua/gcn-ho-kinh-doanh.pdf", (permits.draw_gcn_dang_ky_ho_kinh_doanh,), "result")
    return (*files, result) if with_result else files


def plan_land(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Registration of a change of land: a contract of three sheets scanned on both sides at 300 dpi."""
    contract = FilePlan(
        "hop-dong-chuyen-nhuong.tif", (agreements.draw_hop_dong_chuyen_nhuong,), dpi=300, mode="bitonal", versos=(1, 2)
    )
    files = (FilePlan("don-dang-ky.pdf", (applications.draw_don_dang_ky_dat_dai,), versos=(1,)), contract)
    result = FilePlan("ket-qua/thong-bao.pdf", (administrative.draw_thong_bao_dat_dai,), "result")
    return (*files, result) if with_result else files


def plan_building(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Building permit."""
    files = (
        FilePlan("don-de-nghi.pdf", (applications.draw_don_de_nghi_cap_giay_phep_xay_dung,), rotations=((2, 180),)),
        FilePlan("can-cuoc.jpg", (identity.draw_can_cuoc,), mode="gray"),
    )
    result = FilePlan("ket-qua/giay-phep-xay-dung.pdf", (permits.draw_giay_phep_xay_dung,), "result", dpi=300)
    return (*files, result) if with_result else files


def plan_allowance(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Monthly allowance: one PDF of application and minutes, and the decision."""
    parts = (applications.draw_don_de_nghi, reports.draw_bien_ban)
    files = (FilePlan("don-va-bien-ban.pdf", parts, versos=(1,)),)
    result = FilePlan("ket-qua/quyet-dinh.pdf", (administrative.draw_quyet_dinh,), "result")
    return (*files, result) if with_result else files


def plan_internal(*, with_result: bool = True) -> tuple[FilePlan, ...]:
    """Papers between agencies: proposal and report, answered by a letter."""
    files = (
        FilePlan("to-trinh.pdf", (reports.draw_to_trinh,)),
        FilePlan("bao-cao.pdf", (reports.draw_bao_cao,), mode="gray"),
    )
    result = FilePlan("ket-qua/cong-van.tif", (administrative.draw_cong_van,), "result", mode="bitonal")
    return (*files, result) if with_result else files


def plan_incomplete(*, with_result: bool = False) -> tuple[FilePlan, ...]:
    """A dossier that was sent back to be completed; it has no result."""
    del with_result
    receipt = receive("Cấp giấy xác nhận tình trạng hôn nhân", "Tờ khai", "Giấy ủy quyền")
    return (
        FilePlan("tiep-nhan.jpg", (receipt,), rotations=((1, 180),)),
        FilePlan("phieu-yeu-cau-bo-sung.pdf", (counter_papers.draw_phieu_yeu_cau_bo_sung,), rotations=((1, 270),)),
    )


RECIPES: tuple[Callable[..., tuple[FilePlan, ...]], ...] = (
    plan_birth,
    plan_marriage,
    plan_single_status,
    plan_death,
    plan_business,
    plan_land,
    plan_building,
    plan_allowance,
    plan_internal,
    plan_incomplete,
)
