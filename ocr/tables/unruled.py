"""Tables without rules: columns are told by the gaps that stand one below the other over several rows. Pure.

As in the "white space" analysis of tables (Rus and Subramanian 1997): a column ends where no entry of any row reaches.
Lengths are multiples of ``em_px``, the usual height of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table, TableCell
from ocr.lines import join_words
from ocr.reading_order import measure_em

MIN_COLUMNS = 3  # two columns are as often a letterhead, or a name beside a signature
MIN_ROWS = 3
MIN_GAP_EM = 1.2  # between two entries; justified text stretches its spaces to about one em
MIN_GUTTER_EM = 0.5
MAX_DROP_EM = 3.0  # from one row to the next
SAME_ROW = 0.5  # of the lower word's height, between the middles of two words of a row
MIN_FILLED = 0.6  # of a table's cells hold something: a poem's ragged lines do not
MAX_CELL_LETTERS = 60  # on average; longer is running text in columns


@dataclass(frozen=True, slots=True)
class _Row:
    """A printed row: its entries from left to right, parted at wide gaps."""

    entries: tuple[RecognizedLine, ...]
    bbox_px: BoxPx


def find_unruled_tables(lines: Sequence[RecognizedLine], ruled: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables that stand without rules outside the ``ruled`` ones, from top to bottom.

    A row with one entry alone between others goes on with the cell above it. Cells are not joined over columns.
    """
    words = [word for line in lines for word in line.words if not any(_lies_in(word, table.bbox_px) for table in ruled)]
    if not words:
        return ()
    em_px = measure_em(lines)
    rows = [_part(row, em_px) for row in _group_rows(words)]
    return tuple(table for run in _list_runs(rows, em_px) if (table := _make_table(run, em_px)) is not None)


def _group_rows(words: Sequence[RecognizedWord]) -> list[list[RecognizedWord]]:
    rows: list[list[RecognizedWord]] = []
    for word in sorted(words, key=_middle):
        if rows and abs(_middle(rows[-1][0]) - _middle(word)) < SAME_ROW * min(rows[-1][0].bbox_px.height, word.bbox_px.height):
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def _part(words: list[RecognizedWord], em_px: float) -> _Row:
    ordered = sorted(words, key=lambda word: word.bbox_px.left)
    entries, reach = [[ordered[0]]], ordered[0].bbox_px.right
    for word in ordered[1:]:
        if word.bbox_px.left - reach >= MIN_GAP_EM * em_px:
            entries.append([])
        entries[-1].append(word)
        reach = max(reach, word.bbox_px.right)
    return _Row(tuple(join_words(entry) for entry in entries), join_words(ordered).bbox_px)


def _list_runs(rows: Sequence[_Row], em_px: float) -> list[list[_Row]]:
    """Return the runs of rows close together that begin and end with one of MIN_COLUMNS entries or more.

    Two rows of one entry in succession, or one as wide as the columns beside it, end a run.
    """
    runs: list[list[_Row]] = [[]]
    for row in rows:
        last = runs[-1][-1] if runs[-1] else None
        is_near = last is not None and row.bbox_px.top - last.bbox_px.bottom <= MAX_DROP_EM * em_px
        if last is not None and (not is_near or (len(row.entries) == 1 and len(last.entries) == 1)):
            runs.append([])
        if runs[-1] or len(row.entries) >= MIN_COLUMNS:
            runs[-1].append(row)
    trimmed = []
    for run in runs:
        wide = [index for index, row in enumerate(run) if len(row.entries) >= MIN_COLUMNS]
        if len(wide) >= MIN_ROWS:
            trimmed.append(run[: wide[-1] + 1])
    return trimmed


def _make_table(run: Sequence[_Row], em_px: float) -> Table | None:
    """Return the table that rows make, None where their entries do not stand in columns."""
    columns = _find_columns([entry.bbox_px for row in run for entry in row.entries], em_px)
    if len(columns) < MIN_COLUMNS:
        return None
    texts: list[dict[int, list[str]]] = []
    bands: list[tuple[int, int]] = []
    for row in run:
        placed = {_column_of(entry, columns): entry.text for entry in row.entries}
        if len(placed) < len(row.entries):
            return None
        if len(placed) == 1 and texts:
            bands[-1] = (bands[-1][0], row.bbox_px.bottom)
        else:
            texts.append({})
            bands.append((row.bbox_px.top, row.bbox_px.bottom))
        for column, text in placed.items():
            texts[-1].setdefault(column, []).append(text)
    if not _looks_like_table(texts, len(columns)):
        return None
    cells = tuple(
        TableCell(row, column, 1, 1, BoxPx(left, top, right, max(top + 1, bottom)), " ".join(texts[row].get(column, [])))
        for row, (top, bottom) in enumerate(bands)
        for column, (left, right) in enumerate(columns)
    )
    whole = BoxPx(columns[0][0], bands[0][0], columns[-1][1], cells[-1].bbox_px.bottom)
    return Table(whole, len(bands), len(columns), cells)


def _find_columns(boxes: Sequence[BoxPx], em_px: float) -> list[tuple[int, int]]:
    """Return what the entries cover from left to right: a column ends where there is a gutter through all rows."""
    columns: list[tuple[int, int]] = []
    for left, right in sorted((box.left, box.right) for box in boxes):
        if columns and left - columns[-1][1] < MIN_GUTTER_EM * em_px:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _column_of(entry: RecognizedLine, columns: Sequence[tuple[int, int]]) -> int:
    return next(index for index, (left, right) in enumerate(columns) if left <= entry.bbox_px.left < right)


def _looks_like_table(texts: Sequence[dict[int, list[str]]], columns: int) -> bool:
    entries = [" ".join(parts) for row in texts for parts in row.values()]
    is_filled = len(entries) >= MIN_FILLED * len(texts) * columns
    return len(texts) >= MIN_ROWS and is_filled and sum(map(len, entries)) <= MAX_CELL_LETTERS * len(entries)


def _lies_in(word: RecognizedWord, box: BoxPx) -> bool:
    return box.left <= (word.bbox_px.left + word.bbox_px.right) / 2 < box.right and box.top <= _middle(word) < box.bottom


def _middle(word: RecognizedWord) -> float:
    return (word.bbox_px.top + word.bbox_px.bottom) / 2
