"""Rows of print that bend, and the way back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dossiers.page import BoxPx
from ocr.dewarping import find_bend
from ocr.page_image import Pixels, as_pixels

WIDTH, HEIGHT = 990, 1400


def draw_rows(fall_px: float, *, waves: float = 0.5, lean_px: float = 0.0) -> Pixels:
    """Draw a thumbnail's letters: 24 rows of small blocks that fall by ``fall_px`` at most, as at a book's spine.

    ``lean_px``: how far the uppermost row falls and the lowest one rises besides, as on a sheet photographed from the side.
    """
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    random = np.random.default_rng(4)
    for row in range(24):
        for left in range(120, 860, 12):
            across = (left - 120) / 740
            fall = fall_px * np.sin(np.pi * waves * across) ** 3 + lean_px * (1 - row / 11.5) * across
            top = 200 + 40 * row + fall + random.integers(-1, 2)
            if random.random() > 0.12:
                mask[round(top) : round(top) + 10, left : left + 8] = 255
    return as_pixels(mask)


def measure_unevenness(mask: Pixels) -> float:
    """Return how sharp the rows of ink are, 0 to 1: 1 when every row of pixels is all letters or all paper."""
    profile = (mask > 0).sum(axis=1).astype(float)
    return float((np.diff(profile) ** 2).sum() / (profile**2).sum())


@pytest.mark.parametrize("fall_px", [12, 30, 60])
def test_bent_rows_are_pulled_straight(fall_px: float) -> None:
    mask = draw_rows(fall_px)
    bend = find_bend(mask, WIDTH, HEIGHT)
    assert bend is not None
    straight = as_pixels(255 - bend.straighten(as_pixels(255 - mask)))  # a page is black on white
    assert measure_unevenness(straight) > 2 * measure_unevenness(mask)
    assert abs(cv2.countNonZero(straight) / cv2.countNonZero(mask) - 1) < 0.1


@pytest.mark.parametrize("fall_px", [0, 20])
def test_rows_that_lean_otherwise_above_than_below_are_pulled_straight(fall_px: float) -> None:
    mask = draw_rows(fall_px, lean_px=16)
    bend = find_bend(mask, WIDTH, HEIGHT)
    assert bend is not None
    above, below = (bend.fall(np.array([120.0, 860.0]), np.full(2, y)) for y in (200.0, 1120.0))
    assert above[1] - above[0] == pytest.approx(16 + fall_px, abs=4)
    assert below[1] - below[0] == pytest.approx(fall_px - 16, abs=4)
    straight = as_pixels(255 - bend.straighten(as_pixels(255 - mask)))
    assert measure_unevenness(straight) > 1.5 * measure_unevenness(mask)


def test_straight_rows_and_strangers_are_left_alone() -> None:
    assert find_bend(draw_rows(0), WIDTH, HEIGHT) is None
    assert find_bend(as_pixels(np.zeros((HEIGHT, WIDTH))), WIDTH, HEIGHT) is None
    noise = np.random.default_rng(1).random((HEIGHT, WIDTH)) > 0.97
    assert find_bend(as_pixels(noise * 255), WIDTH, HEIGHT) is None


def test_rows_that_disagree_are_no_bend() -> None:
    mask = draw_rows(30)
    mask[700:] = draw_rows(-30)[700:]
    mask[400:700] = draw_rows(25, waves=3)[400:700]
    assert find_bend(mask, WIDTH, HEIGHT) is None


def test_boxes_find_their_way_back() -> None:
    """A box drawn round a word of the straight page holds the same ink on the page as it is."""
    mask = draw_rows(40)
    bend = find_bend(mask, 2 * WIDTH, 2 * HEIGHT)
    assert bend is not None
    page = as_pixels(cv2.resize(mask, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_NEAREST))
    straight = as_pixels(255 - bend.straighten(as_pixels(255 - page)))
    for left in (300, 900, 1500):
        rows = np.flatnonzero(straight[1000:1080, left : left + 60].any(axis=1)) + 1000
        word = BoxPx(left, int(rows[0]), left + 60, int(rows[-1]) + 1)
        back = bend.restore_box(word)
        inside = cv2.countNonZero(page[back.top - 2 : back.bottom + 2, left : left + 60])
        assert inside >= 0.9 * cv2.countNonZero(straight[word.top : word.bottom, left : left + 60])
        assert back.height < word.height + 30


def test_a_box_at_the_edge_stays_on_the_page() -> None:
    bend = find_bend(draw_rows(60), WIDTH, HEIGHT)
    assert bend is not None
    for box in (BoxPx(0, 0, WIDTH, 5), BoxPx(0, HEIGHT - 5, WIDTH, HEIGHT)):
        back = bend.restore_box(box)
        assert 0 <= back.top < back.bottom <= HEIGHT
