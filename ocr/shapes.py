"""Connected shapes of ink in a mask, and masks made of some of them."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.page_image import WHITE, Pixels, as_pixels

Integers = NDArray[np.int32]
Labels = NDArray[np.uint16] | NDArray[np.int32]
Centres = NDArray[np.float64]
LABELS_OF_TWO_BYTES = 1 << 16


class Shapes(NamedTuple):
    """The label of each pixel (0 = background) and, a shape a row, left, top, width, height, area; row 0 is no shape."""

    labels: Labels
    stats: Integers


def find_shapes(mask: Pixels, connectivity: int = 8) -> Shapes:
    """Return the connected shapes of a mask."""
    labels, stats, _ = label_shapes(mask, connectivity)
    return Shapes(labels, stats)


def label_shapes(mask: Pixels, connectivity: int = 8) -> tuple[Labels, Integers, Centres]:
    """Return the connected shapes of a mask as ``Shapes`` has them, and the centre (x, y) of each.

    Labels of two bytes take a third of the time; OpenCV refuses them where shapes are too many, as on a page of grain.
    """
    try:
        _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=connectivity, ltype=cv2.CV_16U)
        return np.asarray(labels, np.uint16), np.asarray(stats, np.int32), np.asarray(centres, np.float64)
    except cv2.error:
        _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=connectivity, ltype=cv2.CV_32S)
        return np.asarray(labels, np.int32), np.asarray(stats, np.int32), np.asarray(centres, np.float64)


def pick_shapes(labels: Labels, is_picked: NDArray[np.bool_]) -> Pixels:
    """Return the mask (255) of the shapes that are picked, ``is_picked`` a shape a row."""
    table = is_picked * np.uint8(WHITE)
    if labels.dtype != np.uint16:
        return as_pixels(table.take(labels))
    return as_pixels(cv2.LUT(labels, np.pad(table, (0, LABELS_OF_TWO_BYTES - len(table)))))  # an eighth of the time
