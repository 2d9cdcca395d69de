"""A copy of an identity card: both sides on one sheet, as counters copy them. The card is our own drawing."""

from __future__ import annotations

import datetime as dt
import unicodedata
from random import Random

from samples.generator.draft import Draft
from samples.generator.fiction import format_short_date
from samples.generator.marks import add_photo
from samples.generator.papers.case import Case, finish, list_citizen_fields
from samples.generator.sheet import Colour, Sheet, Style
from samples.generator.truth import Paper

CARD_MM = (128.0, 80.0)  # enlarged half as much again, as copies mostly are
LABEL = Style(8.5, family="LiberationSans", colour=(60, 70, 80))
VALUE = Style(11, bold=True, family="LiberationSans")
RED: Colour = (190, 30, 40)


def draw_can_cuoc(case: Case) -> Paper:
    """Draw front and back of the citizen's card one above the other."""
    draft = Draft(case.dpi)
    sheet, person = draft.sheet, case.citizen
    left = (draft.size_mm[0] - CARD_MM[0]) / 2
    _draw_front(sheet, case, left, 34)
    _draw_back(sheet, case, left, 136)
    draft.y = 220
    fields = {
        **list_citizen_fields(person),
        "issue_date": person.id_issued.isoformat(),
        "issuing_authority": "BỘ CÔNG AN",
    }
    return finish(draft, "can_cuoc_cong_dan", fields)


def _draw_card(sheet: Sheet, left: float, top: float, tint: Colour, line: Colour) -> None:
    corners = [sheet.px(v) for v in (left, top, left + CARD_MM[0], top + CARD_MM[1])]
    sheet.pen.rounded_rectangle(corners, radius=sheet.px(4), fill=tint, outline=(150, 160, 160), width=2)
    for step in range(4, int(CARD_MM[1]) - 2, 3):
        sheet.rule(left + 3, top + step, left + CARD_MM[0] - 3, top + step - 1.2, 0.15, line)


def _draw_front(sheet: Sheet, case: Case, left: float, top: float) -> None:
    person = case.citizen
    _draw_card(sheet, left, top, (226, 240, 236), (206, 226, 222))
    middle = left + 78
    small = Style(9.5, bold=True, family="LiberationSans")
    sheet.put(middle, top + 8, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", small, anchor="m")
    sheet.put(middle, top + 13, "Độc lập - Tự do - Hạnh phúc", small, anchor="m")
    sheet.put(middle, top + 21, "CĂN CƯỚC", Style(15, bold=True, family="LiberationSans", colour=RED), anchor="m")
    _draw_star(sheet, left + 16, top + 13)
    add_photo(sheet, case.rng, left + 5, top + 27, 32, 42)
    x = left + 42
    sheet.put(x, top + 30, "Số định danh cá nhân / Personal identification number", LABEL)
    sheet.put(x, top + 37, person.id_number, Style(15, bold=True, family="LiberationSans"))
    sheet.put(x, top + 44, "Họ, chữ đệm và tên khai sinh / Full name", LABEL)
    sheet.put(x, top + 50, person.name.upper(), VALUE)
    with sheet.row():
        sheet.put(x, top + 57, "Ngày, tháng, năm sinh / Date of birth:", LABEL)
        sheet.put(x + 54, top + 57, format_short_date(person.birth), VALUE)
    with sheet.row():
        sheet.put(x, top + 64, "Giới tính / Sex:", LABEL)
        sheet.put(x + 23, top + 64, person.gender, VALUE)
        sheet.put(x + 33, top + 64, "Quốc tịch / Nationality:", LABEL)
        sheet.put(x + 64.5, top + 64, "Việt Nam", VALUE)


def _draw_back(sheet: Sheet, case: Case, left: float, top: float) -> None:
    person = case.citizen
    _draw_card(sheet, left, top, (236, 238, 226), (220, 224, 206))
    x = left + 6
    sheet.put(x, top + 9, "Nơi cư trú / Place of residence", LABEL)
    sheet.put(x, top + 15, person.home, VALUE)
    sheet.put(x, top + 23, "Nơi đăng ký khai sinh / Place of birth", LABEL)
    sheet.put(x, top + 29, person.home, VALUE)
    expiry = dt.date(person.birth.year + (60 if person.birth.year < 1986 else 40), person.birth.month, person.birth.day)
    with sheet.row():
        sheet.put(x, top + 37, "Ngày, tháng, năm cấp:", LABEL)
        sheet.put(x + 36, top + 37, format_short_date(person.id_issued), VALUE)
    with sheet.row():
        sheet.put(x, top + 44, "Ngày, tháng, năm hết hạn / Date of expiry:", LABEL)
        sheet.put(x + 60, top + 44, format_short_date(expiry), VALUE)
    sheet.put(left + 104, top + 50, "BỘ CÔNG AN", Style(10, bold=True, family="LiberationSans"), anchor="m")
    sheet.frame(left + 92, top + 8, left + 116, top + 32, 0.3, (90, 90, 90))
    _draw_code(sheet, case.rng, left + 94, top + 10, 20)
    given = person.name.split()
    plain = "".join(_strip_tone(part).upper() + "<" for part in given)
    code = Style(11.5, family="LiberationSans")
    for row, text in enumerate((f"IDVNM{person.id_number[3:]}8{person.id_number}<<5", plain.ljust(30, "<")[:30])):
        sheet.put(x, top + 64 + 7 * row, text, code)


def _draw_code(sheet: Sheet, rng: Random, left: float, top: float, side: float) -> None:
    """Draw a square of dots where a card has its QR code; it encodes nothing."""
    cell = side / 25
    for row in range(25):
        for column in range(25):
            corner = (row < 7 or row > 17) and (column < 7 or column > 17) and not (row > 17 and column > 17)
            ring = min(row % 18, 6 - row % 18, column % 18, 6 - column % 18)
            if (ring != 1) if corner else rng.random() < 0.48:
                corners = [sheet.px(v) for v in (left + column * cell, top + row * cell)]
                sheet.pen.rectangle((*corners, corners[0] + sheet.px(cell), corners[1] + sheet.px(cell)), fill=(40, 40, 46))


def _draw_star(sheet: Sheet, x: float, y: float) -> None:
    sheet.pen.ellipse([sheet.px(v) for v in (x - 7, y - 7, x + 7, y + 7)], fill=(214, 60, 50), outline=(200, 160, 60), width=3)
    sheet.put(x, y + 3.4, "★", Style(26, family="DejaVuSans", colour=(244, 208, 70)), anchor="m", truth=False)


def _strip_tone(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
