"""Ink that offices put over printed text, where it hurts reading most. None of it is part of the ground truth."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from samples.generator.fiction import Agency, format_short_date
from samples.generator.marks import SEAL_RED, press_name, sign, stamp_fan, stamp_register, stamp_seal
from samples.generator.phrases import invent_day
from samples.generator.sheet import Colour, PlacedLine, Sheet

PENS: tuple[Colour, ...] = ((38, 52, 150), (24, 26, 60), (30, 80, 170), (150, 40, 40))


def seal_the_name(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Press the round seal over the name at the foot of the page, as a hurried clerk does."""
    line = _lowest_right(sheet)
    x, y = _middle_mm(sheet, line)
    stamp_seal(sheet, rng, (x - rng.uniform(2, 14), y + rng.uniform(-6, 4)), agency.seal_top, agency.seal_bottom)


def seal_the_text(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Press a second seal somewhere over the body."""
    x, y = _middle_mm(sheet, rng.choice(sheet.lines))
    stamp_seal(sheet, rng, (x + rng.uniform(-30, 30), y), agency.seal_top, agency.seal_bottom)


def seal_the_edge(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Press fan stamps (dấu giáp lai) on the right edge, one or two."""
    for _ in range(rng.randint(1, 2)):
        stamp_fan(sheet, rng, rng.uniform(60, 240), agency.seal_top, agency.seal_bottom)


def sign_across(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Sign in blue across printed lines."""
    del agency
    x, y = _middle_mm(sheet, rng.choice(sheet.lines))
    sign(sheet, rng, (x + rng.uniform(-25, 25), y), width_mm=rng.uniform(28, 52), colour=rng.choice(PENS))


def register_arrival(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Press a CÔNG VĂN ĐẾN stamp near the head, half beside and half over the text."""
    corner = (rng.uniform(4, 34), rng.uniform(44, 92))
    number, day = str(rng.randint(12, 4800)), format_short_date(invent_day(rng))
    stamp_register(sheet, rng, corner, agency.title[:24], number, day)


def stamp_a_name(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Press a name stamp aslant over the beginnings of two lines, as those do who pass a paper on (bút phê)."""
    del agency
    pairs = [
        upper
        for upper, lower in pairwise(sheet.lines)
        if abs(lower.bbox_px.left - upper.bbox_px.left) < sheet.px(20)
        and 0 < lower.bbox_px.top - upper.bbox_px.top < sheet.px(9)
    ]
    line = rng.choice(pairs or sheet.lines)
    left, foot = line.bbox_px.left * 25.4 / sheet.dpi, line.bbox_px.bottom * 25.4 / sheet.dpi
    middle = left + rng.uniform(-16, 8), foot + rng.uniform(-1, 2)
    press_name(sheet, rng, middle, rng.choice(("Nguyễn Văn Luyến", "Phạm Thị Hoài", "Trần Đình Thụy", "Lê Thị Khuyên")))


def note_in_the_margin(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Scribble a leader's instruction: rows of pen strokes in the margin or between the lines."""
    del agency
    x, y = rng.uniform(14, 40), rng.uniform(60, 250)
    colour = rng.choice(PENS)
    for row in range(rng.randint(1, 3)):
        at = x
        for _ in range(rng.randint(2, 4)):
            width = rng.uniform(7, 15)
            sign(sheet, rng, (at + width / 2, y + 5.5 * row), width_mm=width, colour=colour)
            at += width + 1.5


def underline_by_pen(sheet: Sheet, rng: Random, agency: Agency) -> None:
    """Underline and tick some lines by pen."""
    del agency
    colour = rng.choice((*PENS, SEAL_RED))
    for line in rng.sample(sheet.lines, min(len(sheet.lines), rng.randint(2, 4))):
        left, foot = line.bbox_px.left * 25.4 / sheet.dpi, line.bbox_px.bottom * 25.4 / sheet.dpi
        right = line.bbox_px.right * 25.4 / sheet.dpi
        share = rng.uniform(0.3, 0.9)
        end = left + (right - left) * share
        sheet.rule(left, foot + rng.uniform(-0.4, 0.6), end, foot + rng.uniform(-0.6, 0.9), 0.4, colour)


OVERLAYS = {
    "name": seal_the_name,
    "text": seal_the_text,
    "edge": seal_the_edge,
    "across": sign_across,
    "arrival": register_arrival,
    "stamped": stamp_a_name,
    "note": note_in_the_margin,
    "underline": underline_by_pen,
}


def _lowest_right(sheet: Sheet) -> PlacedLine:
    right = [line for line in sheet.lines if line.bbox_px.left > sheet.image.width * 0.45]
    return max(right or sheet.lines, key=lambda line: line.bbox_px.bottom)


def _middle_mm(sheet: Sheet, line: PlacedLine) -> tuple[float, float]:
    box = line.bbox_px
    return (box.left + box.right) / 2 * 25.4 / sheet.dpi, (box.top + box.bottom) / 2 * 25.4 / sheet.dpi
