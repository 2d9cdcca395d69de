"""Rows of tables in the reading order: what stands side by side in a table is one printed line, however many pieces were found.

A detector finds the entries of a row one by one. Ruled tables are known by their rules (``ocr.tables``), others by several
rows, one below the other, of three or more pieces each. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.page import BoxPx, RecognizedLine, Table
from ocr.lines import join_words

MIN_COLUMNS = 3  # two columns may be running text side by side, which is read column by column
MIN_ROWS = 3
SAME_ROW = 0.5  # of the lower line's height, between the middles of two entries of a row


def find_row_blocks(lines: Sequence[RecognizedLine], tables: Sequence[Table]) -> list[BoxPx]:
    """Return the boxes within which lines are read row by row, from top to bottom; they do not overlap from top to bottom."""
    ruled = [table.bbox_px for table in tables if table.columns >= MIN_COLUMNS]
    free = [line for line in lines if not any(lies_in(line, box) for box in ruled)]
    blocks: list[BoxPx] = []
    for block in sorted([*ruled, *_find_unruled(free)], key=lambda box: box.top):
        if blocks and block.top < blocks[-1].bottom:
            blocks[-1] = blocks[-1].union(block)
        else:
            blocks.append(block)
    return blocks


def lies_in(line: RecognizedLine, box: BoxPx) -> bool:
    """Say whether the middle of a line lies in a box."""
    x, y = (line.bbox_px.left + line.bbox_px.right) / 2, _middle(line)
    return box.left <= x < box.right and box.top <= y < box.bottom


def join_rows(lines: Sequence[RecognizedLine]) -> list[RecognizedLine]:
    """Return one line for each row of lines that stand side by side, from top to bottom, words from left to right."""
    return [_join(row) for row in _group_rows(lines)]


def _find_unruled(lines: Sequence[RecognizedLine]) -> list[BoxPx]:
    """Return the boxes of runs of rows with two or more pieces, of which at least MIN_ROWS have MIN_COLUMNS or more."""
    runs: list[list[list[RecognizedLine]]] = [[]]
    for row in _group_rows(lines):
        if len(row) >= 2:
            runs[-1].append(row)
        elif runs[-1]:
            runs.append([])
    blocks = []
    for run in runs:
        wide = [index for index, row in enumerate(run) if len(row) >= MIN_COLUMNS]
        if len(wide) >= MIN_ROWS:
            boxes = [line.bbox_px for row in run[wide[0] : wide[-1] + 1] for line in row]
            block = boxes[0]
            for box in boxes[1:]:
                block = block.union(box)
            blocks.append(block)
    return blocks


def _group_rows(lines: Sequence[RecognizedLine]) -> list[list[RecognizedLine]]:
    rows: list[list[RecognizedLine]] = []
    for line in sorted(lines, key=_middle):
        if rows and all(_are_side_by_side(other, line) for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _are_side_by_side(one: RecognizedLine, other: RecognizedLine) -> bool:
    a, b = one.bbox_px, other.bbox_px
    is_beside = min(a.right, b.right) - max(a.left, b.left) < SAME_ROW * min(a.height, b.height)
    return is_beside and abs(_middle(one) - _middle(other)) < SAME_ROW * min(a.height, b.height)


def _join(row: Sequence[RecognizedLine]) -> RecognizedLine:
    if len(row) == 1:
        return row[0]
    return join_words([word for line in sorted(row, key=lambda line: line.bbox_px.left) for word in line.words])


def _middle(line: RecognizedLine) -> float:
    return (line.bbox_px.top + line.bbox_px.bottom) / 2
