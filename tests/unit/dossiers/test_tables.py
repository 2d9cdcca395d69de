"""Values of a table found by what its rows and columns are called."""

from __future__ import annotations

from dossiers.page import BoxPx, Table, TableCell
from dossiers.tables import cells_of_row, find_row, find_value


def cell(row: int, column: int, text: str, row_span: int = 1, column_span: int = 1) -> TableCell:
    return TableCell(row, column, row_span, column_span, BoxPx(column * 100, row * 40, column * 100 + 90, row * 40 + 30), text)


TABLE = Table(
    BoxPx(0, 0, 300, 160),
    4,
    3,
    (
        cell(0, 0, "Nội dung"),
        cell(0, 1, "Đơn vị"),
        cell(0, 2, "Số tiền (đồng)"),
        cell(1, 0, "Lệ phí cấp bản sao"),
        cell(1, 1, "bản", row_span=2),
        cell(1, 2, "8.000"),
        cell(2, 0, "Lệ phí"),
        cell(2, 2, "20.000"),
        cell(3, 0, "Tổng cộng", column_span=2),
        cell(3, 2, "28.000"),
    ),
)


def test_a_row_is_found_by_its_label_in_spite_of_case_and_tones() -> None:
    assert [found.text for found in find_row(TABLE, "LE PHI:") or ()] == ["Lệ phí", "bản", "20.000"]
    assert [found.text for found in find_row(TABLE, "cấp bản sao") or ()] == ["Lệ phí cấp bản sao", "bản", "8.000"]
    assert find_row(TABLE, "phạt") is None
    assert find_row(TABLE, " : ") is None


def test_a_value_is_found_by_row_and_heading() -> None:
    value = find_value(TABLE, "Tổng cộng", "Số tiền")
    assert value is not None
    assert value.text == "28.000"
    assert find_value(TABLE, "Tổng cộng", "Ghi chú") is None
    assert find_value(TABLE, "Phạt", "Số tiền") is None


def test_cells_that_reach_over_rows_belong_to_each() -> None:
    assert [found.text for found in cells_of_row(TABLE, 2)] == ["Lệ phí", "bản", "20.000"]
    assert cells_of_row(TABLE, 9) == ()
