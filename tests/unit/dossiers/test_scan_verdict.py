"""What a station is told of a scan."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dossiers.page import QualityFault, QualityVerdict
from dossiers.scan_verdict import (
    HEADING,
    PageGlance,
    PageLabel,
    ScanVerdict,
    VerdictStatus,
    judge_count,
    judge_failure,
    judge_scan,
    read_label,
    tell_finding,
    write_note,
)


def page(
    number: int,
    *faults: QualityFault,
    blank: bool = False,
    label: tuple[int, int | None] | None = None,
    turn_deg: int | None = 0,
    dpi: int = 300,
) -> PageGlance:
    quality = QualityVerdict(dpi, 0.8, 0.8, is_blank=blank, is_colour=True, faults=faults)
    return PageGlance(number, quality, turn_deg, PageLabel(*label) if label else None)


def judge(*pages: PageGlance) -> ScanVerdict:
    return judge_scan(pages, is_finished=True)


def told(verdict: ScanVerdict) -> list[str]:
    return [tell_finding(finding) for finding in verdict.findings]


def test_a_good_scan_is_good() -> None:
    assert judge(page(1), page(2)) == ScanVerdict(VerdictStatus.GOOD, 2, ())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (QualityFault.BLURRED, "mờ"),
        (QualityFault.CUT_EDGE, "bị cắt ở mép"),
        (QualityFault.LOW_CONTRAST, "nhạt"),
        (QualityFault.LOW_DPI, "150 dpi"),
    ],
)
def test_a_fault_asks_for_another_scan_of_its_page(fault: QualityFault, words: str) -> None:
    verdict = judge(page(1), page(2, fault, dpi=150))
    assert verdict.status is VerdictStatus.RESCAN
    (text,) = told(verdict)
    assert text.startswith("Trang 2: ")
    assert words in text


def test_missing_colour_and_a_page_upside_down_are_only_told() -> None:
    verdict = judge(page(1, QualityFault.NOT_COLOUR), page(2, turn_deg=180))
    assert verdict.status is VerdictStatus.GOOD
    assert [finding.code for finding in verdict.findings] == ["not_colour", "upside_down"]


def test_what_is_only_told_of_many_pages_is_told_once() -> None:
    verdict = judge(*(page(number, QualityFault.NOT_COLOUR) for number in (1, 2, 3)))
    (text,) = told(verdict)
    assert text.endswith("(trang 1, 2, 3).")


def test_a_blank_verso_is_as_it_should_be() -> None:
    verdict = judge(page(1), page(2, blank=True), page(3))
    assert verdict.status is VerdictStatus.GOOD
    assert told(verdict) == ["Trang trắng, được giữ nhưng không đọc: 2."]


@pytest.mark.parametrize("blanks", [(1,), (1, 2), (1, 2, 3)])
def test_nothing_but_blanks_was_laid_the_wrong_way_round(blanks: tuple[int, ...]) -> None:
    verdict = judge(*(page(number, blank=True) for number in blanks))
    assert [(finding.code, finding.rescan) for finding in verdict.findings] == [("blank", True)]


@pytest.mark.parametrize("blanks", [{1}, {1, 3}])
def test_blank_fronts_are_the_wrong_side(blanks: set[int]) -> None:
    verdict = judge(*(page(number, blank=number in blanks) for number in (1, 2, 3, 4)))
    assert [(finding.code, finding.rescan) for finding in verdict.findings] == [("wrong_side", True)]


def test_while_it_goes_on_only_what_is_sure_is_told() -> None:
    assert judge_scan([page(1, blank=True)], is_finished=False) == ScanVerdict(VerdictStatus.CHECKING, 1, ())
    assert judge_scan([page(1, QualityFault.BLURRED)], is_finished=False).status is VerdictStatus.RESCAN


@pytest.mark.parametrize(
    ("labels", "missing"),
    [
        ([(1, 3), (2, 3), (3, 3)], []),
        ([(1, 3), (3, 3)], ["Thiếu trang 2 trong 3 trang (theo số in trên giấy)."]),
        ([(1, 4), (2, 4)], ["Thiếu trang 3-4 trong 4 trang (theo số in trên giấy)."]),
        ([None, (2, 3), (3, 3)], []),
        ([(2, 3), (3, 3)], ["Thiếu trang 1 trong 3 trang (theo số in trên giấy)."]),
        ([(1, 3), None, (3, 3)], []),
        ([(1, 2), (2, 2), (1, 3), (3, 3)], ["Thiếu trang 2 trong 3 trang (theo số in trên giấy)."]),
        ([None, (2, None), (4, None)], ["Có thể thiếu trang 3 (theo số in trên giấy)."]),
        ([None, (2, None), None, (4, None)], []),
        ([(2, None), (7, None)], []),
        ([None, None], []),
        ([(1, 5)], []),
    ],
)
def test_missing_pages_are_found_by_the_numbers_printed(
    labels: list[tuple[int, int | None] | None], missing: list[str]
) -> None:
    assert told(judge(*(page(number, label=label) for number, label in enumerate(labels, start=1)))) == missing


def test_blank_pages_bear_no_number() -> None:
    pages = [page(1, label=(1, 2)), page(2, blank=True), page(3, label=(2, 2))]
    assert [finding.code for finding in judge(*pages).findings] == ["blank_pages"]


@pytest.mark.parametrize(("promised", "is_told"), [(2, False), (3, False), (4, True), (1, True)])
def test_a_promised_number_of_pages_is_held_against_the_scan(promised: int, is_told: bool) -> None:
    verdict = judge_count([page(1), page(2), page(3, blank=True)], promised)
    assert (verdict.status is VerdictStatus.RESCAN) is is_told
    assert ("missing_page" in {finding.code for finding in verdict.findings}) is is_told


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Trang 2/5", PageLabel(2, 5)),
        ("trang 12 / 40", PageLabel(12, 40)),
        ("2/5", PageLabel(2, 5)),
        ("3", PageLabel(3)),
        ("- 3 -", PageLabel(3)),
        ("Số: 47/QĐ", None),
        ("01/01/2025", None),
        ("5/2", None),
        ("0", None),
        ("Điều 3", None),
        ("Trang số 2/5", PageLabel(2, 5)),
        ("Tel 1/2 abc", None),
        ("2025", None),
    ],
)
def test_page_numbers_are_read_and_dates_are_not(text: str, label: PageLabel | None) -> None:
    assert read_label(text) == label


def test_the_note_is_in_vietnamese_and_in_local_time() -> None:
    verdict = judge(page(1, QualityFault.BLURRED))
    note = write_note(verdict, "đơn.pdf", datetime(2026, 11, 25, 7, 30, 5, tzinfo=UTC))
    assert note.splitlines()[:4] == [HEADING, "Tệp: đơn.pdf", "Kết luận: CẦN QUÉT LẠI", "Số trang đã xem: 1"]
    assert note.splitlines()[-1] == "Lúc: 14:30:05 25/11/2026"


def test_what_could_not_be_looked_at_says_whose_fault_that_is() -> None:
    assert judge_failure("Tệp rỗng", is_fault_of_file=True, code="input.empty").status is VerdictStatus.RESCAN
    assert judge_failure("lỗi", is_fault_of_file=False, code="internal").status is VerdictStatus.UNCHECKED
