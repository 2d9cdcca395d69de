"""Which way a page stands, and how far its lines lean.

Both are found on a thumbnail from which all but letter-sized ink is taken away. The *axis* (lines across or
down) is that on which most letters have their nearest neighbour (O'Gorman 1993). The *skew* comes from projection
profiles: seen along its lines, a page's ink falls into sharp rows (Postl 1986). *Up or
down* is decided by what stands above and below the letters' bodies: in Vietnamese nearly every word has a mark or an
ascender above and few have anything below. Where that is not clear, a few lines are read both ways.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleaning import INK_LEVEL, divide_light, estimate_paper, lift_seals, prepare_for_reading
from ocr.engine import OcrEngine
from ocr.line_detector import detect_lines
from ocr.page_image import PageImage, Pixels, as_pixels, average_whole, find_below, measure_quantile, resize, straighten, turn
from ocr.shapes import find_shapes, label_shapes, pick_shapes
from ocr.text import count_letters

# The thumbnail's scale goes by the page's size in pixels, since a photo's dpi says nothing: an A4 sheet has 120 dpi.
THUMBNAIL_SIDE_PX = 1400
THUMBNAIL_DPI = 120
MIN_PAPER_BRIGHTNESS = 0.6  # of the brightest: the table top around a photographed sheet is no paper
# The least share of a page that must be ink of a level for paler ink not to count: an empty cartridge, a faded copy. A page of
# pale print has some dark specks of letters, by whose rows nothing can be levelled; what shines through is the palest.
INK_LEVELS = ((INK_LEVEL, 0.01), (190, 0.005), (215, 0.0))
MIN_LETTER_PX, MAX_LETTER_PX, MAX_WORD_PX = 3, 42, 140
MAX_SKEW_DEG = 15.0
COARSE_STEP_DEG, FINE_STEP_DEG, FINEST_STEP_DEG = 0.5, 0.1, 0.02
MAX_POINTS = 60_000
MIN_INK_POINTS = 400  # less is a speck or a page number: nothing to level by
SURE_ABOVE_SHARE = 0.62  # scanned letters measured 0.61 to 0.8 upright, so 0.2 to 0.39 upside down
SURE_SHARPNESS = 0.09  # less is texture: a photograph of a table top has rows, too
SURE_READING_RATIO = 1.25
MIN_READ_LETTERS = 12
MANY_READ_LETTERS = 120  # with fewer, the other axis is read, too
# Of scanned pages 0.84 to 1 upright, so 0 to 0.16 on their side; of tables and receipts, too.
SURE_ACROSS_SHARE, UNSURE_ACROSS_SHARE = 0.75, 0.25
MAX_NEIGHBOUR_QUERIES = 500
SAMPLE_SHARE = 0.15  # of the page's height: about eight lines
MIN_SAMPLE_CONFIDENCE = 0.6  # what a line read upside down rarely reaches
SAMPLE_TIMEOUT_S = 20.0
MIN_SKEW_DEG = 0.15  # resampling blurs letters; below this a line rises by less than a mark, and it costs more than it mends

Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rotation:
    """The clockwise turn that makes the page upright (0, 90, 180, 270), and what decided it.

    ``skew_deg`` is what ``find_skew`` says of the page so turned, where that was found on the way.
    """

    rotation_deg: int
    decided_by: str
    skew_deg: float | None = None


def find_text_mask(pixels: Pixels) -> Pixels:
    """Return a small mask (255 = ink) of what is letter-sized: no rules, frames, photographs, seals or specks."""
    # What is much finer is made coarser before its colours are looked at, not after: in a quarter of the time.
    coarse = average_whole(pixels, max(1, max(pixels.shape[:2]) // THUMBNAIL_SIDE_PX))
    small = resize(lift_seals(coarse), min(1.0, THUMBNAIL_SIDE_PX / max(coarse.shape[:2])))
    paper = estimate_paper(small, THUMBNAIL_DPI)
    flat = divide_light(small, paper)
    off_paper = find_below(paper, math.floor(MIN_PAPER_BRIGHTNESS * measure_quantile(paper, 0.98)) + 1)
    for level, least_share in INK_LEVELS:
        mask = _keep_letters(as_pixels(cv2.subtract(find_below(flat, level), off_paper)))
        if cv2.countNonZero(mask) >= least_share * mask.size:
            break
    return mask


def _keep_letters(ink: Pixels) -> Pixels:
    """Return the mask of what is letter-sized."""
    labels, stats = find_shapes(ink)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    short, long = np.minimum(width, height), np.maximum(width, height)
    keep = (long >= MIN_LETTER_PX) & (short <= MAX_LETTER_PX) & (long <= MAX_WORD_PX)
    keep &= ~((long > 12 * short) & (long > MAX_LETTER_PX))
    keep[0] = False
    return pick_shapes(labels, keep)


def find_skew(pixels: Pixels, mask: Pixels | None = None) -> float:
    """Return the clockwise turn in degrees (-15 to 15) that makes the lines of an upright page level; 0 when unclear.

    ``mask`` is its text mask, if that is known already.
    """
    angle_deg, _ = _best_angle(_ink_points(find_text_mask(pixels) if mask is None else mask))
    return _settle_skew(angle_deg)


def _settle_skew(angle_deg: float) -> float:
    return 0.0 if abs(angle_deg) < MIN_SKEW_DEG else round(angle_deg, 2)


def find_rotation(page: PageImage, engine: OcrEngine, mask: Pixels | None = None) -> Rotation:
    """Return how far the page is to be turned clockwise to stand upright. ``mask`` is its text mask, if that is known already.

    Where neither shape nor reading is clear, the file's own EXIF orientation decides, else the page stays as it is.
    Raises what ``engine.read_lines`` raises.
    """
    hint_deg = page.hint_deg or 0
    mask = find_text_mask(page.pixels) if mask is None else mask
    points = _ink_points(mask)
    if points.shape[1] < MIN_INK_POINTS:
        return Rotation(hint_deg, "hint")
    across = measure_across_share(mask)
    if UNSURE_ACROSS_SHARE < across < SURE_ACROSS_SHARE:
        return _decide_by_reading(page, engine, (0, 90, 180, 270), hint_deg)
    if across <= UNSURE_ACROSS_SHARE:
        return _decide_by_reading(page, engine, (90, 270), hint_deg)
    lean_deg, sharpness = _best_angle(points)
    if sharpness >= SURE_SHARPNESS and measure_above_share(level_mask(mask, lean_deg)) >= SURE_ABOVE_SHARE:
        return Rotation(0, "shape", _settle_skew(lean_deg))
    return _decide_by_reading(page, engine, (0, 180), hint_deg)


def find_shape_turn(pixels: Pixels) -> int | None:
    """Return 0 or 180, how far a page is to be turned to stand upright, where the shape of its lines is sure; else None."""
    mask = find_text_mask(pixels)
    points = _ink_points(mask)
    if points.shape[1] < MIN_INK_POINTS or measure_across_share(mask) < SURE_ACROSS_SHARE:
        return None
    lean_deg, sharpness = _best_angle(points)
    if sharpness < SURE_SHARPNESS:
        return None
    above = measure_above_share(level_mask(mask, lean_deg))
    if above >= SURE_ABOVE_SHARE:
        return 0
    return 180 if above <= 1 - SURE_ABOVE_SHARE else None


def measure_above_share(mask: Pixels) -> float:
    """Return which share of the ink outside the letters' bodies stands above them: over a half on an upright page.

    ``mask`` has level lines. Bodies are the rows of a line that hold at least half as much ink as its fullest row.
    """
    above = below = 0.0
    for band, first, last in _bodies(mask):
        if len(band) >= 5 and last - first < 0.75 * len(band):
            above += band[:first].sum()
            below += band[last + 1 :].sum()
    return above / (above + below) if above + below > 0 else 0.5


def measure_across_share(mask: Pixels) -> float:
    """Return for which share of the letters the nearest other letter stands beside, not above or below (O'Gorman 1993).

    It tells lines from the columns of a table, whose profile is as sharp. Marks are left out by their size.
    """
    _, stats, centres = label_shapes(mask)
    sizes = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    if len(sizes) < 2:
        return 0.5
    letters = centres[1:][sizes >= 0.8 * np.median(sizes)].astype(np.float32)
    asked = letters[:: max(1, math.ceil(len(letters) / MAX_NEIGHBOUR_QUERIES))]
    across, down = (letters[None, :, axis] - asked[:, None, axis] for axis in (0, 1))
    distances = across**2 + down**2
    distances[distances == 0] = np.inf
    nearest = np.abs(letters[distances.argmin(axis=1)] - asked)
    beside, above = (nearest[:, 0] > 2 * nearest[:, 1]).sum(), (nearest[:, 1] > 2 * nearest[:, 0]).sum()
    return float(beside / (beside + above)) if beside + above else 0.5


def _bodies(mask: Pixels) -> Iterator[tuple[Profile, int, int]]:
    """Yield each line's rows of ink, and the first and last row of its letters' bodies."""
    profile = (mask > 0).sum(axis=1).astype(np.float64)
    filled = np.flatnonzero(np.diff(np.concatenate([[0], (profile > 0.02 * profile.max()).astype(np.int8), [0]])))
    for top, bottom in zip(filled[::2], filled[1::2], strict=True):
        band = profile[top:bottom]
        body = np.flatnonzero(band >= 0.5 * band.max())
        yield band, int(body[0]), int(body[-1])


def _ink_points(mask: Pixels) -> Profile:
    """Return places of ink, across and down: 2 x count."""
    points = cv2.findNonZero(mask)
    if points is None:
        return np.zeros((2, 0))
    step = max(1, math.ceil(len(points) / MAX_POINTS))
    return np.ascontiguousarray(points.reshape(-1, 2)[::step].T, dtype=np.float64)


def _best_angle(points: Profile) -> tuple[float, float]:
    """Return the clockwise turn that gives the sharpest rows, and how sharp they are (unitless)."""
    if points.shape[1] < MIN_INK_POINTS:
        return 0.0, 0.0
    best, sharpness = 0.0, 0.0
    span = MAX_SKEW_DEG
    for step in (COARSE_STEP_DEG, FINE_STEP_DEG, FINEST_STEP_DEG):
        count = round(span / step)
        angles = [best + step * index for index in range(-count, count + 1)]
        angles = [angle for angle in angles if abs(angle) <= MAX_SKEW_DEG + 1e-9]
        scores = [_row_sharpness(points, angle) for angle in angles]
        peak = int(np.argmax(scores))
        best, sharpness, span = angles[peak], scores[peak], step
    return best, sharpness


def _row_sharpness(points: Profile, angle_deg: float) -> float:
    # A clockwise turn on a page whose y runs downwards: y' = x sin a + y cos a.
    angle = math.radians(angle_deg)
    rows = points[0] * math.sin(angle)
    rows += points[1] * math.cos(angle)
    rows -= math.floor(rows.min())
    profile = np.bincount(rows.astype(np.int64)).astype(np.float64)
    return float((np.diff(profile) ** 2).sum() / (profile**2).sum())


def level_mask(mask: Pixels, angle_deg: float) -> Pixels:
    """Turn a mask of letters clockwise about its centre."""
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
        if (
            scores[first] >= (MANY_READ_LETTERS if len(scores) < 4 else MIN_READ_LETTERS)
            and scores[first] >= SURE_READING_RATIO * scores[second]
        ):
            return Rotation(first, "reading")
    return Rotation(hint_deg, "hint")


def _read_sample(page: PageImage, engine: OcrEngine, turn_deg: int) -> float:
    """Return how many letters, weighted by confidence, the part richest in text gives when turned by ``turn_deg``.

    It is levelled first: lines that lean by some degrees are not found as lines.
    """
    turned = turn(page.pixels, turn_deg)
    turned = straighten(turned, find_skew(turned))
    mask = find_text_mask(turned)
    rows = (mask > 0).sum(axis=1).astype(np.float64)
    scale = turned.shape[0] / mask.shape[0]
    window = max(1, round(len(rows) * SAMPLE_SHARE))
    start = int(np.argmax(np.convolve(rows, np.ones(window), "valid")))
    band = turned[int(start * scale) : int((start + window) * scale)]
    sample = prepare_for_reading(band, page.dpi)
    readings = engine.read_lines(sample.pixels, detect_lines(sample.pixels), SAMPLE_TIMEOUT_S)
    words = [word for reading in readings for word in reading.first.words if word.confidence >= MIN_SAMPLE_CONFIDENCE]
    return sum(word.confidence * count_letters(word.text) for word in words)
