"""Papers of the one-stop counter: receipt with appointment, request for completion, fee receipt."""

from __future__ import annotations

import datetime as dt

from samples.generator.draft import Draft
from samples.generator.fiction import format_money, format_short_date
from samples.generator.letterhead import RIGHT_MIDDLE, draw_header, draw_signature, draw_title
from samples.generator.papers.case import Case, fill, finish, list_issue_fields, table
from samples.generator.papers.civil_status import shorten_address
from samples.generator.sheet import Style
from samples.generator.truth import Paper


def draw_giay_tiep_nhan_va_hen_tra(case: Case, parts: tuple[str, ...], procedure: str) -> Paper:
    """Draw the receipt for a dossier with the day of its result; ``parts`` are what was handed in."""
    rng, counter, citizen = case.rng, case.counter, case.citizen
    draft = Draft(case.dpi)
    symbol = "TNHS"
    number = case.dossier_number.rsplit("-", 1)[1]
    draw_header(draft, counter, case.day, number=number, symbol=symbol)
    draw_title(draft, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", rule=False)
    draft.y -= 3
    draft.centre(f"Mã hồ sơ: {case.dossier_number}", Style(13.5, bold=True))
    draft.skip(2)
    fill(draft, ("Trung tâm tiếp nhận hồ sơ của:", citizen.name))
    fill(draft, ("Số định danh cá nhân:", citizen.id_number))
    fill(draft, ("Địa chỉ:", shorten_address(citizen.address)))
    draft.paragraph(f"Nội dung yêu cầu giải quyết: {procedure}.", Style(13), indent_mm=0, after_mm=0.5)
    draft.paragraph("Thành phần hồ sơ nộp gồm:", Style(13), indent_mm=0, after_mm=0.5)
    rows = [("STT", "Tên giấy tờ", "Số lượng", "Hình thức")]
    rows += [(str(index), part, "01", "Bản giấy") for index, part in enumerate(parts, 1)]
    table(draft, (14, 92, 26, 31), rows)
    due = case.day + dt.timedelta(days=rng.randint(3, 20))
    fill(
        draft,
        ("Thời gian nhận hồ sơ:", f"{rng.randint(7, 10):02d} giờ {rng.randint(10, 50)} phút, {format_short_date(case.day)}"),
    )
    fill(draft, ("Thời gian trả kết quả:", f"16 giờ 00 phút, {format_short_date(due)}"))
    fill(draft, ("Đăng ký nhận kết quả tại:", counter.called))
    fill(draft, ("Phí, lệ phí:", "0 đồng"), ("Vào sổ theo dõi hồ sơ, quyển số:", f"01, số thứ tự {int(number)}"))
    draft.need(45)
    top = draft.y + 10
    note = "(Ký và ghi rõ họ tên)"
    draw_signature(draft, rng, top, ("NGƯỜI NỘP HỒ SƠ",), citizen.name, middle=64, note=note)
    draw_signature(
        draft, rng, top, ("NGƯỜI TIẾP NHẬN",), counter.head.name, note=note, seal=(counter.seal_top, counter.seal_bottom)
    )
    fields = list_issue_fields(counter, number, symbol, case.day, None)
    fields |= {"signatory": counter.head.name, "signatory_position": "NGƯỜI TIẾP NHẬN"}
    fields |= {"dossier_number": case.dossier_number, "full_name": citizen.name, "personal_id_number": citizen.id_number}
    return finish(draft, "giay_tiep_nhan_va_hen_tra", fields)


def draw_phieu_yeu_cau_bo_sung(case: Case) -> Paper:
    """Draw the request to complete a dossier."""
    rng, counter, citizen = case.rng, case.counter, case.citizen
    draft = Draft(case.dpi)
    number, symbol = f"{rng.randint(2, 90):02d}", "HDHS"
    draw_header(draft, counter, case.day, number=number, symbol=symbol, hand=case.hand)
    draw_title(draft, "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", rule=False)
    draft.paragraph(f"Hồ sơ của: {citizen.name}; mã hồ sơ: **{case.dossier_number}**.")
    draft.paragraph(f"Địa chỉ: {shorten_address(citizen.address)}; số định danh cá nhân: {citizen.id_number}.")
    draft.paragraph("Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:")
    for text in (
        "1. Tờ khai thiếu chữ ký của người yêu cầu tại trang thứ nhất; đề nghị ký và ghi rõ họ, chữ đệm, tên.",
        "2. Bản chụp giấy tờ tùy thân bị mờ, mất góc; đề nghị xuất trình bản chính để đối chiếu, quét lại.",
        "3. Giấy ủy quyền chưa ghi thời hạn ủy quyền.",
        "Lý do: Hồ sơ chưa đầy đủ theo quy định của thủ tục hành chính đã được công bố, niêm yết công khai.",
        (
            "Trong quá trình hoàn thiện hồ sơ, nếu có vướng mắc, ông (bà) liên hệ Trung tâm trong giờ hành chính để "
            "được hướng dẫn./."
        ),
    ):
        draft.paragraph(text)
    draft.need(45)
    top = draft.y + 8
    draw_signature(
        draft,
        rng,
        top,
        counter.head.powers,
        counter.head.name,
        middle=RIGHT_MIDDLE,
        seal=(counter.seal_top, counter.seal_bottom),
    )
    fields = list_issue_fields(counter, number, symbol, case.day, counter.head)
    fields |= {"dossier_number": case.dossier_number, "full_name": citizen.name, "personal_id_number": citizen.id_number}
    return finish(draft, "phieu_yeu_cau_bo_sung", fields)


def draw_bien_lai(case: Case) -> Paper:
    """Draw a receipt for fees on a sheet of half size."""
    rng, counter, citizen = case.rng, case.counter, case.citizen
    draft = Draft(case.dpi, size_mm=(210.0, 148.0))
    number = f"{rng.randint(100, 9999):07d}"
    draw_header(draft, counter, case.day)
    draw_title(draft, "BIÊN LAI THU PHÍ, LỆ PHÍ", rule=False, size_pt=15)
    draft.y -= 3
    draft.centre(f"Ký hiệu: BL-26T        Số: {number}", Style(12.5))
    draft.skip(1)
    style = Style(12.5)
    fill(draft, ("Người nộp tiền:", citizen.name), style=style)
    fill(draft, ("Địa chỉ:", shorten_address(citizen.address)), style=style)
    fill(draft, ("Lý do nộp:", "Lệ phí đăng ký hộ kinh doanh"), style=style)
    fill(draft, ("Số tiền:", f"{format_money(100_000)} đồng"), ("Hình thức:", "Tiền mặt"), style=style)
    fill(draft, ("Viết bằng chữ:", "Một trăm nghìn đồng chẵn"), style=style)
    top = draft.y + 8
    draw_signature(draft, rng, top, ("NGƯỜI NỘP TIỀN",), citizen.name, middle=64, room=19)
    draw_signature(
        draft, rng, top, ("NGƯỜI THU TIỀN",), counter.head.name, room=19, seal=(counter.seal_top, counter.seal_bottom)
    )
    fields = {"document_number": number, "issue_date": case.day.isoformat(), "issuing_authority": counter.title}
    return finish(draft, "bien_lai", fields | {"full_name": citizen.name})
