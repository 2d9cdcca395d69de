"""Headers filled in by hand, drawn for the tests; pens of a seed that the training never used."""

from __future__ import annotations

import numpy as np

from benchmarks.drawn_headers import DrawnHeader, Hand, draw_header
from ocr.page_image import Pixels
from samples.generator.degrade import Mode
from samples.generator.dice import Dice
from training.digit_strokes import FORMS, draw_digit


def make_hand(seed: int) -> Hand:
    """Return a hand with forms, slant and pen of its own."""
    rng = np.random.default_rng(seed)
    slant, width, pen = rng.uniform(0.0, 0.35), rng.uniform(0.8, 1.2), rng.uniform(2.6, 5.0)
    forms = {digit: int(rng.integers(len(FORMS[digit]))) for digit in FORMS}

    def draw(digit: str) -> Pixels:
        tile = draw_digit(digit, forms[digit], rng, slant=slant, width=width, pen_px=pen)
        rows, columns = np.flatnonzero(tile.max(axis=1) > 60), np.flatnonzero(tile.max(axis=0) > 60)
        return tile[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    return Hand(draw, is_stamp=False)


def draw_headers(count: int, *, dpi: int = 0, mode: Mode | None = None) -> list[DrawnHeader]:
    """Draw ``count`` headers, each by another hand."""
    return [draw_header(Dice(900 + number), make_hand(900 + number), dpi=dpi, mode=mode) for number in range(count)]
