"""The cells of an administrative document (NĐ 30/2020, Appendix I): header, title, recipients, signature."""

from __future__ import annotations

import datetime as dt
from random import Random

from samples.generator.draft import Draft
from samples.generator.fiction import Agency, Official, format_long_date
from samples.generator.marks import sign, stamp_seal, write_digits
from samples.generator.sheet import Style

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LEFT_MIDDLE = 61.0
RIGHT_MIDDLE = 147.0
_ROW = 5.6


def draw_header(
    draft: Draft,
    agency: Agency,
    day: dt.date,
    *,
    number: str = "",
    symbol: str = "",
    about: tuple[str, ...] = (),
    place: str = "",
    hand: Random | None = None,
) -> None:
    """Draw agency, number and V/v at the left, nation, motto, place and date at the right.

    With ``hand`` the number and the day are written by pen, as most offices still do.
    """
    sheet, top = draft.sheet, draft.y + 2
    y = top
    for text in agency.superior:
        sheet.put(LEFT_MIDDLE, y, text, Style(12.5), anchor="m")
        y += _ROW
    for text in agency.own:
        sheet.put(LEFT_MIDDLE, y, text, Style(12.5, bold=True), anchor="m")
        y += _ROW
    half = sheet.measure_mm(agency.own[-1], Style(12.5, bold=True)) / 5
    sheet.rule(LEFT_MIDDLE - half, y - 3.9, LEFT_MIDDLE + half, y - 3.9)
    date_row = max(y + 1.8, top + 2 * _ROW + 3.2)
    y = date_row
    if symbol:
        _draw_number(draft, y, number, symbol, hand)
        y += _ROW
    for text in about:
        sheet.put(LEFT_MIDDLE, y, text, Style(12), anchor="m")
        y += _ROW - 0.6
    _draw_nation(draft, top)
    _draw_date(draft, date_row, place or agency.place, day, hand)
    draft.y = max(y, date_row) + 1.5


def draw_nation_only(draft: Draft, *, middle: float | None = None) -> None:
    """Draw nation and motto centred, as on an application by a citizen."""
    _draw_nation(draft, draft.y + 2, middle if middle is not None else draft.middle)
    draft.y += 14


def _draw_nation(draft: Draft, y: float, middle: float = RIGHT_MIDDLE) -> None:
    sheet = draft.sheet
    sheet.put(middle, y, NATION, Style(12.5, bold=True), anchor="m")
    sheet.put(middle, y + _ROW, MOTTO, Style(13.5, bold=True), anchor="m")
    half = sheet.measure_mm(MOTTO, Style(13.5, bold=True)) / 2
    sheet.rule(middle - half, y + _ROW + 1.8, middle + half, y + _ROW + 1.8)


def _draw_number(draft: Draft, y: float, number: str, symbol: str, hand: Random | None) -> None:
    sheet, style = draft.sheet, Style(13)
    if hand is None:
        sheet.put(LEFT_MIDDLE, y, f"Số: {number}/{symbol}", style, anchor="m")
        return
    x = LEFT_MIDDLE - 20
    with sheet.row():
        sheet.put(x, y, "Số:", style)
        end = write_digits(sheet, hand, x + 8.5, y, number)
        sheet.put(max(end + 0.5, x + 18), y, f"/{symbol}", style)


def _draw_date(draft: Draft, y: float, place: str, day: dt.date, hand: Random | None) -> None:
    sheet, style = draft.sheet, Style(13, italic=True)
    text = f"{place}, {format_long_date(day)}"
    if hand is None:
        sheet.put(RIGHT_MIDDLE, y, text, style, anchor="m")
        return
    before, after = f"{place}, ngày", text.split(f"ngày {day.day:02d} ")[1]
    x = RIGHT_MIDDLE - 36
    with sheet.row():
        sheet.put(x, y, before, style)
        x += sheet.measure_mm(before, style) + 1.5
        x = write_digits(sheet, hand, x, y, f"{day.day:02d}") + 1
        sheet.put(x, y, after, style)


def draw_title(draft: Draft, title: str, about: tuple[str, ...] = (), *, rule: bool = True, size_pt: float = 14.0) -> None:
    """Draw the kind of document and its abstract, centred, with a rule beneath."""
    draft.y += 1.5
    draft.centre(title, Style(size_pt, bold=True))
    for text in about:
        draft.centre(text, Style(14, bold=True))
    if rule:
        half = draft.sheet.measure_mm(about[-1] if about else title, Style(14, bold=True)) / 5
        draft.sheet.rule(draft.middle - half, draft.y + 2, draft.middle + half, draft.y + 2)
    draft.y += 5.5


def draw_closing(
    draft: Draft, rng: Random, recipients: tuple[str, ...], agency: Agency, official: Official | None = None
) -> None:
    """Draw recipients at the lower left and the signature with its seal at the lower right."""
    official = official or agency.head
    draft.need(max(42 + 5.4 * len(official.powers), 10 + 4.8 * len(recipients)))
    top = draft.y + 8
    y = top
    if recipients:
        draft.sheet.put(draft.left, y, "Nơi nhận:", Style(12, bold=True, italic=True))
        for text in recipients:
            y += 4.7
            draft.sheet.put(draft.left, y, text, Style(11))
    end = draw_signature(draft, rng, top, official.powers, official.name, seal=(agency.seal_top, agency.seal_bottom))
    draft.y = max(y, end)


def draw_signature(
    draft: Draft,
    rng: Random,
    top: float,
    powers: tuple[str, ...],
    name: str,
    *,
    middle: float = RIGHT_MIDDLE,
    seal: tuple[str, str] | None = None,
    note: str = "",
    room: float = 25.0,
) -> float:
    """Draw powers, pen signature, seal over a third of it, and name; return the name's baseline."""
    sheet, y = draft.sheet, top
    for number, text in enumerate(powers):
        sheet.put(middle, y + 5.4 * number, text, Style(13, bold=True), anchor="m")
    y += 5.4 * (len(powers) - 1)
    if note:
        y += 5
        sheet.put(middle, y, note, Style(12, italic=True), anchor="m")
    sheet.put(middle, y + room, name, Style(13.5, bold=True), anchor="m")
    sign(sheet, rng, (middle + rng.uniform(-2, 5), y + room * 0.52), width_mm=rng.uniform(30, 38))
    if seal is not None:
        stamp_seal(sheet, rng, (middle - rng.uniform(15, 18), y + room * 0.5), *seal)
    return y + room
