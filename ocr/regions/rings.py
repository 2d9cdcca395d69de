"""Circles in a mask of ink: the rims of seals, whole or cut off by the edge of the page.

A generalised Hough transform: each edge votes along its normal for the centres it may lie around, whatever the radius, so
that the several rims of one seal vote for one centre (D. H. Ballard, Pattern Recognition 13 (2), 1981). What the votes name
is then measured: over how much of the circle there is ink.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.page_image import Pixels, as_pixels, resize

VOTING_DPI = 50
MIN_RADIUS_MM, MAX_RADIUS_MM = 9.0, 23.0  # seals of agencies are 30 to 45 mm wide, others at least 20 mm
MAX_EDGES = 30_000
MAX_CANDIDATES = 6
MIN_VOTES = 25.0  # after smoothing; a third of a rim of 35 mm gives about 60
MIN_VOTES_SHARE = 0.3  # of the first candidate's: a fan stamp shows a third of a rim
MIN_VISIBLE = 0.15  # of the circle lies on the page
OUTSIDE_MM = 1.4
ANGLES = np.linspace(0, 2 * np.pi, 96, endpoint=False)


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle in pixels of the mask. ``coverage`` (0 to 1) says over how much of its part on the page there is ink,
    ``contrast`` by how much that is more than just outside, ``visible`` how much of it lies on the page.
    """

    x: float
    y: float
    radius: float
    coverage: float
    contrast: float
    visible: float


def find_rings(mask: Pixels, dpi: int, *, min_coverage: float, min_contrast: float) -> list[Ring]:
    """Return the rings of ink in a mask (255 = ink), the surest first; none lies within another's."""
    if not mask.any():
        return []
    scale = min(1.0, VOTING_DPI / dpi)
    votes, pad = _collect_votes(resize(mask, scale), dpi * scale)
    thick = as_pixels(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    rings: list[Ring] = []
    reach = MIN_RADIUS_MM / 25.4 * dpi * scale
    least = MIN_VOTES
    for _ in range(MAX_CANDIDATES):
        _, strength, _, (column, row) = cv2.minMaxLoc(votes)
        if strength < least:
            break
        least = max(least, MIN_VOTES_SHARE * strength)
        cv2.circle(votes, (column, row), round(reach), 0.0, -1)
        ring = _measure(thick, (column - pad) / scale, (row - pad) / scale, dpi)
        if ring.coverage >= min_coverage and ring.contrast >= min_contrast and ring.visible >= MIN_VISIBLE:
            rings.append(ring)
    rings.sort(key=lambda ring: -ring.coverage * ring.visible)
    return [ring for index, ring in enumerate(rings) if not any(_overlap(ring, better) for better in rings[:index])]


def _collect_votes(mask: Pixels, dpi: float) -> tuple[NDArray[np.float32], int]:
    """Return the votes for each centre, on a canvas that is wider than the mask by a margin on each side, and the margin."""
    smooth = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    slope = np.hypot(across, down)
    found = np.nonzero(slope > 200)
    step = max(1, -(-len(found[0]) // MAX_EDGES))
    edges = (found[0][::step], found[1][::step])
    rows, columns = edges
    steep = slope[edges]
    nx, ny = across[edges] / steep, down[edges] / steep
    low, high = MIN_RADIUS_MM / 25.4 * dpi, MAX_RADIUS_MM / 25.4 * dpi
    pad = int(high) + 1
    height, width = mask.shape[0] + 2 * pad, mask.shape[1] + 2 * pad
    radii = np.arange(low, high, 1.5)[:, None]
    places = []
    for reach in (-radii, radii):
        # On the canvas none of them lies outside: its margin is as wide as the greatest radius.
        x = np.rint(columns + reach * nx).astype(np.int32) + np.int32(pad)
        y = np.rint(rows + reach * ny).astype(np.int32) + np.int32(pad)
        places.append((y * np.int32(width) + x).ravel())
    votes = np.bincount(np.concatenate(places), minlength=height * width)
    board = (votes * step).astype(np.float32).reshape(height, width)
    return np.asarray(cv2.GaussianBlur(board, (0, 0), 1.2) * 9, dtype=np.float32), pad


def _measure(thick: Pixels, x: float, y: float, dpi: int) -> Ring:
    """Return the best-covered circle around about (x, y); of nearly equal ones the widest."""
    px = dpi / 25.4
    radii = np.arange(MIN_RADIUS_MM * px, MAX_RADIUS_MM * px, 1.0)
    wide = np.concatenate((radii, radii[-1] + np.arange(1, int(OUTSIDE_MM * px) + 2)))
    around = (wide[:, None] * np.cos(ANGLES), wide[:, None] * np.sin(ANGLES))
    tried = [_measure_at(thick, x + dx, y + dy, radii, around) for dy in range(-4, 5, 2) for dx in range(-4, 5, 2)]
    return max(tried, key=lambda ring: ring.coverage + ring.contrast)


def _measure_at(
    thick: Pixels, x: float, y: float, radii: NDArray[np.float64], around: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Ring:
    """Return the best-covered circle around (x, y). ``around`` are the places on circles of all ``radii`` and a little more."""
    columns = np.rint(x + around[0]).astype(np.int32)
    rows = np.rint(y + around[1]).astype(np.int32)
    on_page = (columns >= 0) & (columns < thick.shape[1]) & (rows >= 0) & (rows < thick.shape[0])
    # A place that is not on the page is looked up at its corner, and does not count.
    ink = (thick.take(np.where(on_page, rows * np.int32(thick.shape[1]) + columns, 0)) > 0) & on_page
    share = ink.sum(axis=1) / np.maximum(on_page.sum(axis=1), 1)
    contrast = share[: len(radii)] - share[len(share) - len(radii) :]
    score = share[: len(radii)] + contrast
    good = np.flatnonzero(score >= 0.9 * score.max())
    pick = int(good[-1]) if len(good) else 0
    return Ring(x, y, float(radii[pick]), float(share[pick]), float(contrast[pick]), float(on_page[pick].mean()))


def _overlap(one: Ring, other: Ring) -> bool:
    return float(np.hypot(one.x - other.x, one.y - other.y)) < max(one.radius, other.radius)


def draw_discs(rings: list[Ring], shape: tuple[int, ...], margin_px: float) -> Pixels:
    """Return a mask of the given shape, 255 within the rings and ``margin_px`` around them."""
    disc = np.zeros(shape, np.uint8)
    for ring in rings:
        cv2.circle(disc, (round(ring.x), round(ring.y)), round(ring.radius + margin_px), 255, -1)
    return as_pixels(disc)
