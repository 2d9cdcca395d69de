"""Find the printed "tháng" that the reader ran together with the handwriting on both its sides ("2/háng0")."""

from __future__ import annotations

from dataclasses import replace

from ocr.handwriting.anchors import Anchor, Gap
from ocr.handwriting.cells import Cell, Ink, cut_gap_row, find_cell
from ocr.handwriting.digits import DAYS, MONTHS, judge_strip
from ocr.handwriting.metrics import CAPITAL_HEIGHT, measure
from ocr.handwriting.strip import make_strip
from ocr.page_image import Pixels

MOST_PLACES = 14
NEARLY_BEST = 0.6  # of the best share: of such places the last counts, or half a day would do ("2" of "28")


def place_month_word(pixels: Pixels, day: Gap, month: Gap) -> tuple[Gap, Gap]:
    """Return both gaps with the word between them where day and month then read best.

    The word's width is known from the print's size; every shape of ink may be its first letter.
    """
    row = cut_gap_row(pixels, day)
    width = measure("tháng") * row.capital_px / CAPITAL_HEIGHT
    first = day.before.left_px + measure("ngày") * row.capital_px / CAPITAL_HEIGHT + 0.3 * row.capital_px
    last = month.after.left_px - width
    lefts = {row.left_px + shape.left for shape in row.shapes if shape.height >= 0.5 * row.capital_px}
    places = sorted(place for place in lefts if first <= place <= last)[:MOST_PLACES]
    tried = []
    for place in places:
        word = Anchor(month.before.start, month.before.end, place, round(place + width), is_whole=True)
        gaps = replace(day, after=word, is_guessed=True), replace(month, before=word, is_guessed=True)
        share = _judge(find_cell(pixels, gaps[0], row), DAYS) * _judge(find_cell(pixels, gaps[1], row), MONTHS)
        tried.append((share, gaps))
    best = max((share for share, _ in tried), default=0.0)
    return next((gaps for share, gaps in reversed(tried) if share > 0 and share >= NEARLY_BEST * best), (day, month))


def _judge(cell: Cell, allowed: tuple[str, ...]) -> float:
    if cell.ink is Ink.EMPTY:
        return 0.0
    return judge_strip(make_strip(cell.darkness, cell.least_height_px), allowed, is_quick=True)[1]
