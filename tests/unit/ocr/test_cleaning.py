"""Pages made ready for reading."""

from __future__ import annotations

import numpy as np

from ocr.cleaning import erase_leaders, erase_rules, flatten_light, lift_seals, prepare_for_reading
from ocr.page_image import as_pixels, to_gray
from tests.unit.ocr.drawing import Text, as_bgr, draw_page

PAGE = as_bgr(draw_page())


def test_red_ink_is_lifted_and_black_stays() -> None:
    pixels = np.full((2, 2, 3), 255, np.uint8)
    pixels[0, 0], pixels[0, 1], pixels[1, 0] = (40, 30, 220), (0, 0, 0), (200, 60, 20)
    lifted = lift_seals(pixels)
    assert lifted[0, 0] == 220
    assert lifted[0, 1] == 0
    assert lifted[1, 0] < 110


def test_a_shadow_over_the_page_is_divided_out() -> None:
    gray = to_gray(PAGE)
    shade = np.linspace(0.35, 1, gray.shape[1])
    flat = flatten_light(as_pixels(gray * shade), 200)
    paper = flat[gray == 255]
    assert np.quantile(paper, 0.02) > 215
    assert np.median(flat[gray < 40]) < 60


def test_rules_go_and_letters_stay() -> None:
    gray = to_gray(PAGE).copy()
    ruled = gray.copy()
    ruled[230::120, 200:1500] = 0
    ruled[100:2200, 180:183] = 0
    cleaned = erase_rules(ruled, 200)
    assert (cleaned[:, 181] > 128).all()
    assert (cleaned[230, 200:1500] > 128).mean() > 0.97
    letters = gray < 100
    assert (cleaned[letters] < 170).mean() > 0.93


def test_dot_leaders_go_and_sentences_keep_their_points() -> None:
    dots = to_gray(as_bgr(draw_page((Text("Họ và tên: " + "." * 60, 200, 300),))))
    cleaned = erase_leaders(dots, 200)
    assert (cleaned[:, 450:] < 170).sum() < 0.1 * (dots[:, 450:] < 170).sum()
    sentence = to_gray(as_bgr(draw_page((Text("Ủy ban nhân dân tỉnh. Sở Tài chính. Công văn số 1.", 200, 300),))))
    assert np.array_equal(erase_leaders(sentence, 200), sentence)


def test_resamples_to_the_reading_size_and_enlarges_small_print() -> None:
    assert prepare_for_reading(PAGE, 300).pixels.shape == (1559, 1103)
    assert prepare_for_reading(PAGE, 200, letter_height_px=19).scale == 1
    assert prepare_for_reading(PAGE[:500, :500], 200, letter_height_px=8).scale == 19 / 8
    assert prepare_for_reading(PAGE[:100, :100], 200, letter_height_px=1).scale == 3
