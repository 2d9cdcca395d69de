"""Whether a layered page says what the scan says: both seen through the same blur, no mark may come or go.

The blur is as wide as a full stop of small print, so that a hard edge in place of a soft one counts for nothing and a lost
dot, a filled letter or a smeared line counts. Both are seen in the cells in which the ink has its colours, several to a dot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pdf.layered_image.codecs import decode_paper
from pdf.layered_image.colour_layers import Pixels, shrink
from pdf.layered_image.layers import LayeredPage, Separation
from pdf.layered_image.marks import MM_PER_INCH, odd_px

_BLUR_MM = 0.4
_LOST_SHARE = 0.22  # of the contrast around
_LEAST_LOST, _MOST_LOST = 20.0, 48.0  # of 255
_CONTRAST_WINDOW_MM = 2.5
_SHRINK = 2
_ADDED = 72  # strokes may grow by a fraction of a pixel, letters may not be filled
_MARK_MM2 = 0.06  # smaller than the dot of an i in 8-point print
_LARGEST_MM2 = 0.8
_SPARE_MM2 = 1.0
_RIM_MM = 1.0
_SHARE_OF_INK = 0.0005


@dataclass(frozen=True, slots=True)
class Legibility:
    """``changed_mm2`` is the area of all places larger than a dot whose tone changed, ``largest_mm2`` that of the largest.

    ``lost`` is 255 where the page became too light, at the resolution of the mask.
    """

    changed_mm2: float
    largest_mm2: float
    ink_mm2: float
    lost: Pixels

    @property
    def is_legible(self) -> bool:
        """Whether no change is larger than a letter's stroke and all together are next to nothing beside the ink."""
        return self.largest_mm2 <= _LARGEST_MM2 and self.changed_mm2 <= _SPARE_MM2 + _SHARE_OF_INK * self.ink_mm2


def compose_grey(page: LayeredPage, separation: Separation) -> Pixels:
    """Return the brightness of the page as a viewer shows it, in the cells in which the ink has its colours."""
    cell_px = _choose_cell_px(page)
    shape = tuple(-(-side // cell_px) for side in separation.mask.shape)
    paper = _enlarge(decode_paper(page.paper.data), page.paper.cell_px // cell_px, shape)
    if separation.ink is None:
        return paper
    ink, cover = _enlarge(separation.ink, 1, shape), shrink(separation.mask, cell_px)
    inked, bare = cv2.multiply(ink, cover, scale=1 / 255), cv2.multiply(paper, cv2.bitwise_not(cover), scale=1 / 255)
    return np.asarray(cv2.add(inked, bare), np.uint8)


def check_legibility(page: LayeredPage, separation: Separation) -> Legibility:
    """Compare a layered page with its scan, but for a millimetre along the scan's edges."""
    cell_px = _choose_cell_px(page)
    dpi = page.mask_dpi / cell_px
    grey = shrink(separation.grey, cell_px)
    before, after = (_blur(seen, _BLUR_MM / MM_PER_INCH * dpi) for seen in (grey, compose_grey(page, separation)))
    lost = _leave_rim_out(cv2.compare(cv2.subtract(after, before), _allow_loss(grey, dpi), cv2.CMP_GT), dpi)
    is_added = cv2.threshold(cv2.subtract(before, after), _ADDED, 255, cv2.THRESH_BINARY)[1]
    changed = _leave_rim_out(cv2.bitwise_or(lost, is_added), dpi)
    px_mm2 = (MM_PER_INCH / dpi) ** 2
    ink_mm2 = cv2.countNonZero(separation.mask) * (MM_PER_INCH / page.mask_dpi) ** 2
    height, width = separation.mask.shape
    if not changed.any():
        return Legibility(0.0, 0.0, ink_mm2, np.zeros((height, width), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(_leave_clean_rows_out(changed), connectivity=8, ltype=cv2.CV_32S)
    areas_mm2 = stats[1:, cv2.CC_STAT_AREA] * px_mm2
    finer = np.repeat(np.repeat(lost, cell_px, axis=0), cell_px, axis=1)[:height, :width]
    return Legibility(float(areas_mm2[areas_mm2 >= _MARK_MM2].sum()), float(areas_mm2.max()), ink_mm2, finer)


def _choose_cell_px(page: LayeredPage) -> int:
    return page.ink.cell_px if page.ink is not None else 1


def _blur(pixels: Pixels, width_px: float) -> Pixels:
    """Return the means over squares of ``width_px``, which may be a fraction."""
    reach = max(math.ceil((width_px - 1) / 2), 0)
    line = np.ones(2 * reach + 1, np.float32)
    line[[0, -1]] = (max(width_px, 1) - 2 * reach + 1) / 2 if reach else 1
    return np.asarray(cv2.sepFilter2D(pixels, -1, line / line.sum(), line / line.sum()), np.uint8)


def _leave_rim_out(found: cv2.typing.MatLike, dpi: float) -> Pixels:
    """Clear the rim where a scan ends: a sheet's edge, the white of a turned picture's corners."""
    changed = np.asarray(found, np.uint8)
    rim = round(_RIM_MM / MM_PER_INCH * dpi)
    if rim:
        changed[:rim] = changed[-rim:] = changed[:, :rim] = changed[:, -rim:] = 0
    return changed


def _leave_clean_rows_out(changed: Pixels) -> Pixels:
    """Return the rows with changes, and a clean one between those that do not touch: the same places, found sooner."""
    is_changed = np.asarray(changed.any(axis=1), np.bool_)
    is_kept = is_changed | np.concatenate(([False], is_changed[:-1]))
    return changed[is_kept]


def _allow_loss(grey: Pixels, dpi: float) -> Pixels:
    """Return how much lighter each pixel may become: less among faint print than among bold."""
    side = odd_px(_CONTRAST_WINDOW_MM, dpi / _SHRINK)
    kernel = np.ones((side, side), np.uint8)
    small = cv2.resize(grey, (max(grey.shape[1] // _SHRINK, 1), max(grey.shape[0] // _SHRINK, 1)), interpolation=cv2.INTER_AREA)
    contrast = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_GRADIENT, kernel), (side, side)).astype(np.float32)
    allowed = np.clip(contrast * _LOST_SHARE, _LEAST_LOST, _MOST_LOST).astype(np.uint8)
    return np.asarray(cv2.resize(allowed, grey.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _enlarge(layer: Pixels, times: int, shape: tuple[int, ...]) -> Pixels:
    grey = layer if layer.ndim == 2 else cv2.cvtColor(layer, cv2.COLOR_RGB2GRAY)
    size = (grey.shape[1] * times, grey.shape[0] * times)
    return np.ascontiguousarray(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR)[: shape[0], : shape[1]], np.uint8)
