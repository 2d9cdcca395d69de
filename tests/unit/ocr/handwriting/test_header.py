"""Header cells written by hand are read, doubted when they should be, and print is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.drawn_headers import DrawnHeader
from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.handwriting.cells import Ink
from ocr.handwriting.header import DOUBT_CEILING, HeaderReading, read_header_cells
from ocr.lines import join_words
from tests.unit.ocr.handwriting.headers import draw_headers


def make_line(*words: tuple[str, int, int], top: int = 100, height: int = 40) -> RecognizedLine:
    return join_words([RecognizedWord(text, BoxPx(left, top, right, top + height), 0.9) for text, left, right in words])


def count_right(drawn: list[DrawnHeader], readings: list[HeaderReading]) -> tuple[int, int, int]:
    """Return how many written cells there are, how many were read right, and how many are surely wrong."""
    wanted = right = wrong = 0
    for header, reading in zip(drawn, readings, strict=True):
        cells = {cell.kind: cell for cell in reading.cells}
        for kind, text in header.truth.items():
            if header.is_written[kind] and text:
                wanted += 1
                right += cells[kind].text == text
                wrong += cells[kind].is_sure and cells[kind].text != text
    return wanted, right, wrong


def test_most_cells_are_read_right_and_hardly_any_is_surely_wrong() -> None:
    drawn = draw_headers(40)
    wanted, right, wrong = count_right(drawn, [read_header_cells(header.pixels, header.lines) for header in drawn])
    assert wanted > 60
    assert right >= 0.85 * wanted
    assert wrong <= 0.03 * wanted


def test_bitonal_scans_are_read_too() -> None:
    drawn = draw_headers(16, dpi=200, mode="bitonal")
    wanted, right, _ = count_right(drawn, [read_header_cells(header.pixels, header.lines) for header in drawn])
    assert right >= 0.8 * wanted


def test_a_reading_stands_in_the_lines_with_what_was_read_before() -> None:
    drawn = next(header for header in draw_headers(40, dpi=200) if header.is_written["number"] and header.truth["number"])
    reading = read_header_cells(drawn.pixels, drawn.lines)
    cell = next(cell for cell in reading.cells if cell.kind == "number")
    word = next(word for line in reading.lines for word in line.words if word.text == cell.text and word.is_by_hand)
    assert word.bbox_px == cell.bbox_px
    assert word.confidence == cell.confidence
    assert cell.bbox_px in reading.regions_px
    assert cell.is_sure or cell.confidence <= DOUBT_CEILING


def test_print_is_left_alone() -> None:
    for header in draw_headers(40, dpi=200):
        reading = read_header_cells(header.pixels, header.lines)
        for cell in reading.cells:
            if not header.is_written[cell.kind] and cell.ink is Ink.PRINTED:
                assert cell.text == ""
                assert cell.bbox_px not in reading.regions_px
        if not any(header.is_written.values()) and all(cell.ink is Ink.PRINTED for cell in reading.cells):
            assert reading.lines == header.lines


def test_printed_cells_are_seldom_read_as_handwriting() -> None:
    printed = [
        cell
        for header in draw_headers(40, dpi=200)
        for cell in read_header_cells(header.pixels, header.lines).cells
        if not header.is_written[cell.kind]
    ]
    assert len(printed) > 20
    assert sum(cell.ink is Ink.PRINTED for cell in printed) >= 0.9 * len(printed)


def test_an_empty_cell_has_no_number() -> None:
    empty = [header for header in draw_headers(160, dpi=150) if header.truth["number"] == ""]
    assert empty
    for header in empty:
        cells = {cell.kind: cell for cell in read_header_cells(header.pixels, header.lines).cells}
        if "number" in cells:
            assert cells["number"].ink is Ink.EMPTY
            assert cells["number"].text == ""


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (12, 12)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_page_of_any_size_comes_back(size: tuple[int, int], channels: tuple[int, ...]) -> None:
    page = np.full((*size, *channels), 255, np.uint8)
    line = make_line(("Số:", 0, 1), ("§7", 1, 1), ("/UBND-KTTH", 1, 1), top=0, height=1)
    date = make_line(("ngày", 0, 1), ("§7", 1, 1), ("tháng", 1, 1), ("3", 1, 1), ("năm", 1, 1), ("2024", 1, 1), top=0, height=1)
    assert read_header_cells(page, [line, date]).lines == (line, date)


def test_boxes_outside_the_page_are_no_harm() -> None:
    page = np.full((300, 200), 255, np.uint8)
    line = make_line(("Số:", 20, 50), ("/UBND-KTTH", 60, 120), top=90)
    beyond = make_line(("Số:", 900, 950), ("/UBND-KTTH", 960, 1020), top=20)
    assert read_header_cells(page, [line, beyond]).lines == (line, beyond)


def test_noise_is_not_surely_a_number() -> None:
    page = np.random.default_rng(3).integers(0, 256, (2339, 1654), dtype=np.uint8)
    line = make_line(("Số:", 200, 260), ("§7", 280, 340), ("/UBND-KTTH", 380, 600), top=250)
    assert not any(cell.is_sure for cell in read_header_cells(page, [line]).cells)


def test_a_page_without_a_header_costs_nothing() -> None:
    line = make_line(("Căn", 200, 260), ("cứ", 280, 340), ("Luật", 380, 600), top=250)
    reading = read_header_cells(np.zeros((2339, 1654, 3), np.uint8), [line])
    assert reading == HeaderReading((line,), (), ())
