"""The ink of a cell, brought to the size that the digit reader was trained on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.page_image import Pixels, as_pixels

STRIP_HEIGHT_PX = 32
STRIP_WIDTH_PX = 128
BODY_HEIGHT_PX = 24  # of the tallest digit
MARGIN_PX = 4
LEFT_PX = 6
INK_SHARE = 0.35  # of the darkest ink's level: fainter is paper
SPECK_SHARE = 0.34  # of the tallest shape's height: lower and narrower is a speck, and does not set the size


def make_strip(ink: Pixels, least_height_px: float) -> Pixels:
    """Return STRIP_HEIGHT_PX x STRIP_WIDTH_PX, 255 where the ink is darkest, 0 on paper.

    ``ink`` is a cell's darkness (255 = ink). What is lower than ``least_height_px`` is not enlarged any further, so that a
    dash stays a dash. A cell without ink gives an empty strip.
    """
    strip = np.zeros((STRIP_HEIGHT_PX, STRIP_WIDTH_PX), np.uint8)
    box = find_body(ink)
    if box is None:
        return strip
    left, top, right, bottom = box
    spare = max(0.0, least_height_px - (bottom - top))
    top, bottom = top - round(spare / 2), bottom + round(spare / 2)
    margin = MARGIN_PX * (bottom - top) / BODY_HEIGHT_PX
    part = _cut(ink, left - margin, top - margin, right + margin, bottom + margin)
    room = STRIP_WIDTH_PX - 2 * LEFT_PX
    width = min(room, max(1, round(part.shape[1] * STRIP_HEIGHT_PX / part.shape[0])))
    # Averaging twice keeps thin strokes of very large scans.
    small = cv2.resize(part, (width, STRIP_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    strip[:, LEFT_PX : LEFT_PX + width] = _stretch(as_pixels(small))
    return strip


def find_body(ink: Pixels) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom of the shapes that matter in a cell, or None when there is no ink."""
    if ink.size == 0 or int(ink.max()) < 32:
        return None
    mask = as_pixels((ink > INK_SHARE * float(ink.max())) * np.uint8(255))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return None
    shapes = stats[1:]
    tallest = shapes[:, cv2.CC_STAT_HEIGHT].max()
    counts = (shapes[:, cv2.CC_STAT_HEIGHT] >= SPECK_SHARE * tallest) | (shapes[:, cv2.CC_STAT_WIDTH] >= SPECK_SHARE * tallest)
    kept = shapes[counts]
    lefts, tops = kept[:, cv2.CC_STAT_LEFT], kept[:, cv2.CC_STAT_TOP]
    rights, bottoms = lefts + kept[:, cv2.CC_STAT_WIDTH], tops + kept[:, cv2.CC_STAT_HEIGHT]
    return int(lefts.min()), int(tops.min()), int(rights.max()), int(bottoms.max())


def _cut(ink: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """Return a part of ``ink``, with paper where it reaches beyond."""
    x1, y1, x2, y2 = round(left), round(top), max(round(right), round(left) + 1), max(round(bottom), round(top) + 1)
    height, width = ink.shape
    inside = ink[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
    return as_pixels(
        cv2.copyMakeBorder(
            inside,
            max(0, -y1),
            max(0, y2 - height),
            max(0, -x1),
            max(0, x2 - width),
            cv2.BORDER_CONSTANT,
            value=0,
        )
    )


def _stretch(strip: Pixels) -> Pixels:
    """Scale the levels so that the darkest ink is 255."""
    levels: NDArray[np.uint8] = strip[strip > 24]
    if levels.size == 0:
        return strip
    peak = max(48.0, float(np.percentile(levels, 92)))
    return as_pixels(np.clip(strip.astype(np.float32) * (255 / peak), 0, 255))
