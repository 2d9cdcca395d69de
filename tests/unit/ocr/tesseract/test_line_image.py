"""Lines cut out of a page for a line model."""

from __future__ import annotations

import numpy as np
import pytest

from dossiers.page import BoxPx
from ocr.page_image import to_gray
from ocr.tesseract.line_image import FIRST_LOOK, FRAME_PX, FURTHER_LOOKS, Look, cut_line, level_ink, look_again
from tests.unit.ocr.drawing import Text, as_bgr, draw_page

HEIGHT = 36
BOX = BoxPx(180, 204, 700, 248)
PAGE = to_gray(as_bgr(draw_page((Text("Ủy ban nhân dân", 200, 206),))))


def test_a_line_is_cut_to_its_ink_and_scaled_as_it_is() -> None:
    line = cut_line(PAGE, BOX, HEIGHT)
    assert line is not None
    assert line.strip.shape[0] == HEIGHT
    columns = np.flatnonzero((PAGE < 128).any(axis=0))
    assert abs(line.left - columns[0]) <= 2
    assert abs(line.is_ink.shape[1] - (columns[-1] - columns[0])) <= 4
    framed = line.is_ink.shape[0] + 2 * FRAME_PX
    assert line.strip.shape[1] == pytest.approx((line.is_ink.shape[1] + 2 * FRAME_PX) * HEIGHT / framed, abs=1)


def test_a_rule_beside_the_box_is_no_letter_and_a_letter_cut_off_is() -> None:
    ruled = PAGE.copy()
    ruled[200:252, 1010:1013] = 0
    wide = BOX._replace(right=1000)  # ends in blank paper, just before the rule
    plain, beside_rule = cut_line(PAGE, wide, HEIGHT), cut_line(ruled, wide, HEIGHT)
    assert plain is not None
    assert beside_rule is not None
    assert beside_rule.is_ink.shape == plain.is_ink.shape
    last = int(np.flatnonzero((PAGE < 128).any(axis=0))[-1])
    clipped = cut_line(PAGE, BOX._replace(right=last - 6), HEIGHT)
    assert clipped is not None
    assert clipped.is_ink.shape == plain.is_ink.shape


def test_pale_print_is_levelled_as_black_print_is() -> None:
    pale = (255 - (255 - PAGE.astype(np.int16)) // 4).astype(np.uint8)
    line, black = cut_line(pale, BOX, HEIGHT), cut_line(PAGE, BOX, HEIGHT)
    assert line is not None
    assert black is not None
    assert line.strip.shape == black.strip.shape
    assert float(np.abs(line.strip - black.strip).mean()) < 0.05


@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_where_all_is_of_one_brightness_there_is_no_line(brightness: int) -> None:
    assert cut_line(np.full((300, 900), brightness, np.uint8), BOX, HEIGHT) is None


@pytest.mark.parametrize(
    "box", [BoxPx(0, 0, 1, 1), BoxPx(199, 0, 1600, 2339), BoxPx(1650, 2300, 1654, 2339), BoxPx(0, 215, 1654, 216)]
)
def test_a_box_of_any_shape_makes_a_strip_or_none(box: BoxPx) -> None:
    line = cut_line(PAGE, box, HEIGHT)
    assert line is None or line.strip.shape[0] == HEIGHT


@pytest.mark.parametrize("box", [BOX, BoxPx(180, 204, 230, 236), BoxPx(0, 0, 1654, 240), BoxPx(0, 215, 1654, 2339)])
def test_another_look_is_as_large_as_the_first_and_moved(box: BoxPx) -> None:
    line = cut_line(PAGE, box, HEIGHT)
    assert line is not None
    still, right, left = (look_again(PAGE, line, Look(FIRST_LOOK.above_em, FIRST_LOOK.below_em, px)) for px in (0, 1, -1))
    assert np.array_equal(still, line.strip)
    assert np.array_equal(right[:, 1:], still[:, :-1])
    assert np.array_equal(left[:, :-1], still[:, 1:])
    for look in FURTHER_LOOKS:
        assert look_again(PAGE, line, look).shape == still.shape


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_strip_of_a_few_columns_is_levelled(width: int) -> None:
    level = level_ink(np.linspace(0, 255, HEIGHT * width, dtype=np.float32).reshape(HEIGHT, width))
    assert np.isfinite(level).all()
    assert level.min() >= -1
    assert level.max() <= 1
