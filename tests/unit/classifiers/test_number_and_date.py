"""Number, symbol and date of issue: printed, written by hand, badly read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dossiers.page import BoxPx, RecognizedWord
from tests.unit.classifiers.pages import (
    Types,
    body,
    decision,
    letterhead,
    make_page,
    read_fields,
    read_values,
)


@pytest.mark.parametrize(
    ("printed", "number", "symbol"),
    [
        ("Số: 47/QĐ-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số:299/UBND-TTHC", "299/UBND-TTHC", "UBND-TTHC"),
        ("Số: 30/2020/NĐ-CP", "30/2020/NĐ-CP", "NĐ-CP"),
        ("Số: 05/2025/TT-BNV", "05/2025/TT-BNV", "TT-BNV"),
        ("Số: 12/TTr-SGDĐT", "12/TTr-SGDĐT", "TTr-SGDĐT"),
        ("Số 1594-TB/TU", "1594-TB/TU", "TB/TU"),
        ("Số: 47/QÐ-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số: 47/QD-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số: 8/BB-BGD&ĐT", "8/BB-BGD&ĐT", "BB-BGD&ĐT"),
        ("Số: /UBND-TTHC", None, "UBND-TTHC"),
        ("Số: ..../QĐ-UBND", None, "QĐ-UBND"),
        ("Số: 4‡ /QĐ-UBND", None, "QĐ-UBND"),
        ("Số: 2#5/TB-ĐHĐL", None, "TB-ĐHĐL"),
        ("Số: 2!8] /CT-CS", None, "CT-CS"),
    ],
)
def test_number_and_symbol(types: Types, printed: str, number: str | None, symbol: str) -> None:
    found = read_values(types, decision(*letterhead(printed)))
    assert found.get("document_number") == number
    assert found.get("document_symbol") == symbol


def test_a_number_written_into_the_print_is_never_sure(types: Types) -> None:
    assert read_fields(types, decision(*letterhead("Số: 22 /BC-UBND")))["document_number"].confidence < 0.5
    assert read_fields(types, decision(*letterhead("Số: 22/BC-UBND")))["document_number"].confidence > 0.8


def test_a_badly_read_number_is_left_out(types: Types) -> None:
    page = decision()
    lines = tuple(
        replace(line, words=tuple(replace(word, confidence=0.3) for word in line.words)) if "Số:" in line.text else line
        for line in page.lines
    )
    assert "document_number" not in read_fields(types, replace(page, lines=lines))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Quảng Ngãi, ngày 15 tháng 01 năm 2025", "2025-01-15"),
        ("Hà Nội, ngày 05 thắng 12 năm 2015", "2015-12-05"),
        ("Thành phố Long Xuyên, ngày 31 tháng 10 năm 2026", "2026-10-31"),
        ("An Giang, ngày 31 tháng 02 năm 2025", None),
        ("An Giang, ngày    tháng 01 năm 2025", None),
        ("An Giang, ngày ẢÏ_ tháng 01 năm 2025", None),
        ("An Giang, ngày 15 tháng 01 năm 1025", None),
    ],
)
def test_issue_date(types: Types, printed: str, expected: str | None) -> None:
    assert read_values(types, decision(*letterhead(date=printed))).get("issue_date") == expected


def test_a_day_without_its_leading_zero_is_doubted(types: Types) -> None:
    assert read_fields(types, decision(*letterhead(date="An Giang, ngày 3 tháng 01 năm 2025")))["issue_date"].confidence < 0.6


def test_a_day_of_another_size_is_doubted(types: Types) -> None:
    def enlarge(word: RecognizedWord) -> RecognizedWord:
        box = word.bbox_px
        return replace(word, bbox_px=BoxPx(box.left, box.top - 8, box.right, box.bottom + 8)) if word.text == "17" else word

    page = decision()
    lines = tuple(replace(line, words=tuple(enlarge(word) for word in line.words)) for line in page.lines)
    assert read_fields(types, replace(page, lines=lines))["issue_date"].confidence < 0.6


def test_minutes_whose_date_was_written_by_hand_say_it_once_more(types: Types) -> None:
    """The day in the letterhead is often a scrawl; minutes and contracts open with it in print."""
    opening = ("Hôm nay, vào lúc 8 giờ 00 phút, ngày 15 tháng 10 năm 2026, tại trụ sở", 0.54, 0.28)
    for date in ("An Bình, ngày lễ tháng 10 năm 2026", ""):
        page = make_page(*letterhead("Số: 05/BB-UBND", date), ("BIÊN BẢN", 0.5, 0.17), opening, *body())
        assert read_values(types, page)["issue_date"] == "2026-10-15"
    page = make_page(*letterhead("Số: 05/BB-UBND"), ("BIÊN BẢN", 0.5, 0.17), opening, *body())
    assert read_values(types, page)["issue_date"] == "2026-03-17"


def test_a_number_taller_than_its_label_was_written_by_hand_even_when_it_joins_the_symbol(types: Types) -> None:
    assert read_number(types, growth_px=2) > 0.8
    assert read_number(types, growth_px=12) < 0.6


def test_a_tall_number_that_was_only_mended_is_doubted_and_one_read_as_handwriting_is_not(types: Types) -> None:
    assert read_number(types, growth_px=12, raw_text="4?/QĐ-UBND") < 0.6
    assert read_number(types, growth_px=12, raw_text="4?/QĐ-UBND", is_by_hand=True) > 0.8


def read_number(types: Types, *, growth_px: int, raw_text: str | None = None, is_by_hand: bool = False) -> float:
    """Return the confidence in a decision's number, its word made taller than its label."""

    def change(word: RecognizedWord) -> RecognizedWord:
        box = word.bbox_px
        taller = BoxPx(box.left, box.top - growth_px, box.right, box.bottom)
        return replace(word, bbox_px=taller, raw_text=raw_text, is_by_hand=is_by_hand)

    page = decision()
    lines = tuple(
        replace(line, words=tuple(change(word) if "/QĐ" in word.text else word for word in line.words)) for line in page.lines
    )
    return read_fields(types, replace(page, lines=lines))["document_number"].confidence


def test_dates_in_the_body_are_not_the_date_of_issue(types: Types) -> None:
    page = make_page(
        *letterhead(date=""), ("QUYẾT ĐỊNH", 0.5, 0.17), ("ngày 20 tháng 10 năm 2020 của tỉnh", 0.7, 0.4), *body(0.45)
    )
    assert "issue_date" not in read_fields(types, page)


def test_number_and_date_parted_by_the_blank_for_the_hand(types: Types) -> None:
    parted = (
        ("Số:", 0.16, 0.12),
        ("/UBND-TTHC", 0.3, 0.12),
        ("An Giang, ngày 17", 0.6, 0.12),
        ("tháng 03 năm 2026", 0.84, 0.12),
    )
    page = make_page(*letterhead(number="", date=""), *parted, ("QUYẾT ĐỊNH", 0.5, 0.17), *body())
    found = read_values(types, page)
    assert found["document_symbol"] == "UBND-TTHC"
    assert found["issue_date"] == "2026-03-17"
