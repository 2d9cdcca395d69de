"""Tables without rules, told by the gaps between their columns."""

from __future__ import annotations

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table, TableCell
from dossiers.tables import find_value
from ocr.lines import join_words
from ocr.tables import find_unruled_tables

LETTER_PX, HEIGHT_PX, ROW_PX = 12, 24, 44
COLUMNS_PX = (100, 180, 640, 900)
ROWS = (
    ("STT", "Nội dung thu", "Đơn vị", "Số tiền"),
    ("1", "Lệ phí cấp bản sao", "bản", "8.000"),
    ("2", "Phí thẩm định hồ sơ", "hồ sơ", "150.000"),
    ("3", "Lệ phí đăng ký", "", "20.000"),
)


def print_words(left: int, row: float, text: str) -> list[RecognizedWord]:
    """Return the words of ``text`` as read from a row of print."""
    top, words = round(300 + row * ROW_PX), []
    for word in text.split():
        words.append(RecognizedWord(word, BoxPx(left, top, left + LETTER_PX * len(word), top + HEIGHT_PX), 0.9))
        left += LETTER_PX * (len(word) + 1)
    return words


def print_row(row: float, texts: tuple[str, ...], columns: tuple[int, ...] = COLUMNS_PX) -> RecognizedLine:
    return join_words([word for left, text in zip(columns, texts, strict=False) for word in print_words(left, row, text)])


def print_table() -> list[RecognizedLine]:
    return [print_row(number, texts) for number, texts in enumerate(ROWS)]


def text_at(table: Table, row: int, column: int) -> str:
    return next(cell.text for cell in table.cells if (cell.row, cell.column) == (row, column))


def test_a_value_is_found_in_its_row_under_its_heading() -> None:
    around = [print_row(-2, ("Bảng thu phí, lệ phí trong kỳ như sau:",)), print_row(6, ("Người lập bảng ký tên dưới đây.",))]
    (table,) = find_unruled_tables([*around, *print_table()], ())
    assert (table.rows, table.columns) == (4, 4)
    assert {(cell.row, cell.column): cell.text for cell in table.cells} == {
        (row, column): text for row, texts in enumerate(ROWS) for column, text in enumerate(texts)
    }
    value = find_value(table, "phi tham dinh", "so tien")
    assert value is not None
    assert value.text == "150.000"
    assert value.bbox_px.top == 300 + 2 * ROW_PX


def test_a_cell_goes_on_below() -> None:
    rows = [*print_table()[:3], print_row(3, ("", "thuộc cấp tỉnh")), print_row(4, ROWS[3])]
    (table,) = find_unruled_tables(rows, ())
    assert table.rows == 4
    assert text_at(table, 2, 1) == "Phí thẩm định hồ sơ thuộc cấp tỉnh"
    assert text_at(table, 3, 3) == "20.000"


def test_the_order_in_which_pieces_were_read_is_of_no_account() -> None:
    pieces = [
        join_words(print_words(left, row, text))
        for row, texts in enumerate(ROWS)
        for left, text in zip(COLUMNS_PX, texts, strict=True)
        if text
    ]
    assert find_unruled_tables(pieces[::-1], ()) == find_unruled_tables(print_table(), ())


def test_what_stands_in_a_ruled_table_is_not_found_twice() -> None:
    box = BoxPx(80, 280, 1100, 300 + 4 * ROW_PX)
    ruled = Table(box, 1, 1, (TableCell(0, 0, 1, 1, box, ""),))
    assert find_unruled_tables(print_table(), (ruled,)) == ()


def test_a_letterhead_and_signatures_are_no_table() -> None:
    letterhead = [
        print_row(0, ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), (100, 520)),
        print_row(1, ("XÃ TÂN LỘC", "Độc lập - Tự do - Hạnh phúc"), (130, 580)),
        print_row(2, ("Số: 12/TB-UBND", "Tân Lộc, ngày 02 tháng 3 năm 2024"), (100, 560)),
    ]
    assert find_unruled_tables(letterhead, ()) == ()


def test_text_whose_gaps_do_not_line_up_is_no_table() -> None:
    ragged = [
        print_row(row, ("một hai", "ba bốn", "năm sáu"), (100 + 90 * row, 330 + 90 * row, 560 + 90 * row)) for row in range(4)
    ]
    assert find_unruled_tables(ragged, ()) == ()


def test_two_rows_are_no_table_and_nothing_gives_nothing() -> None:
    assert find_unruled_tables(print_table()[:2], ()) == ()
    assert find_unruled_tables((), ()) == ()
