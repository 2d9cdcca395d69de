"""Boxes around shapes of ink."""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.page import BoxPx
from ocr.shapes import Integers


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
