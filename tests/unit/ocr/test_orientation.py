"""Turned and leaning pages, at known angles."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ocr.orientation import find_rotation, find_skew
from ocr.page_image import PageImage, straighten, turn
from ocr.two_readers import TwoReaders
from tests.unit.ocr.drawing import Text, as_bgr, draw_page

PAGE = as_bgr(draw_page())
BOARD = np.random.default_rng(7)


@pytest.mark.parametrize("lean_deg", [-14, -5, -2, -0.7, -0.3, 0, 0.3, 0.7, 2, 5, 14])
def test_skew_is_the_turn_that_levels_the_lines(lean_deg: float) -> None:
    assert find_skew(straighten(PAGE, lean_deg)) == pytest.approx(-lean_deg, abs=0.12)


def test_skew_of_a_table_page_and_of_nothing() -> None:
    page = PAGE.copy()
    for top in range(200, 2200, 60):
        page[top : top + 2, 150:1500] = 0
    assert find_skew(straighten(page, 1.5)) == pytest.approx(-1.5, abs=0.12)
    assert find_skew(np.full((1000, 700), 255, np.uint8)) == 0


def test_straighten_turns_clockwise_about_the_centre_on_the_same_canvas() -> None:
    page = np.full((400, 600), 255, np.uint8)
    page[195:205, 500:510] = 0
    turned = straighten(page, 10)
    rows, columns = np.nonzero(turned < 128)
    assert turned.shape == page.shape
    assert rows.mean() == pytest.approx(199.5 + 205 * np.sin(np.radians(10)), abs=1)
    assert columns.mean() == pytest.approx(299.5 + 205 * np.cos(np.radians(10)), abs=1)
    assert turned[0, 0] == 255


def test_turn_is_clockwise() -> None:
    page = np.zeros((2, 3), np.uint8)
    page[0, 0] = 9
    assert turn(page, 90)[0, 1] == 9
    assert turn(page, 180)[1, 2] == 9
    assert turn(page, 270)[2, 0] == 9


@pytest.mark.parametrize("turned_deg", [0, 90, 180, 270])
@pytest.mark.parametrize("lean_deg", [0, 3, -9])
def test_text_is_put_upright(engine: TwoReaders, turned_deg: int, lean_deg: float) -> None:
    page = PageImage(turn(straighten(PAGE, lean_deg), turned_deg), 200)
    assert (find_rotation(page, engine).rotation_deg + turned_deg) % 360 == 0


@pytest.mark.parametrize("turned_deg", [0, 90, 180, 270])
def test_a_sparse_table_is_put_upright(engine: TwoReaders, turned_deg: int) -> None:
    texts = tuple(
        Text(word, 200 + 260 * column, 300 + 110 * row, 28)
        for row in range(14)
        for column, word in enumerate(("Công ty", "Dược phẩm", "Hợp đồng", "Đơn giá", "Số lượng"))
    )
    pixels = as_bgr(draw_page(texts))
    for top in range(280, 1900, 110):
        pixels[top : top + 3, 180:1500] = 0
    for left in range(180, 1501, 264):
        pixels[280:1820, left : left + 3] = 0
    assert (find_rotation(PageImage(turn(pixels, turned_deg), 200), engine).rotation_deg + turned_deg) % 360 == 0


@pytest.mark.parametrize("turned_deg", [0, 90, 180])
def test_a_receipt_on_a_table_top_is_put_upright(engine: TwoReaders, turned_deg: int) -> None:
    receipt = draw_page(
        tuple(Text(f"Tổng tiền phải thanh toán {n}.000", 60, 60 + 70 * n, 34) for n in range(9)), size=(700, 800)
    )
    board = Image.fromarray(BOARD.integers(60, 130, (1500, 1200), dtype=np.uint8)).resize((1200, 1500)).convert("RGB")
    board.paste(receipt, (220, 300))
    assert (find_rotation(PageImage(turn(as_bgr(board), turned_deg), 145), engine).rotation_deg + turned_deg) % 360 == 0


def test_where_nothing_shows_the_files_own_hint_decides(engine: TwoReaders) -> None:
    blank = np.full((800, 600), 255, np.uint8)
    assert find_rotation(PageImage(blank, 100, hint_deg=90), engine).rotation_deg == 90
    assert find_rotation(PageImage(blank, 100), engine).rotation_deg == 0


def test_a_wrong_hint_does_not_turn_a_clear_page(engine: TwoReaders) -> None:
    assert find_rotation(PageImage(PAGE, 200, hint_deg=90), engine).rotation_deg == 0


@pytest.mark.parametrize("lean_deg", [0, 0.1, 2])
def test_the_lean_found_on_the_way_is_that_of_the_page(engine: TwoReaders, lean_deg: float) -> None:
    leaning = straighten(PAGE, lean_deg)
    found = find_rotation(PageImage(leaning, 200), engine)
    assert (found.decided_by, found.skew_deg) == ("shape", find_skew(leaning))
