"""The ink of one header row: how high its print stands, where its shapes are, where its slash leans."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.page_image import Pixels, as_pixels, to_gray
from ocr.shapes import Labels, find_shapes

INK_LEVEL = 84  # darkness, of 255, from which on a pixel is ink
REACH_UP, REACH_DOWN = 1.6, 1.1  # how far above and below its line a row is cut out, in heights of the line
PAPER_PERCENTILE = 80
RULE_LENGTH = 2.3  # in heights of a capital: longer and flat is a rule, not a stroke
SLASH_LEAN = (0.26, 0.34, 0.42, 0.5)  # how far a slash's top stands to the right of its foot, in heights of a capital
SLASH_LEAST = 0.34  # of full darkness, along the slash and not beside it
SLASH_STEPS = 24
DISTANCE_COST = 0.27  # a height of a capital away from where the slash should be
BLUE_EXCESS = 28  # blue minus red, of 255, from which on ink is a blue pen's


@dataclass(frozen=True, slots=True)
class Shape:
    """A connected shape of ink, in pixels of the row."""

    label: int
    left: int
    top: int
    right: int
    bottom: int
    area: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Row:
    """A header row cut out of the page at (``left_px``, ``top_px``).

    ``ink`` is its darkness (255 = ink) with red seals lifted and rules erased; ``labels`` numbers its ``shapes``.
    ``capital_px`` is the height of a printed capital or digit, ``baseline_px`` where print stands (from the row's top).
    """

    left_px: int
    top_px: int
    ink: Pixels
    labels: Labels
    shapes: tuple[Shape, ...]
    capital_px: float
    baseline_px: float
    blueness: NDArray[np.float32] | None

    def box_on_page(self, left: int, top: int, right: int, bottom: int) -> BoxPx:
        """Carry a box of the row to the page."""
        return BoxPx(self.left_px + left, self.top_px + top, self.left_px + right, self.top_px + bottom)


def cut_row(pixels: Pixels, box: BoxPx, print_spans: list[tuple[int, int]], *, keeps_red: bool = False) -> Row:
    """Cut a row out of the upright page around a line's ``box``.

    ``print_spans`` are the left and right edges (page pixels) of words that are printed for certain, with capitals or
    digits, from which the height of print is taken. ``keeps_red`` leaves red ink in (a red numbering stamp).
    """
    height, width = pixels.shape[:2]
    tall = max(1, box.height)
    top, bottom = max(0, round(box.top - REACH_UP * tall)), min(height, round(box.bottom + REACH_DOWN * tall))
    left, right = max(0, box.left - tall), min(width, box.right + tall)
    part = pixels[top : max(top + 1, bottom), left : max(left + 1, right)]
    ink = _measure_darkness(part, keeps_red=keeps_red)
    mask = as_pixels((ink >= INK_LEVEL) * np.uint8(255))
    spans = [(a - left, b - left) for a, b in print_spans]
    capital, baseline = _measure_print(mask, spans, box.top - top, box.bottom - top)
    ink = _erase_rules(ink, mask, capital)
    mask = as_pixels((ink >= INK_LEVEL) * np.uint8(255))
    labels, stats = find_shapes(mask)
    shapes = tuple(
        Shape(label, int(x), int(y), int(x + w), int(y + h), int(area))
        for label, (x, y, w, h, area) in enumerate(stats[1:], start=1)
    )
    return Row(left, top, ink, labels, shapes, capital, baseline, _measure_blueness(part))


def _measure_darkness(part: Pixels, *, keeps_red: bool) -> Pixels:
    """Return the darkness against the row's own paper, the darkest print at about 255."""
    gray = to_gray(part)
    if part.ndim == 3:
        b, g, r = cv2.split(part)
        gray = as_pixels(cv2.min(cv2.min(b, g), r) if keeps_red else cv2.max(r, gray))
    paper = float(np.percentile(gray, PAPER_PERCENTILE))
    dark = np.clip(paper - gray.astype(np.float32), 0, None)
    inky = dark[dark > 40]
    full = max(60.0, float(np.percentile(inky, 90))) if inky.size else 255.0
    return as_pixels(np.clip(dark * (255 / full), 0, 255))


def _measure_blueness(part: Pixels) -> NDArray[np.float32] | None:
    if part.ndim == 2:
        return None
    blue: NDArray[np.float32] = part[:, :, 0].astype(np.float32) - part[:, :, 2].astype(np.float32)
    return blue - np.float32(np.median(blue))


def _measure_print(mask: Pixels, spans: list[tuple[int, int]], top: int, bottom: int) -> tuple[float, float]:
    """Return the height of a capital and the baseline: what most of the taller shapes in ``spans`` agree on."""
    tops, feet = [], []
    for left, right in spans:
        part = mask[:, max(0, left) : max(0, right)]
        if part.size == 0:
            continue
        for _, y, _, h, _ in find_shapes(part).stats[1:]:
            middle = y + h / 2
            if h >= 0.35 * (bottom - top) and top <= middle <= bottom:
                tops.append(int(y))
                feet.append(int(y + h))
    if len(tops) < 2:
        return max(4.0, 0.62 * (bottom - top)), bottom - 0.18 * (bottom - top)
    baseline = float(np.median(feet))
    return max(4.0, baseline - float(np.median(tops))), baseline


def _erase_rules(ink: Pixels, mask: Pixels, capital_px: float) -> Pixels:
    """Paint long flat lines white: the rule under an agency's name, a line to write on."""
    length = max(8, round(RULE_LENGTH * capital_px))
    rules = cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (length, 1)))
    if not rules.any():
        return ink
    grown = cv2.dilate(rules, np.ones((3, 3), np.uint8))
    return as_pixels(np.where(grown > 0, 0, ink))


def find_slash(row: Row, near_px: float, before_px: float, after_px: float) -> tuple[float, float] | None:
    """Find a printed slash whose foot is near ``near_px`` (from the row's left), at most so far before or after it.

    Returns where it stands on the baseline and at the height of a capital, or None. It is the straight leaning line that is
    darkest along its length and lightest on both sides; what touches it does not hide it.
    """
    capital, foot = row.capital_px, row.baseline_px
    ys = np.linspace(foot, foot - capital, SLASH_STEPS)
    along = np.linspace(0, 1, SLASH_STEPS)
    ink: NDArray[np.float32] = row.ink.astype(np.float32) / np.float32(255)
    starts = np.arange(near_px - before_px, near_px + after_px, max(0.5, capital / 24))
    best, found = SLASH_LEAST, None
    for lean in SLASH_LEAN:
        xs = starts[:, None] + along[None] * lean * capital
        on = _sample(ink, xs, ys)
        beside = [_sample(ink, xs + side * capital * 0.24, ys).mean(axis=1) for side in (-1, 1)]
        covered = (on > 0.3).mean(axis=1)
        values = np.minimum(on, 0.8).mean(axis=1) * covered - 0.45 * (beside[0] + beside[1])
        values -= DISTANCE_COST * np.abs(starts - near_px) / capital
        index = int(values.argmax())
        if covered[index] >= 0.8 and values[index] > best:
            best, found = float(values[index]), (float(starts[index]), float(starts[index] + lean * capital))
    return found


def _sample(ink: NDArray[np.float32], xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the ink at ``xs`` (starts x steps) and ``ys`` (steps), between pixels by linear interpolation."""
    down = np.broadcast_to(ys[None], xs.shape).astype(np.float32)
    sampled = cv2.remap(ink, xs.astype(np.float32), down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(sampled, dtype=np.float32)
