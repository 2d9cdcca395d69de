"""Find the ruled tables of a page and put the words that were read into their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table, TableCell
from ocr.cleaning import flatten_light
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.regions.inks import reduce_page
from ocr.shapes import find_shapes
from ocr.tables.grid import Grid, arrange_cells, find_cell_boxes

RULES_DPI = 140  # where the gaps between letters still show: 150 of a page at 300
GLANCE_DPI, GLANCE_LEVEL = 90, 205
RULE_LEVEL = 190  # of 255, on flattened paper: a hairline is half a pixel wide
MIN_RULE_MM, MAX_RULE_MM = 6.0, 1.3
MAX_GAP_MM = 1.5
MIN_TABLE_WIDTH_MM, MIN_TABLE_HEIGHT_MM = 30.0, 9.0
MIN_CELL_MM = 2.6
MIN_CELLS = 4
TOLERANCE_MM = 1.8
MAX_TABLES = 50


def find_tables(gray: Pixels, dpi: int, lines: Sequence[RecognizedLine]) -> tuple[Table, ...]:
    """Return the ruled tables of a page, from top to bottom, with the text of their cells.

    ``gray`` is the upright page, best without its seals; boxes of ``lines`` are in its pixels. A word belongs to the cell in
    which its middle lies. A cell's text is its words line by line, joined by blanks. Tables need at least two rows and two
    columns.
    """
    if not _may_have_tables(gray, dpi):
        return ()
    flat, times, px = _flatten(gray, dpi, RULES_DPI)
    horizontal, vertical = find_rule_masks(flat, px)
    both = as_pixels(cv2.bitwise_or(horizontal, vertical))
    labels, stats = find_shapes(both)
    tables = []
    for index in np.argsort(stats[1:, cv2.CC_STAT_TOP], kind="stable") + 1:
        left, top, width, height, _ = (int(value) for value in stats[index])
        if width < MIN_TABLE_WIDTH_MM * px or height < MIN_TABLE_HEIGHT_MM * px:
            continue
        area = (slice(top, top + height), slice(left, left + width))
        own = as_pixels((labels[area] == index) * np.uint8(WHITE))
        if not _is_grid(own & horizontal[area], own & vertical[area]):
            continue
        boxes = [_move(box, left, top) for box in find_cell_boxes(own, MIN_CELL_MM * px)]
        grid = arrange_cells(boxes, TOLERANCE_MM * px)
        if grid is not None and len(grid.cells) >= MIN_CELLS:
            tables.append(_fill(grid, times, lines))
    return tuple(tables[:MAX_TABLES])


def _flatten(gray: Pixels, dpi: int, min_dpi: int) -> tuple[Pixels, int, float]:
    """Return the page reduced and flattened, how many of its pixels one of these is wide, and how many make a millimetre."""
    small, times = reduce_page(gray, dpi, min_dpi)
    return flatten_light(small, max(1, round(dpi / times))), times, dpi / times / 25.4


def _may_have_tables(gray: Pixels, dpi: int) -> bool:
    """Say whether there is a vertical rule at all, which is quickly seen on a thumbnail."""
    flat, _, px = _flatten(gray, dpi, GLANCE_DPI)
    ink = cv2.threshold(flat, GLANCE_LEVEL, WHITE, cv2.THRESH_BINARY_INV)[1]
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, _box_kernel((1, round(MIN_TABLE_HEIGHT_MM * 0.8 * px))))
    return cv2.countNonZero(runs) > 0


def find_rule_masks(flat: Pixels, px: float) -> tuple[Pixels, Pixels]:
    """Return the masks of horizontal and of vertical rules, small gaps closed and a pixel wider; ``px`` are a millimetre."""
    ink = as_pixels(cv2.threshold(flat, RULE_LEVEL, WHITE, cv2.THRESH_BINARY_INV)[1])
    length, thick, gap = round(MIN_RULE_MM * px), max(3, round(MAX_RULE_MM * px)), max(3, round(MAX_GAP_MM * px))
    masks = []
    for along, across, bridge in (((length, 1), (1, thick), (gap, 1)), ((1, length), (thick, 1), (1, gap))):
        runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, _box_kernel(along))
        filled = cv2.morphologyEx(runs, cv2.MORPH_OPEN, _box_kernel(across))
        rules = cv2.morphologyEx(cv2.subtract(runs, filled), cv2.MORPH_CLOSE, _box_kernel(bridge))
        masks.append(as_pixels(cv2.dilate(rules, np.ones((3, 3), np.uint8))))
    return masks[0], masks[1]


def _box_kernel(size: tuple[int, int]) -> Pixels:
    return as_pixels(cv2.getStructuringElement(cv2.MORPH_RECT, size))


def _is_grid(horizontal: Pixels, vertical: Pixels) -> bool:
    """Say whether at least two rules cross, or meet, at least one other each way: three meetings make no frame."""
    meetings, _ = cv2.connectedComponents(horizontal & vertical, connectivity=8)
    return meetings - 1 >= 3


def _fill(grid: Grid, times: int, lines: Sequence[RecognizedLine]) -> Table:
    whole = _enlarge(grid.bbox_px, times)
    boxes = [_enlarge(cell.bbox_px, times) for cell in grid.cells]
    texts: list[list[str]] = [[] for _ in boxes]
    near = [line for line in lines if _meets(line.bbox_px, whole)]
    for word in _in_rows(near):
        x, y = (word.bbox_px.left + word.bbox_px.right) / 2, (word.bbox_px.top + word.bbox_px.bottom) / 2
        for box, words in zip(boxes, texts, strict=True):
            if box.left - times <= x <= box.right + times and box.top - times <= y <= box.bottom + times:
                words.append(word.text)
                break
    cells = (
        TableCell(cell.row, cell.column, cell.row_span, cell.column_span, box, " ".join(words))
        for cell, box, words in zip(grid.cells, boxes, texts, strict=True)
    )
    return Table(whole, grid.rows, grid.columns, tuple(cells))


def _in_rows(lines: Sequence[RecognizedLine]) -> Iterator[RecognizedWord]:
    """Return the words line by line, lines by the height of their middle: a reader may find columns out of order."""
    for line in sorted(lines, key=lambda line: line.bbox_px.top + line.bbox_px.bottom):
        yield from line.words


def _enlarge(box: BoxPx, times: int) -> BoxPx:
    return BoxPx(*(edge * times for edge in box))


def _move(box: BoxPx, across: int, down: int) -> BoxPx:
    return BoxPx(box.left + across, box.top + down, box.right + across, box.bottom + down)


def _meets(one: BoxPx, other: BoxPx) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
