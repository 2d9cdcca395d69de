"""The header cells of a page: where number, day and month stand, and whether print, a hand or nothing is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.handwriting.anchors import Anchor, Gap
from ocr.handwriting.metrics import CAPITAL_HEIGHT, DIGIT_ADVANCE, measure
from ocr.handwriting.row import BLUE_EXCESS, Row, Shape, cut_row, find_slash
from ocr.page_image import Pixels, as_pixels

# In heights of a printed capital, measured from the baseline up.
HIGHEST, LOWEST = 2.0, -1.0
CORE_TOP, CORE_FOOT = 1.55, -0.55  # where the middle of a written digit can be
LEAST_DIGIT = 0.45
SPECK = 0.2
SLASH_TOLERANCE = 0.4  # how far before the place that the symbol's width gives a slash may stand
LABEL_WIDTH = measure("Số:") / CAPITAL_HEIGHT
COLON_AT = (measure("Số") + 0.14) / CAPITAL_HEIGHT
PRINT_TOLERANCE = 0.15
SURE_PRINT_CONFIDENCE = 0.5


class Ink(StrEnum):
    """What a cell holds."""

    EMPTY = "empty"
    PRINTED = "printed"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Cell:
    """A header cell. ``darkness`` (255 = ink) holds only the cell's own ink, cut to ``bbox_px`` of the upright page.

    ``least_height_px`` is how low a digit may be. ``gap`` says between which words the cell stands,
    ``has_sure_edges`` is False when a digit may have been cut off or a letter be in it.
    """

    kind: str
    ink: Ink
    bbox_px: BoxPx
    darkness: Pixels
    least_height_px: float
    gap: Gap
    has_sure_edges: bool


def find_cell(pixels: Pixels, gap: Gap, row: Row | None = None) -> Cell:
    """Find what stands in a gap of an upright, level page (uint8, gray or BGR), on its ``row`` if that is cut out already."""
    cell = _find_cell(row or cut_gap_row(pixels, gap), gap)
    if cell.ink is Ink.EMPTY and pixels.ndim == 3:
        # Red ink is lifted like a seal's; a number stamped in red is then all that was there.
        red = _find_cell(cut_gap_row(pixels, gap, keeps_red=True), gap)
        return red if red.ink is Ink.WRITTEN else cell
    return cell


def cut_gap_row(pixels: Pixels, gap: Gap, *, keeps_red: bool = False) -> Row:
    """Cut out the row on which a gap is."""
    return cut_row(pixels, gap.line.bbox_px, _list_print_spans(gap), keeps_red=keeps_red)


def _find_cell(row: Row, gap: Gap) -> Cell:
    left, foot, head, is_sure = _find_edges(row, gap)
    mask, kept = _choose_shapes(row, left, foot, head)
    if not kept:
        line = gap.line.bbox_px
        right = row.left_px + max(round(foot), round(left) + 1)
        box = BoxPx(row.left_px + round(left), line.top, right, line.bottom)
        return Cell(gap.kind, Ink.EMPTY, box, np.zeros((1, 1), np.uint8), 1.0, gap, is_sure)
    edges = (min(s.left for s in kept), min(s.top for s in kept), max(s.right for s in kept), max(s.bottom for s in kept))
    x1, y1, x2, y2 = edges
    darkness = as_pixels(np.where(mask, row.ink, 0)[y1:y2, x1:x2])
    ink = Ink.PRINTED if _is_printed(row, kept, gap) else Ink.WRITTEN
    return Cell(gap.kind, ink, row.box_on_page(*edges), darkness, LEAST_DIGIT * row.capital_px, gap, is_sure)


def _list_print_spans(gap: Gap) -> list[tuple[int, int]]:
    """Return the edges of what is printed in capitals or digits on the gap's line: the symbol, or the year."""
    if gap.kind == "number":
        return [(gap.after.left_px, gap.after.right_px)]
    years = [word.bbox_px for word in gap.line.words if re.fullmatch(r"\W?(?:19|20)\d{2}\W?", word.text)]
    return [(box.left, box.right) for box in years[-1:]]


def _find_edges(row: Row, gap: Gap) -> tuple[float, float, float, bool]:
    """Return the cell's left edge, its right edge on the baseline and at a capital's height, and whether they are sure."""
    after = gap.after.left_px - row.left_px
    if gap.kind != "number":
        left = _find_word_end(row, gap)
        is_placed = gap.is_guessed and gap.kind == "day"  # at a shape's own edge
        right = max(left, float(after) if is_placed else _move_to_paper(row, after))
        return left, right, right, not gap.is_guessed
    left = _find_label_end(row, gap.before)
    capital = row.capital_px
    by_width = _place_symbol(row, gap)
    if not gap.is_slashed or gap.after.is_whole:
        near = after if gap.is_slashed else after - 0.45 * capital
        slash = find_slash(row, near, 0.5 * capital, 0.8 * capital)
    else:
        near = by_width
        slash = find_slash(row, near, SLASH_TOLERANCE * capital, 0.8 * capital)
        slash = slash or find_slash(row, near, 2.2 * capital, 1.2 * capital)
    if slash is None:
        return left, near, near, gap.after.is_whole and gap.is_slashed
    thick = 0.06 * capital + 1
    # A stroke of the last digit looks much like a slash; the symbol's width tells them apart.
    is_sure = by_width - slash[0] <= SLASH_TOLERANCE * capital
    return left, slash[0] - thick, slash[1] - thick, is_sure


def _place_symbol(row: Row, gap: Gap) -> float:
    """Return where the symbol begins by its end and the width of its letters."""
    text = gap.line.text[gap.after.start : gap.after.end]
    text = text if gap.is_slashed else f"/{text}"
    return gap.after.right_px - row.left_px - measure(text) * row.capital_px / CAPITAL_HEIGHT


def _find_label_end(row: Row, label: Anchor) -> float:
    """Return where "Số:" ends: at its colon, else where a colon would stand."""
    start = label.left_px - row.left_px
    capital = row.capital_px
    dots = [
        shape
        for shape in row.shapes
        if max(shape.width, shape.height) <= 0.36 * capital
        and min(shape.width, shape.height) >= 0.04 * capital
        and abs((shape.left + shape.right) / 2 - start - COLON_AT * capital) < 0.6 * capital
        and row.baseline_px - 0.85 * capital < (shape.top + shape.bottom) / 2 < row.baseline_px + 0.12 * capital
    ]
    pairs = [
        (one, other)
        for one in dots
        for other in dots
        if other.top > one.bottom and abs(one.left - other.left) <= 0.16 * capital and other.top - one.top < 0.8 * capital
    ]
    if pairs:
        return float(max(max(one.right, other.right) for one, other in pairs) + 1)
    expected = start + LABEL_WIDTH * capital
    return min(expected, float(label.right_px - row.left_px + 1)) if label.is_whole else expected


def _find_word_end(row: Row, gap: Gap) -> float:
    """Return where the word before a day or month ends: its box's edge, or where its letters end by their widths."""
    text = "ngày" if gap.kind == "day" else "tháng"
    start = gap.before.left_px - row.left_px
    expected = start + measure(text) * row.capital_px / CAPITAL_HEIGHT
    given = float(gap.before.right_px - row.left_px)
    near = given if gap.before.is_whole and abs(given - expected) < 0.35 * row.capital_px else expected
    return _move_to_paper(row, near)


def _move_to_paper(row: Row, near_px: float) -> float:
    """Move an edge to the lightest column nearby, between baseline and the height of small letters."""
    reach = max(1, round(0.3 * row.capital_px))
    top, foot = max(0, round(row.baseline_px - row.capital_px)), max(1, round(row.baseline_px))
    columns = row.ink[top:foot].astype(np.float32).sum(axis=0)
    x = round(near_px)
    first, last = max(0, x - reach), min(len(columns), x + reach + 1)
    if last <= first:
        return near_px
    distance = np.abs(np.arange(first, last) - x)
    cost = columns[first:last] + 255 * 0.04 * distance
    return float(first + int(cost.argmin()))


def _choose_shapes(row: Row, left: float, foot: float, head: float) -> tuple[NDArray[np.bool_], list[Shape]]:
    """Return the mask of the cell's own ink, and its shapes cut to the cell."""
    height, width = row.ink.shape
    capital, baseline = row.capital_px, row.baseline_px
    ys = np.arange(height)
    slope = (head - foot) / capital
    limit = foot + (baseline - ys) * slope if slope else np.full(height, foot)
    inside = (np.arange(width)[None, :] >= left) & (np.arange(width)[None, :] < limit[:, None])
    mask = np.zeros((height, width), bool)
    found = []
    for shape in row.shapes:
        part = row.labels[shape.top : shape.bottom, shape.left : shape.right] == shape.label
        room = inside[shape.top : shape.bottom, shape.left : shape.right]
        within = int((part & room).sum())
        if within == 0:
            continue
        is_whole = within >= 0.7 * shape.area
        # What mostly stands outside is print next to the cell; of what crosses an edge only the part inside is taken.
        ours = part if is_whole and shape.right <= limit.max() + 0.3 * capital else part & room
        if not is_whole and within < 0.25 * shape.area and within < (0.3 * capital) ** 2:
            continue
        rows, columns = np.flatnonzero(ours.any(axis=1)), np.flatnonzero(ours.any(axis=0))
        piece = Shape(
            shape.label,
            shape.left + int(columns[0]),
            shape.top + int(rows[0]),
            shape.left + int(columns[-1]) + 1,
            shape.top + int(rows[-1]) + 1,
            int(ours.sum()),
        )
        found.append((piece, ours, (shape.top, shape.left)))
    kept = _drop_letter(_drop_strangers([piece for piece, _, _ in found], capital, baseline, height), left, row)
    for piece, ours, (top, start) in found:
        if piece in kept:
            mask[top : top + ours.shape[0], start : start + ours.shape[1]] |= ours
    return mask, kept


def _drop_letter(shapes: list[Shape], left: float, row: Row) -> list[Shape]:
    """Leave out the y of "ngày" or g of "tháng" at the cell's left edge: low like a small letter, with a tail below."""
    capital, baseline = row.capital_px, row.baseline_px
    if len(shapes) < 2:
        return shapes
    first = min(shapes, key=lambda shape: shape.left)
    is_letter = baseline - first.top < 0.82 * capital and first.bottom - baseline > 0.12 * capital
    return [s for s in shapes if s is not first] if is_letter and first.left - left < 0.4 * capital else shapes


def _drop_strangers(shapes: list[Shape], capital: float, baseline: float, height: int) -> list[Shape]:
    """Leave out leaders, specks, rules and what belongs to the lines above and below."""
    digits: list[Shape] = []
    small: list[Shape] = []
    for shape in shapes:
        middle = baseline - (shape.top + shape.bottom) / 2
        top, bottom = baseline - shape.top, baseline - shape.bottom
        if not CORE_FOOT * capital <= middle <= CORE_TOP * capital:
            continue
        if (shape.top == 0 or shape.bottom == height) and not 0 < middle < capital:
            continue
        if shape.width > 2.2 * capital and shape.height < 0.3 * capital:
            continue
        if top > HIGHEST * capital * 1.3 or bottom < 1.5 * LOWEST * capital:
            continue
        (digits if shape.height >= LEAST_DIGIT * capital else small).append(shape)
    if not digits:
        return []
    top, bottom = min(s.top for s in digits), max(s.bottom for s in digits)
    left, right = min(s.left for s in digits), max(s.right for s in digits)
    near = 0.25 * capital
    dots = [s for s in small if max(s.width, s.height) <= 0.3 * capital and abs(baseline - s.bottom) <= 0.3 * capital]
    leaders = dots if len(dots) >= 3 else []
    for shape in small:
        is_near = left - near <= shape.left and shape.right <= right + near and top - near <= shape.top
        if shape in leaders or max(shape.width, shape.height) < SPECK * capital or not is_near or shape.bottom > bottom + near:
            continue
        digits.append(shape)
    return digits


def _is_printed(row: Row, shapes: list[Shape], gap: Gap) -> bool:
    """Say whether a cell's digits stand as print does: in the reader's eyes, and all of one height on the baseline."""
    read = re.sub(r"\D", "", gap.read)
    tolerance = PRINT_TOLERANCE * row.capital_px
    tall = [s for s in shapes if s.height >= 0.6 * row.capital_px]
    if not tall or read != gap.read.strip(" .,") or not 1 <= len(read) <= 6:
        return False
    if any(abs(s.height - row.capital_px) > tolerance or abs(s.bottom - row.baseline_px) > tolerance for s in tall):
        return False
    if len(tall) < len(shapes) or _is_blue(row, shapes):
        return False
    if trust_read(gap) < SURE_PRINT_CONFIDENCE:
        return False
    left, right = min(s.left for s in tall), max(s.right for s in tall)
    pitch = DIGIT_ADVANCE / CAPITAL_HEIGHT * row.capital_px
    return abs((right - left) - len(read) * pitch) <= 0.45 * pitch


def _is_blue(row: Row, shapes: list[Shape]) -> bool:
    if row.blueness is None:
        return False
    labels = np.isin(row.labels, [shape.label for shape in shapes])
    return bool(labels.any()) and float(row.blueness[labels].mean()) > BLUE_EXCESS


def trust_read(gap: Gap) -> float:
    """Return the least confidence of the words that the gap's text touches; 0 without any."""
    position, confidences = 0, []
    for word in gap.line.words:
        end = position + len(word.text)
        if end > gap.before.end and position < gap.after.start and word.text:
            confidences.append(word.confidence)
        position = end + 1
    return min(confidences, default=0.0)
