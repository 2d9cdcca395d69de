"""Which way a page stands, and how far its lines lean.

Both are found on a thumbnail from which all but letter-sized ink is taken away. The *axis* (lines across or down) and the
*skew* come from projection profiles: seen along its lines, a page's ink falls into sharp rows (Postl 1986). *Up or
down* is decided by what stands above and below the letters' bodies: in Vietnamese nearly every word has a mark or an
ascender above and few have anything below. Where that is not clear, a few lines are read both ways.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleaning import INK_LEVEL, flatten_light, lift_seals, prepare_for_reading
from ocr.engine import OcrEngine
from ocr.page_image import PageImage, Pixels, as_pixels, resize, turn
from ocr.text import count_letters

# The thumbnail's scale goes by the page's size in pixels, since a photo's dpi says nothing: an A4 sheet has 120 dpi.
THUMBNAIL_SIDE_PX = 1400
THUMBNAIL_DPI = 120
MIN_LETTER_PX, MAX_LETTER_PX, MAX_WORD_PX = 3, 42, 140
MAX_SKEW_DEG = 15.0
COARSE_STEP_DEG, FINE_STEP_DEG, FINEST_STEP_DEG = 0.5, 0.1, 0.02
MAX_POINTS = 60_000
MIN_INK_POINTS = 400  # less is a speck or a page number: nothing to level by
SURE_AXIS_RATIO = 1.6
SURE_ABOVE_SHARE = 0.62  # scanned letters measured 0.61 to 0.8 upright, so 0.2 to 0.39 upside down
SURE_SHARPNESS = 0.09  # less is texture: a photograph of a table top has rows, too
SURE_READING_RATIO = 1.25
MIN_READ_LETTERS = 12
SAMPLE_SHARE = 0.15  # of the page's height: about eight lines
MIN_SAMPLE_CONFIDENCE = 0.6  # what a line read upside down rarely reaches
SAMPLE_TIMEOUT_S = 20.0
MIN_SKEW_DEG = 0.08  # resampling blurs letters; below this it costs more than it mends

Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rotation:
    """The clockwise turn that makes the page upright (0, 90, 180, 270), and what decided it."""

    rotation_deg: int
    decided_by: str


def find_text_mask(pixels: Pixels) -> Pixels:
    """Return a small mask (255 = ink) of what is letter-sized: no rules, frames, photographs, seals or specks."""
    small = lift_seals(resize(pixels, min(1.0, THUMBNAIL_SIDE_PX / max(pixels.shape[:2]))))
    ink = as_pixels((flatten_light(small, THUMBNAIL_DPI) < INK_LEVEL) * np.uint8(255))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    short, long = np.minimum(width, height), np.maximum(width, height)
    keep = (long >= MIN_LETTER_PX) & (short <= MAX_LETTER_PX) & (long <= MAX_WORD_PX)
    keep &= ~((long > 12 * short) & (long > MAX_LETTER_PX))
    keep[0] = False
    return as_pixels(keep[labels] * np.uint8(255))


def find_skew(pixels: Pixels) -> float:
    """Return the clockwise turn in degrees (-15 to 15) that makes the lines of an upright page level; 0 when unclear."""
    angle_deg, _ = _best_angle(_ink_points(find_text_mask(pixels)))
    return 0.0 if abs(angle_deg) < MIN_SKEW_DEG else round(angle_deg, 2)


def find_rotation(page: PageImage, engine: OcrEngine) -> Rotation:
    """Return how far the page is to be turned clockwise to stand upright.

    Where neither shape nor reading is clear, the file's own EXIF orientation decides, else the page stays as it is.
    Raises what ``engine.recognize`` raises.
    """
    hint_deg = page.hint_deg or 0
    mask = find_text_mask(page.pixels)
    points = _ink_points(mask)
    if len(points) < MIN_INK_POINTS:
        return Rotation(hint_deg, "hint")
    across_deg, across = _best_angle(points)
    down_deg, down = _best_angle(_ink_points(turn(mask, 90)))
    if max(across, down) < SURE_AXIS_RATIO * min(across, down):
        return _decide_by_reading(page, engine, (0, 90, 180, 270), hint_deg)
    axis_deg, lean_deg = (0, across_deg) if across > down else (90, down_deg)
    above = measure_above_share(_level(turn(mask, axis_deg), lean_deg))
    if above >= SURE_ABOVE_SHARE and max(across, down) >= SURE_SHARPNESS:
        return Rotation(axis_deg, "shape")
    return _decide_by_reading(page, engine, (axis_deg, axis_deg + 180), hint_deg)


def measure_above_share(mask: Pixels) -> float:
    """Return which share of the ink outside the letters' bodies stands above them: over a half on an upright page.

    ``mask`` has level lines. Bodies are the rows of a line that hold at least half as much ink as its fullest row.
    """
    profile = (mask > 0).sum(axis=1).astype(np.float64)
    if not profile.any():
        return 0.5
    filled = np.flatnonzero(np.diff(np.concatenate([[0], (profile > 0.02 * profile.max()).astype(np.int8), [0]])))
    above = below = 0.0
    for top, bottom in zip(filled[::2], filled[1::2], strict=True):
        band = profile[top:bottom]
        body = np.flatnonzero(band >= 0.5 * band.max())
        if len(band) >= 5 and len(body) <= 0.75 * len(band):
            above += band[: body[0]].sum()
            below += band[body[-1] + 1 :].sum()
    return above / (above + below) if above + below > 0 else 0.5


def _ink_points(mask: Pixels) -> Profile:
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    return points[:: max(1, math.ceil(len(points) / MAX_POINTS))]


def _best_angle(points: Profile) -> tuple[float, float]:
    """Return the clockwise turn that gives the sharpest rows, and how sharp they are (unitless)."""
    if len(points) < MIN_INK_POINTS:
        return 0.0, 0.0
    best, sharpness = 0.0, 0.0
    span = MAX_SKEW_DEG
    for step in (COARSE_STEP_DEG, FINE_STEP_DEG, FINEST_STEP_DEG):
        count = round(span / step)
        angles = [best + step * index for index in range(-count, count + 1)]
        scores = [_row_sharpness(points, angle) for angle in angles if abs(angle) <= MAX_SKEW_DEG + 1e-9]
        angles = [angle for angle in angles if abs(angle) <= MAX_SKEW_DEG + 1e-9]
        peak = int(np.argmax(scores))
        best, sharpness, span = angles[peak], scores[peak], step
    return best, sharpness


def _row_sharpness(points: Profile, angle_deg: float) -> float:
    # A clockwise turn on a page whose y runs downwards: y' = x sin a + y cos a.
    angle = math.radians(angle_deg)
    rows = points[:, 0] * math.sin(angle) + points[:, 1] * math.cos(angle)
    low = math.floor(rows.min())
    profile = np.bincount((rows - low).astype(np.int64)).astype(np.float64)
    return float((np.diff(profile) ** 2).sum() / (profile**2).sum())


def _level(mask: Pixels, angle_deg: float) -> Pixels:
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle_deg, 1.0)
    return as_pixels(cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_NEAREST))


def _decide_by_reading(page: PageImage, engine: OcrEngine, turns_deg: tuple[int, ...], hint_deg: int) -> Rotation:
    """Read the part of the page richest in text each way; letters weighted by confidence decide.

    ``turns_deg`` are tried first, the others only when those give nothing clear.
    """
    scores: dict[int, float] = {}
    for group in (turns_deg, tuple(deg for deg in (0, 90, 180, 270) if deg not in turns_deg)):
        scores |= {turn_deg: _read_sample(page, engine, turn_deg) for turn_deg in group}
        first, second = sorted(scores, key=lambda turn_deg: scores[turn_deg], reverse=True)[:2]
        if scores[first] >= MIN_READ_LETTERS and scores[first] >= SURE_READING_RATIO * scores[second]:
            return Rotation(first, "reading")
    return Rotation(hint_deg, "hint")


def _read_sample(page: PageImage, engine: OcrEngine, turn_deg: int) -> float:
    """Return how many letters, weighted by confidence, the part richest in text gives when turned by ``turn_deg``."""
    turned = turn(page.pixels, turn_deg)
    mask = find_text_mask(turned)
    rows = (mask > 0).sum(axis=1).astype(np.float64)
    scale = turned.shape[0] / mask.shape[0]
    window = max(1, round(len(rows) * SAMPLE_SHARE))
    start = int(np.argmax(np.convolve(rows, np.ones(window), "valid")))
    band = turned[int(start * scale) : int((start + window) * scale)]
    sample = prepare_for_reading(band, page.dpi)
    lines = engine.recognize(sample.pixels, sample.dpi, SAMPLE_TIMEOUT_S, is_block=True)
    words = [word for line in lines for word in line.words if word.confidence >= MIN_SAMPLE_CONFIDENCE]
    return sum(word.confidence * count_letters(word.text) for word in words)
