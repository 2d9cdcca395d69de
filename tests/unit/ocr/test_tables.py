"""Ruled tables found on drawn pages, with the words of their cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table
from dossiers.tables import find_value
from ocr.lines import join_words
from ocr.page_image import Pixels, to_gray
from ocr.tables import find_tables
from samples.generator.sheet import Sheet, Style
from tests.unit.ocr.marked_sheets import draw_sheet, pixels_of, seal, sign_in

COLUMNS_MM = (25.0, 38.0, 100.0, 140.0, 185.0)
ROW_MM = 9.0
TOP_MM = 100.0
ROWS = (
    ("STT", "Nội dung", "Đơn vị", "Số tiền"),
    ("1", "Lệ phí cấp bản sao", "bản", "8.000"),
    ("2", "Phí thẩm định", "hồ sơ", "150.000"),
    ("3", "Lệ phí đăng ký", "lần", "20.000"),
)


def draw_table(dpi: int, width_mm: float = 0.3) -> tuple[Sheet, list[RecognizedLine]]:
    """Draw the table with a total below that reaches over three columns; return what a reader finds in it."""
    sheet, lines = Sheet(dpi), []
    bottom = TOP_MM + ROW_MM * (len(ROWS) + 1)
    for row in range(len(ROWS) + 2):
        sheet.rule(COLUMNS_MM[0], TOP_MM + ROW_MM * row, COLUMNS_MM[-1], TOP_MM + ROW_MM * row, width_mm)
    for number, x_mm in enumerate(COLUMNS_MM):
        sheet.rule(x_mm, TOP_MM, x_mm, bottom if number in {0, 3, 4} else bottom - ROW_MM, width_mm)
    for row, texts in enumerate((*ROWS, ("Tổng cộng", "", "", "178.000"))):
        words = []
        for left_mm, text in zip(COLUMNS_MM, texts, strict=False):
            pen_mm = left_mm + 2
            for word in text.split():
                box = sheet.put(pen_mm, TOP_MM + ROW_MM * row + 6.2, word, Style(11))
                words.append(RecognizedWord(word, box, 0.9))
                pen_mm += sheet.measure_mm(word + " ", Style(11))
        lines.append(join_words(words))
    return sheet, lines


def texts_of(table: Table) -> dict[tuple[int, int, int, int], str]:
    return {(cell.row, cell.column, cell.row_span, cell.column_span): cell.text for cell in table.cells}


EXPECTED = {
    **{(row, column, 1, 1): text for row, texts in enumerate(ROWS) for column, text in enumerate(texts)},
    (4, 0, 1, 3): "Tổng cộng",
    (4, 3, 1, 1): "178.000",
}


@pytest.mark.parametrize("dpi", [100, 150, 200, 300])
def test_rows_cells_and_spans(dpi: int) -> None:
    sheet, lines = draw_table(dpi)
    (table,) = find_tables(to_gray(pixels_of(sheet)), dpi, lines)
    assert (table.rows, table.columns) == (5, 4)
    assert texts_of(table) == EXPECTED
    wanted = [sheet.px(edge) for edge in (COLUMNS_MM[0], TOP_MM, COLUMNS_MM[-1], TOP_MM + 5 * ROW_MM)]
    assert np.abs(np.subtract(table.bbox_px, wanted)).max() < sheet.px(1)
    value = find_value(table, "phi tham dinh", "so tien")
    assert value is not None
    assert value.text == "150.000"


@pytest.mark.parametrize("lean_deg", [-0.7, 0.5])
def test_a_table_may_lean_a_little(lean_deg: float) -> None:
    sheet, lines = draw_table(200)
    leant = sheet.image.rotate(-lean_deg, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    gray = np.asarray(leant.convert("L"), dtype=np.uint8)
    (table,) = find_tables(gray, 200, [lean(line, lean_deg, leant.size) for line in lines])
    assert texts_of(table) == EXPECTED


def lean(line: RecognizedLine, angle_deg: float, size: tuple[int, int]) -> RecognizedLine:
    """Turn the words' middles clockwise about the page's middle."""
    angle, moved = math.radians(angle_deg), []
    for word in line.words:
        left, top, right, bottom = word.bbox_px
        x, y = (left + right - size[0]) / 2, (top + bottom - size[1]) / 2
        across, down = (
            round(x * math.cos(angle) - y * math.sin(angle) - x),
            round(x * math.sin(angle) + y * math.cos(angle) - y),
        )
        moved.append(RecognizedWord(word.text, BoxPx(left + across, top + down, right + across, bottom + down), 0.9))
    return join_words(moved)


def test_hairlines_on_bitonal_pages() -> None:
    sheet, lines = draw_table(300, width_mm=0.1)
    (table,) = find_tables(pixels_of(sheet, "1"), 300, lines)
    assert texts_of(table) == EXPECTED


def test_lines_of_a_cell_are_joined_from_top_to_bottom() -> None:
    sheet, lines = draw_table(200)
    cell = [RecognizedWord("(đồng)", BoxPx(1130, 840, 1190, 850), 0.9)]
    (table,) = find_tables(to_gray(pixels_of(sheet)), 200, [join_words(cell), *lines])
    assert texts_of(table)[(0, 3, 1, 1)] == "Số tiền (đồng)"


def letter() -> Sheet:
    sheet = draw_sheet()
    seal(sheet)
    sign_in(sheet)
    return sheet


def framed() -> Sheet:
    sheet = draw_sheet()
    for inset in (8, 10):
        sheet.frame(inset, inset, 210 - inset, 297 - inset, 0.6)
    sheet.frame(60, 250, 120, 265, 0.4)
    sheet.rule(20, 280, 190, 280)
    return sheet


@pytest.mark.parametrize("sheet", [letter(), framed(), Sheet(200)], ids=["letter", "frames", "empty"])
def test_what_is_no_table(sheet: Sheet) -> None:
    assert find_tables(to_gray(pixels_of(sheet)), 200, ()) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (40, 40)])
def test_odd_sizes_pass(shape: Sequence[int]) -> None:
    for level in (0, 200):
        assert find_tables(np.full(shape, level, np.uint8), 200, ()) == ()


def test_squared_paper_ends_soon() -> None:
    page: Pixels = np.full((2300, 1600), 255, np.uint8)
    page[::40], page[:, ::40] = 0, 0
    for table in find_tables(page, 200, ()):
        assert len(table.cells) <= 3000
