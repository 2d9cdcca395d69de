"""Civil-status papers: birth and marriage certificates, marital-status confirmation, extract of death."""

from __future__ import annotations

import datetime as dt

from samples.generator.draft import Draft, Margins
from samples.generator.fiction import Agency, Person, format_long_date, format_short_date
from samples.generator.letterhead import RIGHT_MIDDLE, draw_closing, draw_header, draw_nation_only, draw_signature, draw_title
from samples.generator.papers.case import Case, fill, finish, list_citizen_fields, list_issue_fields
from samples.generator.sheet import Colour, Sheet, Style
from samples.generator.truth import Paper

RED: Colour = (190, 28, 40)
ENTRY = Style(13)


def draw_giay_khai_sinh(case: Case) -> Paper:
    """Draw a birth certificate on its ornamented form."""
    rng, agency, mother, father, child = case.rng, case.agency, case.partner, case.citizen, case.child
    number = f"{rng.randint(20, 400)}/{case.day.year}"
    draft = _begin_certificate(case, "GIẤY KHAI SINH", agency, number)
    fill(draft, ("Họ, chữ đệm, tên:", child.name.upper()), style=ENTRY)
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(child.birth)), ("Giới tính:", child.gender), style=ENTRY)
    fill(draft, ("Ghi bằng chữ:", _spell_date(child.birth)), style=Style(12.3))
    fill(draft, ("Dân tộc:", "Kinh"), ("Quốc tịch:", "Việt Nam"), style=ENTRY)
    fill(draft, ("Nơi sinh:", "Bệnh viện Đa khoa khu vực An Bình, tỉnh An Giang"), style=ENTRY)
    fill(draft, ("Quê quán:", father.home), style=ENTRY)
    fill(draft, ("Số định danh cá nhân:", child.id_number), style=ENTRY)
    for parent, label in ((mother, "mẹ"), (father, "cha")):
        draft.skip(1.5)
        fill(draft, (f"Họ, chữ đệm, tên người {label}:", parent.name), style=ENTRY)
        fill(draft, ("Năm sinh:", str(parent.birth.year)), ("Dân tộc:", "Kinh"), ("Quốc tịch:", "Việt Nam"), style=ENTRY)
        fill(draft, ("Nơi cư trú:", shorten_address(parent.address)), style=ENTRY)
    draft.skip(1.5)
    fill(draft, ("Họ, chữ đệm, tên người đi khai sinh:", father.name), style=ENTRY)
    fill(draft, ("Giấy tờ tùy thân:", f"Căn cước số {father.id_number}"), style=ENTRY)
    fill(draft, ("Nơi đăng ký khai sinh:", agency.called), style=ENTRY)
    fill(draft, ("Ngày, tháng, năm đăng ký:", format_short_date(case.day)), style=ENTRY)
    _sign_certificate(draft, case, agency, "NGƯỜI KÝ GIẤY KHAI SINH")
    fields = list_issue_fields(agency, number, "", case.day, agency.head)
    return finish(draft, "giay_khai_sinh", fields | list_citizen_fields(child))


def draw_giay_chung_nhan_ket_hon(case: Case) -> Paper:
    """Draw a marriage certificate: wife and husband in two columns, both sign."""
    rng, agency = case.rng, case.agency
    husband, wife = sorted((case.citizen, case.partner), key=lambda person: person.gender)
    number = f"{rng.randint(10, 260)}/{case.day.year}"
    draft = _begin_certificate(case, "GIẤY CHỨNG NHẬN KẾT HÔN", agency, number)
    columns = (draft.left, draft.middle + 1)
    top = draft.y
    for x, word, person in ((columns[0], "vợ", wife), (columns[1], "chồng", husband)):
        draft.y = _fill_column(draft, x, top, _describe_spouse(person, word))
    draft.skip(2)
    fill(draft, ("Nơi đăng ký kết hôn:", agency.called), style=ENTRY)
    fill(draft, ("Ngày, tháng, năm đăng ký:", format_short_date(case.day)), style=ENTRY)
    top = draft.y + 10
    draw_signature(draft, rng, top, ("VỢ",), wife.name, middle=64, note="(Ký, ghi rõ họ tên)", room=20)
    draft.y = draw_signature(draft, rng, top, ("CHỒNG",), husband.name, note="(Ký, ghi rõ họ tên)", room=20)
    _sign_certificate(draft, case, agency, "NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN")
    fields = list_issue_fields(agency, number, "", case.day, agency.head)
    return finish(draft, "giay_chung_nhan_ket_hon", fields)


def draw_giay_xac_nhan_tinh_trang_hon_nhan(case: Case) -> Paper:
    """Draw the confirmation of marital status."""
    rng, agency, citizen = case.rng, case.agency, case.citizen
    draft = Draft(case.dpi)
    number, symbol = str(rng.randint(20, 700)), f"{agency.short}-XNTTHN"
    draw_header(draft, agency, case.day, number=number, symbol=symbol, hand=case.hand)
    draw_title(draft, "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN")
    draft.paragraph(
        "Xét đề nghị của ông/bà: " + citizen.name + f", về việc cấp Giấy xác nhận tình trạng hôn nhân cho {citizen.name};"
    )
    draft.centre("XÁC NHẬN:", Style(13.5, bold=True))
    draft.skip(2)
    fill(draft, ("Họ, chữ đệm, tên:", citizen.name.upper()))
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(citizen.birth)), ("Giới tính:", citizen.gender))
    fill(draft, ("Dân tộc:", citizen.ethnicity), ("Quốc tịch:", "Việt Nam"))
    fill(draft, ("Giấy tờ tùy thân:", f"Căn cước số {citizen.id_number}"))
    fill(draft, ("Nơi cư trú:", shorten_address(citizen.address)))
    fill(draft, ("Tình trạng hôn nhân:", "Hiện tại chưa đăng ký kết hôn với ai."))
    draft.skip(2)
    draft.paragraph(
        "Giấy này có giá trị sử dụng trong thời hạn 06 tháng kể từ ngày cấp, được sử dụng để: làm thủ tục đăng ký kết hôn với "
        f"{case.partner.name}, sinh năm {case.partner.birth.year}, số định danh cá nhân {case.partner.id_number}."
    )
    draw_closing(draft, rng, ("- Như trên;", "- Lưu: VT, HT."), agency)
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head)
    return finish(
        draft,
        "giay_xac_nhan_tinh_trang_hon_nhan",
        fields | list_citizen_fields(citizen),
    )


def draw_trich_luc_khai_tu(case: Case) -> Paper:
    """Draw an extract of the register of deaths."""
    rng, agency = case.rng, case.agency
    dead, day = case.dead, case.day - dt.timedelta(days=7)
    number, symbol = str(rng.randint(12, 210)), "TLKT-BS"
    draft = Draft(case.dpi)
    draw_header(draft, agency, case.day, number=number, symbol=symbol, hand=case.hand)
    draw_title(draft, "TRÍCH LỤC KHAI TỬ", ("(BẢN SAO)",))
    fill(draft, ("Họ, chữ đệm, tên:", dead.name.upper()))
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(dead.birth)), ("Giới tính:", dead.gender))
    fill(draft, ("Dân tộc:", dead.ethnicity), ("Quốc tịch:", "Việt Nam"))
    fill(draft, ("Số định danh cá nhân:", dead.id_number))
    fill(draft, ("Nơi cư trú cuối cùng:", shorten_address(dead.address)))
    fill(draft, ("Đã chết vào lúc:", f"05 giờ 30 phút, {format_long_date(day)}"))
    fill(draft, ("Nơi chết:", "Tại nhà, " + dead.home))
    fill(draft, ("Nguyên nhân chết:", "Bệnh già"))
    fill(draft, ("Đăng ký khai tử tại:", agency.called))
    fill(draft, ("Số:", f"{rng.randint(10, 90)}/{case.day.year}"), ("ngày đăng ký:", format_short_date(case.day)))
    draft.skip(2)
    draft.paragraph(f"__Thực hiện trích lục từ: Sổ đăng ký khai tử năm {case.day.year}.__")
    draw_closing(draft, rng, (), agency)
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head)
    return finish(draft, "trich_luc_khai_tu", fields | list_citizen_fields(dead))


def _begin_certificate(case: Case, title: str, agency: Agency, number: str) -> Draft:
    draft = Draft(case.dpi, Margins(top=24, left=28, right=22))
    _draw_ornament(draft.sheet)
    draw_nation_only(draft)
    draft.y += 7
    draft.centre(title, Style(21, bold=True, colour=RED))
    draft.y += 4
    draft.sheet.put(draft.middle, draft.y + 3, f"Số: {number}", Style(13), anchor="m")
    draft.y += 6
    return draft


def _draw_ornament(sheet: Sheet) -> None:
    """Draw a double frame with a row of small lozenges, on a pale pattern."""
    width, height = sheet.size_mm
    for row in range(14, int(height) - 13, 6):
        for column in range(14, int(width) - 13, 6):
            shift = 3 if (row // 6) % 2 else 0
            sheet.rule(column + shift, row, column + shift + 1.4, row + 1.4, 0.2, (250, 236, 222))
            sheet.rule(column + shift + 1.4, row, column + shift, row + 1.4, 0.2, (250, 236, 222))
    sheet.frame(10, 10, width - 10, height - 10, 0.8, RED)
    sheet.frame(14, 14, width - 14, height - 14, 0.3, RED)
    for step in range(12, int(width) - 11, 4):
        _draw_lozenge(sheet, step, 12)
        _draw_lozenge(sheet, step, height - 12)
    for step in range(16, int(height) - 13, 4):
        _draw_lozenge(sheet, 12, step)
        _draw_lozenge(sheet, width - 12, step)


def _draw_lozenge(sheet: Sheet, x: float, y: float) -> None:
    points = [(sheet.px(x + dx), sheet.px(y + dy)) for dx, dy in ((-1.2, 0), (0, -1.2), (1.2, 0), (0, 1.2))]
    sheet.pen.polygon(points, outline=(214, 120, 90), fill=(246, 214, 180))


def _sign_certificate(draft: Draft, case: Case, agency: Agency, label: str) -> None:
    head = agency.head
    draft.y = draw_signature(
        draft,
        case.rng,
        draft.y + 10,
        (label, *head.powers),
        head.name,
        middle=RIGHT_MIDDLE - 4,
        seal=(agency.seal_top, agency.seal_bottom),
    )


def _describe_spouse(person: Person, word: str) -> tuple[str, ...]:
    return (
        f"Họ, chữ đệm, tên {word}:",
        person.name.upper(),
        f"Ngày sinh: {format_short_date(person.birth)}",
        "Dân tộc: Kinh. Quốc tịch: Việt Nam",
        f"Nơi cư trú: {person.home}",
        "Giấy tờ tùy thân: Căn cước",
        f"số {person.id_number}",
    )


def _fill_column(draft: Draft, x: float, y: float, texts: tuple[str, ...]) -> float:
    """Write one column, which reads on its own, and return its last baseline."""
    for text in texts:
        y += 7
        draft.sheet.put(x, y, text, Style(11.6, bold=text.isupper()))
    return y


def shorten_address(address: str) -> str:
    """Leave out house and street, to fit a form's row."""
    rest = address.split(", ", 2)[2]
    return rest[0].upper() + rest[1:]


_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _spell_date(day: dt.date) -> str:
    year = f"hai nghìn không trăm {_spell_below_hundred(day.year - 2000)}"
    month = "tư" if day.month == 4 else _spell_below_hundred(day.month)
    return f"Ngày {_spell_below_hundred(day.day)}, tháng {month}, năm {year}"


def _spell_below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _ONES[ones]
    last = {0: "", 5: " lăm"}.get(ones, " " + _ONES[ones])
    if tens == 1:
        return "mười" + last
    last = " mốt" if ones == 1 else last
    return f"{_ONES[tens]} mươi{last}"
