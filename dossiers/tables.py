"""Look up values in a table that was read: by a row's label, by a column's heading. Pure, standard library only."""

from __future__ import annotations

import unicodedata

from dossiers.page import Table, TableCell


def cells_of_row(table: Table, row: int) -> tuple[TableCell, ...]:
    """Return the cells that reach into a row (from 0), from left to right."""
    return tuple(cell for cell in _by_column(table) if cell.row <= row < cell.row + cell.row_span)


def find_row(table: Table, label: str) -> tuple[TableCell, ...] | None:
    """Return the cells of the first row with a cell that says ``label``, or else that begins with it, or else that holds it.

    Case, marks on letters and punctuation are of no account, so that a misread tone does not matter. None when no row has it.
    """
    wanted = _fold(label)
    if not wanted:
        return None
    folded = [(cell, f" {_fold(cell.text)} ") for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column))]
    for fits in (
        lambda text: text == f" {wanted} ",
        lambda text: text.startswith(f" {wanted} "),
        lambda text: f" {wanted} " in text,
    ):
        for cell, text in folded:
            if fits(text):
                return cells_of_row(table, cell.row)
    return None


def find_value(table: Table, row_label: str, column_label: str) -> TableCell | None:
    """Return the cell in the row of ``row_label`` under the heading ``column_label``; None where either is missing."""
    row, heading = find_row(table, row_label), find_row(table, column_label)
    if row is None or heading is None:
        return None
    wanted = _fold(column_label)
    column = next(cell.column for cell in heading if wanted in _fold(cell.text))
    return next((cell for cell in row if cell.column <= column < cell.column + cell.column_span), None)


def _by_column(table: Table) -> list[TableCell]:
    return sorted(table.cells, key=lambda cell: (cell.column, cell.row))


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
