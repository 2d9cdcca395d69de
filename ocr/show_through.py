"""Lines read out of what shines through from the other side of the sheet."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from dossiers.page import RecognizedLine
from ocr.page_image import WHITE, Pixels, measure_quantile
from ocr.text import count_letters

MAX_DEPTH_SHARE = (
    0.35  # of the page's usual print; drawn and scanned print reaches 0.8 and more, what shines through 0.15 to 0.25
)
DARKEST_SHARE = 0.05  # of a line's box: strokes of letters take up more
MIN_PALE_CONFIDENCE = 0.9  # pale print is read as surely as dark print, mirrored print is not
MIN_PALE_LETTERS = 4


def drop_show_through(lines: Sequence[RecognizedLine], pixels: Pixels) -> list[RecognizedLine]:
    """Return the lines without those much paler than the page's print, save what is read surely all the same.

    ``pixels`` is the cleaned page (gray, black on white) in whose pixels the lines' boxes are.
    """
    depths = [_measure_depth(line, pixels) for line in lines]
    if not depths:
        return []
    usual = statistics.median(depths)
    return [
        line
        for line, depth in zip(lines, depths, strict=True)
        if depth >= MAX_DEPTH_SHARE * usual
        or (line.confidence >= MIN_PALE_CONFIDENCE and count_letters(line.text) >= MIN_PALE_LETTERS)
    ]


def _measure_depth(line: RecognizedLine, pixels: Pixels) -> float:
    """Return how much darker than paper a line's ink is, 0 to 255."""
    box = line.bbox_px
    part = pixels[box.top : box.bottom, box.left : box.right]
    return WHITE - measure_quantile(part, DARKEST_SHARE) if part.size else 0.0
