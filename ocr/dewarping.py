"""Lines of print that bend: at a book's spine, on a photographed sheet that does not lie flat.

Only heights are mended, as in Leptonica's dewarp (Bloomberg 2011): rows of print are followed across the page, one smooth
surface is fitted to how far they rise and fall, and the page is pulled straight along its columns. What is stored is never
bent; the boxes of what was read are carried back to the page as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.shapes import find_shapes

MIN_BEND_SHARE = (
    0.0045  # of the page's height: 10 px on A4 at 200 dpi, a third of a line; what bends less is read better as it is
)
MAX_BEND_SHARE = 0.08
MIN_ROWS = 6
MIN_ROW_SHARE = 0.3  # of the page's width; shorter ones say little about a bend
MAX_GAP_SHARE = 0.03  # of the page's width, between the words of a row
MAX_ROW_HEIGHT_SHARE = 0.06  # of the page's height: higher is two rows that run together
SAMPLES_A_ROW = 48
DEGREE_X, DEGREE_Y = 5, 2
STIFFNESS = 1e-3  # keeps the surface calm where no row holds it
MAX_NOISE_SHARE = 0.0012  # of the page's height: letters' own ups and downs, some 3 px of 2300
MIN_FOLLOWING_SHARE = 0.93  # of the samples lie on the surface; else these are no rows of print, or too few to trust
ROUNDS = 6

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bend:
    """How far a page's rows fall (pixels, downwards) at each place of it, against where they would stand if straight.

    ``weights`` is DEGREE_X x (DEGREE_Y + 1), for powers of x and y from -1 to 1; ``frame`` is the part of the page
    (left, top, right, bottom, -1 to 1) where there were rows: beyond it the bend stays as at its edge.
    """

    width_px: int
    height_px: int
    weights: Values
    frame: tuple[float, float, float, float]

    def fall(self, x_px: Values, y_px: Values) -> Values:
        """Return the fall at places of the straight page."""
        left, top, right, bottom = self.frame
        x = np.clip(2 * x_px / self.width_px - 1, left, right)
        y = np.clip(2 * y_px / self.height_px - 1, top, bottom)
        return np.asarray((_powers(x, y) @ self.weights) * self.height_px)

    def straighten(self, pixels: Pixels) -> Pixels:
        """Return the page with its rows straight; what was beyond its edges is white."""
        columns, rows = np.meshgrid(np.arange(0, self.width_px + 16, 16.0), np.arange(0, self.height_px + 16, 16.0))
        coarse = self.fall(columns.ravel(), rows.ravel()).reshape(columns.shape).astype(np.float32)
        grown = cv2.resize(coarse, (coarse.shape[1] * 16, coarse.shape[0] * 16), interpolation=cv2.INTER_LINEAR)
        # Linear scaling puts the value of a cell in its middle, half a cell from where it was taken.
        falls = np.asarray(grown[8 : 8 + self.height_px, 8 : 8 + self.width_px], dtype=np.float32)
        map_x = np.broadcast_to(np.arange(self.width_px, dtype=np.float32), falls.shape)
        map_y = np.arange(self.height_px, dtype=np.float32)[:, None] + falls
        fill = (WHITE, WHITE, WHITE)
        return as_pixels(cv2.remap(pixels, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill))

    def restore_box(self, box: BoxPx) -> BoxPx:
        """Return the box on the page as it is that holds what ``box`` holds on the straight page."""
        x = np.linspace(box.left, box.right, 9)
        tops = box.top + self.fall(x, np.full_like(x, box.top))
        bottoms = box.bottom + self.fall(x, np.full_like(x, box.bottom))
        top = min(max(0, round(float(tops.min()))), self.height_px - 1)
        return BoxPx(box.left, top, box.right, min(max(top + 1, round(float(bottoms.max()))), self.height_px))


def find_bend(mask: Pixels, width_px: int, height_px: int) -> Bend | None:
    """Return how the rows of a level page bend, None when they are straight or cannot be told.

    ``mask`` is the thumbnail of the page's letters (``orientation.find_text_mask``), ``width_px`` x ``height_px`` the page.
    """
    rows = _follow_rows(mask)
    if len(rows) < MIN_ROWS:
        return None
    weights, residuals = _fit(rows)
    x, y = _places(rows)
    bend = Bend(width_px, height_px, weights, (float(x.min()), float(y.min()), float(x.max()), float(y.max())))
    falls = _powers(x, y) @ weights
    edges = np.cumsum([0, *(len(row[0]) for row in rows)])
    spans = [float(np.ptp(falls[first:last])) for first, last in pairwise(edges)]
    if not MIN_BEND_SHARE <= max(spans) <= MAX_BEND_SHARE:
        return None
    return bend if (np.abs(residuals) <= 2 * MAX_NOISE_SHARE).mean() >= MIN_FOLLOWING_SHARE else None


def _follow_rows(mask: Pixels) -> list[tuple[Values, Values]]:
    """Return the rows of print: for each, places across (-1 to 1) and heights (shares of the page's height)."""
    height, width = mask.shape
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    gap = max(3, round(MAX_GAP_SHARE * width))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (gap, 1)))
    labels, stats = find_shapes(as_pixels(joined))
    found = []
    for label in range(1, len(stats)):
        left, top, across, down, _ = (int(value) for value in stats[label])
        if across < MIN_ROW_SHARE * width or down > MAX_ROW_HEIGHT_SHARE * height:
            continue
        part = (labels[top : top + down, left : left + across] == label) & (mask[top : top + down, left : left + across] > 0)
        row = _follow_row(part)
        if row is not None:
            x, y = row
            found.append((2 * (x + left) / width - 1, (y + top) / height))
    return found


def _follow_row(part: NDArray[np.bool_]) -> tuple[Values, Values] | None:
    """Return the middle of the ink in each of some stretches of a row, in pixels of ``part``."""
    edges = np.linspace(0, part.shape[1], SAMPLES_A_ROW + 1).astype(int)
    first, last = edges[:-1], edges[1:]
    profiles = np.add.reduceat(part, first, axis=1, dtype=np.int64)  # a column a stretch
    ink = profiles.sum(axis=0)
    is_inked = ink >= 0.5 * (last - first)
    if int(is_inked.sum()) < SAMPLES_A_ROW // 2:
        return None
    heights = (np.arange(part.shape[0]) @ profiles)[is_inked] / ink[is_inked]
    return ((first + last - 1) / 2)[is_inked], heights


def _places(rows: Sequence[tuple[Values, Values]]) -> tuple[Values, Values]:
    """Return where the samples lie, across and down (-1 to 1); those of a row are all as far down as its middle."""
    return np.concatenate([x for x, _ in rows]), np.concatenate([np.full(len(x), 2 * y.mean() - 1) for x, y in rows])


def _powers(x: Values, y: Values) -> Values:
    """Return the terms of the surface at each place, flat: every power of x above 0 times every power of y."""
    return np.stack([x**i * y**j for i in range(1, DEGREE_X + 1) for j in range(DEGREE_Y + 1)], axis=-1)


def _fit(rows: Sequence[tuple[Values, Values]]) -> tuple[Values, Values]:
    """Return the surface that all rows follow, each from a height of its own, and how far the samples lie off it.

    Least squares, reweighted (Huber) so that accents, descenders and strangers weigh little.
    """
    counts = np.array([len(x) for x, _ in rows])
    heights = np.concatenate([y for _, y in rows])
    x, middles = _places(rows)
    starts, own = np.cumsum([0, *counts[:-1]]), np.repeat(np.arange(len(rows)), counts)
    terms = _powers(x, middles)
    penalty = STIFFNESS * len(x) * np.eye(terms.shape[1])
    weight, weights, residuals = np.ones(len(x)), np.zeros(terms.shape[1]), heights
    for _ in range(ROUNDS):
        # Each row's own height drops out when its mean is taken off both sides (Frisch and Waugh 1933). einsum, since a
        # threaded matrix product of this size costs ten times what it saves.
        total = np.add.reduceat(weight, starts)
        own_terms = (np.add.reduceat(terms * weight[:, None], starts) / total[:, None])[own]
        own_heights = (np.add.reduceat(heights * weight, starts) / total)[own]
        centred, level = terms - own_terms, heights - own_heights
        square = np.einsum("ni,nj,n->ij", centred, centred, weight, optimize=False)
        weights = np.linalg.solve(square + penalty, np.einsum("ni,n,n->i", centred, level, weight, optimize=False))
        residuals = level - np.einsum("ni,i->n", centred, weights)
        weight = np.minimum(1.0, MAX_NOISE_SHARE / np.maximum(np.abs(residuals), 1e-9))
    return weights, residuals
