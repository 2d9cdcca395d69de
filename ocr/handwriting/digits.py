"""Read a string of digits written by hand or stamped, and say how sure the reading is.

The strip is looked at several times, each time shifted, slanted, stretched or with another pressure of the pen; a text's
probability is the mean over these views. What is returned as confidence is calibrated (docs/handwriting.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.handwriting.ctc import propose_texts, weigh_texts
from ocr.handwriting.network import score_strips
from ocr.handwriting.strip import STRIP_HEIGHT_PX, STRIP_WIDTH_PX, find_body, make_strip
from ocr.page_image import Pixels, as_pixels

MOST_DIGITS = 6
DAYS = tuple(str(day) for day in range(1, 32)) + tuple(f"{day:02d}" for day in range(1, 10))
MONTHS = tuple(str(month) for month in range(1, 13)) + tuple(f"{month:02d}" for month in range(1, 10))
# Slant (shift of the top as a share of the height), stretch across, stretch down, shift right and down in pixels, pen.
VIEWS = (
    (0.0, 1.0, 1.0, 0.0, 0.0, 0),
    (0.0, 0.92, 1.0, 2.0, 0.0, 0),
    (0.0, 1.08, 1.0, 1.0, 0.0, 0),
    (0.14, 1.0, 1.0, -1.0, 0.0, 0),
    (-0.14, 1.0, 1.0, 3.0, 0.0, 0),
    (0.0, 1.0, 0.9, 1.0, 1.0, 0),
    (0.0, 1.0, 1.06, 3.0, -1.0, 0),
    (0.0, 1.0, 1.0, 1.0, 0.0, 1),
)
OUTSIDE_SHARE = 0.5  # how much the probability of texts that are not allowed counts against the reading
# Fitted by `python -m benchmarks.header_numbers --calibrate` on invented strips of its own seed.
CALIBRATION = (1.008, 0.716)  # slope and offset of the log odds
SURE = 0.97  # from here on fewer than one reading in a hundred is wrong (docs/handwriting.md)


@dataclass(frozen=True, slots=True)
class DigitReading:
    """What was read; ``confidence`` is the calibrated probability that all of it is right. Empty text: no digits."""

    text: str
    confidence: float

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


def read_digits(ink: Pixels, least_height_px: float, allowed: Sequence[str] | None = None) -> DigitReading:
    """Read the digits of a cell's darkness (255 = ink, height x width).

    ``least_height_px`` is how low a digit may be (about half a printed capital); ``allowed`` are the texts that can stand
    there (DAYS, MONTHS), None for any number of up to MOST_DIGITS digits.
    """
    if find_body(ink) is None:
        return DigitReading("", 0.0)
    return read_strip(make_strip(ink, least_height_px), allowed)


def read_strip(strip: Pixels, allowed: Sequence[str] | None = None) -> DigitReading:
    """Read a strip made by ``make_strip``."""
    text, share = judge_strip(strip, allowed)
    return DigitReading(text, calibrate(share) if text else 0.0)


def judge_strip(strip: Pixels, allowed: Sequence[str] | None = None, *, is_quick: bool = False) -> tuple[str, float]:
    """Return the likeliest text and the network's own share for it, not yet calibrated; a quick look is one view only."""
    logs = score_strips(strip[None] if is_quick else make_views(strip))
    texts = sorted(allowed) if allowed is not None else sorted(set().union(*(propose_texts(log, MOST_DIGITS) for log in logs)))
    shares = np.exp(weigh_texts(logs, texts)).mean(axis=0)
    best = int(shares.argmax())
    known = float(shares.sum())
    outside = max(0.0, 1.0 - known) * (OUTSIDE_SHARE if allowed is not None else 1.0)
    return texts[best], float(shares[best]) / max(1e-12, known + outside)


def calibrate(share: float) -> float:
    """Turn the network's share into the probability that the reading is right."""
    kept = min(max(share, 1e-6), 1 - 1e-6)
    slope, offset = CALIBRATION
    return 1 / (1 + math.exp(-(slope * math.log(kept / (1 - kept)) + offset)))


def make_views(strip: Pixels) -> Pixels:
    """Return the strip as seen in VIEWS: count x height x width."""
    views = np.zeros((len(VIEWS), STRIP_HEIGHT_PX, STRIP_WIDTH_PX), np.uint8)
    for index, (slant, across, down, right, below, pen) in enumerate(VIEWS):
        middle = STRIP_HEIGHT_PX / 2
        matrix = np.array([[across, -slant, right + slant * middle], [0, down, below + middle * (1 - down)]], dtype=np.float32)
        seen = as_pixels(cv2.warpAffine(strip, matrix, (STRIP_WIDTH_PX, STRIP_HEIGHT_PX), flags=cv2.INTER_LINEAR))
        views[index] = cv2.GaussianBlur(seen, (3, 3), 0.7) if pen else seen
    return views
