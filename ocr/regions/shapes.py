"""Shapes of ink in a mask, and boxes around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.page_image import Pixels

Integers = NDArray[np.int32]


class Shapes(NamedTuple):
    """The label of each pixel (0 = background) and, a shape a row, left, top, width, height, area; row 0 is no shape."""

    labels: Integers
    stats: Integers


def find_shapes(mask: Pixels, connectivity: int = 8) -> Shapes:
    """Return the connected shapes of a mask."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    return Shapes(np.asarray(labels, dtype=np.int32), np.asarray(stats, dtype=np.int32))


def box_of(stats: Integers, index: int) -> BoxPx:
    """Return the box of a shape."""
    left, top, width, height = (int(value) for value in stats[index, :4])
    return BoxPx(left, top, left + width, top + height)


def unite(boxes: Sequence[BoxPx]) -> BoxPx:
    """Return the smallest box that holds all; ``boxes`` is not empty."""
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def group_near(boxes: Sequence[BoxPx], gap_px: float) -> list[list[int]]:
    """Return the boxes' numbers in groups of which each box is near another one."""
    groups: list[list[int]] = []
    for number, box in enumerate(boxes):
        near = [group for group in groups if any(_gap(box, boxes[other]) <= gap_px for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([number, *(other for group in near for other in group)])
    return groups


def _gap(one: BoxPx, other: BoxPx) -> int:
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)
