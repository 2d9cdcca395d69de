"""Where the cells are, in spite of what a reader makes of the handwriting."""

from __future__ import annotations

import pytest

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.handwriting.anchors import find_gaps, join_pieces
from ocr.lines import join_words

WIDTH, HEIGHT = 1000, 1414


def make_line(text: str, left: int, *, top: int = 150) -> RecognizedLine:
    """Set ``text`` with letters ten pixels wide."""
    words = []
    for word in text.split(" "):
        words.append(RecognizedWord(word, BoxPx(left, top, left + 10 * len(word), top + 20), 0.9))
        left += 10 * len(word) + 10
    return join_words(words)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Số: 574 /UBND-KTTH", "574"),
        ("Số:57+ /UBND-KTTH", "57+"),
        ("Só:#83. /TTr-UBND", "#83."),
        ("SỐ: /QĐ-UBND", ""),
        ("Sô: 5/TB-ĐHĐL", "5"),
        ("Số: §7 UBND-KTTH", "§7"),
        ("Số: 12 /2025/QĐ-UBND", "12"),
        ("Số: 30/2020/NĐ-CP", "30"),
        ("Số: 77 -CV/TU", "77"),
    ],
)
def test_the_number_stands_between_label_and_symbol(text: str, read: str) -> None:
    gaps = find_gaps([make_line(text, 100)], WIDTH, HEIGHT)
    assert [(gap.kind, gap.read) for gap in gaps] == [("number", read)]


@pytest.mark.parametrize(
    ("text", "day", "month"),
    [
        ("Quảng Ngãi, ngày 04 tháng 02 năm 2025", "04", "02"),
        ("Quảng Ngãi, ngày tháng 4 năm 2020", "", "4"),
        ("Hà Nội ngày 0? tháng 2# năm 2026", "0?", "2#"),
        ("Hà Nội, ngà¿2/háng0¿ năm 2022", "¿2/", "0¿"),
        ("Hà Nội, ngay 3| thang 12 nãm 2024.", "3|", "12"),
    ],
)
def test_day_and_month_stand_between_their_words(text: str, day: str, month: str) -> None:
    gaps = find_gaps([make_line(text, 480)], WIDTH, HEIGHT)
    assert [(gap.kind, gap.read) for gap in gaps] == [("day", day), ("month", month)]


@pytest.mark.parametrize(
    "text",
    [
        "Số điện thoại: 0255 3822",
        "Căn cứ Quyết định số 12/QĐ-UBND ngày 03 tháng 4 năm 2020 của Ủy ban",
        "ngày 03 tháng 4",
        "/",
    ],
)
def test_other_lines_have_no_cells(text: str) -> None:
    assert find_gaps([make_line(text, 100)], WIDTH, HEIGHT) == []


def test_a_line_far_down_the_page_has_no_cells() -> None:
    assert find_gaps([make_line("Số: 574 /UBND-KTTH", 100, top=900)], WIDTH, HEIGHT) == []


def test_pieces_of_a_row_are_joined_within_their_column() -> None:
    label, symbol = make_line("Số:", 100), make_line("/UBND-KTTH", 220)
    place, rest = make_line("Hà Nội, ngày", 520), make_line("tháng 4 năm 2020", 700)
    other = make_line("V/v trả lời", 120, top=190)
    lines = join_pieces([label, symbol, place, rest, other], WIDTH, HEIGHT)
    assert [line.text for line in lines] == ["Số: /UBND-KTTH", "Hà Nội, ngày tháng 4 năm 2020", "V/v trả lời"]


def test_whole_lines_stay_as_they_are() -> None:
    lines = (make_line("Số: 574 /UBND-KTTH", 100), make_line("Hà Nội, ngày 04 tháng 02 năm 2025", 520))
    assert join_pieces(lines, WIDTH, HEIGHT) == lines
