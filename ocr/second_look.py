"""Lines that the reader's layout passed over: ink in rows of letters under no word is read once more.

Happens where a stamp's frame crosses a line, or a seal's rim touches a name. The missed strips are put on one canvas, one
below the other, and read in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from dossiers.model import BoxPx, RecognizedLine, RecognizedWord
from ocr.cleaning import INK_LEVEL
from ocr.engine import OcrEngine
from ocr.lines import join_words
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.reading_order import measure_em
from ocr.text import count_letters

MIN_STRIP_WIDTH_EM, MIN_STRIP_LETTERS = 4.0, 6
MIN_STRIP_HEIGHT_EM, MAX_STRIP_HEIGHT_EM = 0.5, 2.2
JOIN_EM = 1.2
MARGIN_EM = 0.35
MAX_STRIPS = 15
MIN_CONFIDENCE = 0.7  # higher than for the first reading: what was passed over is mostly no text
MIN_LETTERS = 5


@dataclass(frozen=True, slots=True)
class _Strip:
    """A strip of the page, and the row and column at which it lies on the canvas."""

    box: BoxPx
    row: int
    column: int


def read_missed_lines(
    pixels: Pixels, lines: Sequence[RecognizedLine], engine: OcrEngine, dpi: int, timeout_s: float
) -> list[RecognizedLine]:
    """Return lines found in ink that ``lines`` do not cover, boxes in pixels of ``pixels`` (gray, black on white)."""
    if not lines:
        return []
    em_px = measure_em(lines)
    boxes = find_missed_strips(pixels, lines, em_px)
    if not boxes:
        return []
    canvas, strips = _lay_out(pixels, boxes, round(em_px))
    read = engine.recognize(canvas, dpi, timeout_s, is_block=True)
    placed = (_place(line, strips) for line in read)
    return [line for line in placed if line.confidence >= MIN_CONFIDENCE and count_letters(line.text) >= MIN_LETTERS]


def find_missed_strips(pixels: Pixels, lines: Sequence[RecognizedLine], em_px: float) -> list[BoxPx]:
    """Return boxes around rows of letter-sized ink that no word covers, at most MAX_STRIPS, the widest."""
    ink = as_pixels((pixels < INK_LEVEL) * np.uint8(255))
    for line in lines:
        for word in line.words:
            left, top, right, bottom = word.bbox_px
            ink[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    is_letter = (height >= 0.3 * em_px) & (height <= 1.6 * em_px) & (width <= 3 * em_px)
    is_letter[0] = False
    letters = as_pixels(is_letter[labels] * np.uint8(255))
    rows = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, max(3, round(JOIN_EM * em_px))), np.uint8))
    _, row_labels, row_stats, _ = cv2.connectedComponentsWithStats(rows, connectivity=8)
    anchors = row_labels[stats[is_letter, 1] + height[is_letter] // 2, stats[is_letter, 0] + width[is_letter] // 2]
    counts = np.bincount(anchors, minlength=len(row_stats))
    found = []
    for index in range(1, len(row_stats)):
        left, top, wide, high, _ = (int(value) for value in row_stats[index])
        is_row = MIN_STRIP_HEIGHT_EM * em_px <= high <= MAX_STRIP_HEIGHT_EM * em_px and wide >= MIN_STRIP_WIDTH_EM * em_px
        if is_row and counts[index] >= MIN_STRIP_LETTERS:
            found.append(BoxPx(left, top, left + wide, top + high))
    return sorted(found, key=lambda box: -box.width)[:MAX_STRIPS]


def _lay_out(pixels: Pixels, boxes: Sequence[BoxPx], em_px: int) -> tuple[Pixels, list[_Strip]]:
    margin = max(2, round(MARGIN_EM * em_px))
    grown = [
        BoxPx(
            max(0, box.left - margin),
            max(0, box.top - margin),
            min(pixels.shape[1], box.right + margin),
            min(pixels.shape[0], box.bottom + margin),
        )
        for box in boxes
    ]
    gap = em_px
    canvas = np.full((gap + sum(box.height + gap for box in grown), max(box.width for box in grown) + 2 * gap), WHITE, np.uint8)
    strips, row = [], gap
    for box in grown:
        canvas[row : row + box.height, gap : gap + box.width] = pixels[box.top : box.bottom, box.left : box.right]
        strips.append(_Strip(box, row, gap))
        row += box.height + gap
    return canvas, strips


def _place(line: RecognizedLine, strips: Sequence[_Strip]) -> RecognizedLine:
    middle = (line.bbox_px.top + line.bbox_px.bottom) / 2
    strip = min(strips, key=lambda strip: abs(strip.row + strip.box.height / 2 - middle))
    across, down = strip.box.left - strip.column, strip.box.top - strip.row
    return join_words([_move(word, across, down) for word in line.words])


def _move(word: RecognizedWord, across: int, down: int) -> RecognizedWord:
    left, top, right, bottom = word.bbox_px
    return replace(word, bbox_px=BoxPx(left + across, top + down, right + across, bottom + down))
