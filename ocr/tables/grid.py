"""From the rules of a table to its grid: what rules enclose are cells, and their sides line up in rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from dossiers.page import BoxPx
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.regions.shapes import unite
from ocr.shapes import find_shapes

MAX_CELLS = 3000
MIN_TILED = 0.8  # of the places of a grid belong to a cell: a torn rule may cost some
MAX_SHARED = 1.1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's place in the grid, and its box in pixels of the mask."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox_px: BoxPx


@dataclass(frozen=True, slots=True)
class Grid:
    """The box of a table in pixels of the mask, how many rows and columns it has, and its cells, row by row."""

    bbox_px: BoxPx
    rows: int
    columns: int
    cells: tuple[Cell, ...]


def find_cell_boxes(rules: Pixels, min_side_px: float) -> list[BoxPx]:
    """Return the areas that rules (255) enclose within their own box; the box's edge counts as a rule. At most MAX_CELLS."""
    framed = rules.copy()
    framed[0], framed[-1], framed[:, 0], framed[:, -1] = (np.uint8(WHITE),) * 4
    _, stats = find_shapes(as_pixels(cv2.bitwise_not(framed)), connectivity=4)
    boxes = [
        BoxPx(left, top, left + width, top + height)
        for left, top, width, height, area in stats[1 : MAX_CELLS + 1].tolist()
        if min(width, height) >= min_side_px and area >= 0.6 * width * height
    ]
    if not boxes:
        return []
    # An area that holds another one is the space around a table within a frame.
    left, top, right, bottom = np.asarray(boxes).T
    return [
        box for box in boxes if not ((left > box.left) & (top > box.top) & (right < box.right) & (bottom < box.bottom)).any()
    ]


def arrange_cells(boxes: Sequence[BoxPx], tolerance_px: float) -> Grid | None:
    """Return the grid that cells make, or None when they make none, or one without two rows and two columns.

    Sides that differ by no more than ``tolerance_px`` from the next are one line, so that a table may lean a little.
    """
    if not boxes:
        return None
    across = _Lines([box.left for box in boxes] + [box.right for box in boxes], tolerance_px)
    down = _Lines([box.top for box in boxes] + [box.bottom for box in boxes], tolerance_px)
    if across.count < 3 or down.count < 3:
        return None
    cells = [
        Cell(
            down.index(box.top),
            across.index(box.left),
            max(1, down.index(box.bottom) - down.index(box.top)),
            max(1, across.index(box.right) - across.index(box.left)),
            box,
        )
        for box in boxes
    ]
    if not _is_tiled(cells, (down.count - 1) * (across.count - 1)):
        return None
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(unite(boxes), down.count - 1, across.count - 1, tuple(cells))


class _Lines:
    """The lines of a grid in one direction, made of the sides of its cells."""

    def __init__(self, sides: Sequence[int], tolerance_px: float) -> None:
        ordered = np.unique(np.asarray(sides))
        self._groups = np.concatenate(([0], np.cumsum(np.diff(ordered) > tolerance_px)))
        self._sides = ordered
        self.count = int(self._groups[-1]) + 1

    def index(self, side: int) -> int:
        """Return the number of the line on which a side lies."""
        return int(self._groups[np.searchsorted(self._sides, side)])


def _is_tiled(cells: Sequence[Cell], places: int) -> bool:
    """Say whether cells fill a grid, each its own place: pieces between the strokes of a seal do not."""
    taken = [
        (row, column)
        for cell in cells
        for row in _span(cell.row, cell.row_span)
        for column in _span(cell.column, cell.column_span)
    ]
    return len(set(taken)) >= MIN_TILED * places and len(taken) <= len(set(taken)) * MAX_SHARED


def _span(first: int, count: int) -> range:
    return range(first, first + count)
