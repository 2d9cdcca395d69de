"""Boxes between two lines are put on the lines; boxes of lines stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from dossiers.page import BoxPx
from ocr.line_detector import detect_lines
from ocr.page_image import Pixels
from ocr.straddled import part_straddling
from samples.generator.dice import Dice
from samples.generator.marks import press_name
from samples.generator.sheet import Sheet, Style
from tests.unit.ocr.drawing import PARAGRAPH, Text, draw_page

UPPER, LOWER, NEXT = BoxPx(230, 236, 1150, 280), BoxPx(230, 296, 1150, 340), BoxPx(230, 356, 1150, 400)


def draw_lines(darkness: float = 1.0) -> Pixels:
    """Draw three lines, the tops of their letters 60 pixels apart, gray; ``darkness`` 1 is black."""
    texts = tuple(Text(PARAGRAPH[row], 230, 240 + 60 * row) for row in range(3))
    gray = np.asarray(draw_page(texts, mode="L"), dtype=np.float32)
    return np.asarray(np.rint(255 - (255 - gray) * darkness), dtype=np.uint8)


def scrawl(image: Pixels) -> Pixels:
    """Write across the beginnings of the first two lines."""
    spoilt = image.copy()
    for x in range(200, 420):
        y = 230 + abs((x * 7) % 200 - 100)
        spoilt[y : y + 8, x : x + 3] = 40
    return spoilt


@pytest.mark.parametrize("darkness", [1.0, 0.35])
def test_a_box_between_two_lines_is_put_on_both(darkness: float) -> None:
    page = scrawl(draw_lines(darkness))
    upper, lower, last = sorted(part_straddling(page, [BoxPx(215, 264, 1160, 314), NEXT]), key=lambda box: box.top)
    assert last == NEXT
    for found, line in ((upper, UPPER), (lower, LOWER)):
        assert abs(found.top - line.top) <= 8
        assert abs(found.height - NEXT.height) <= 8
        ink = np.flatnonzero((draw_lines()[line.top : line.bottom] < 128).any(axis=0))
        assert found.left <= ink[0] + 2
        assert found.right >= ink[-1] - 2


def test_a_short_last_line_of_a_paragraph_is_found_too() -> None:
    page = scrawl(draw_lines())
    page[290:345, 720:] = 255
    boxes = part_straddling(page, [BoxPx(215, 264, 1160, 314), NEXT])
    assert any(abs(box.top - LOWER.top) <= 8 and 690 < box.right < 740 for box in boxes)


def test_a_line_that_has_its_own_box_gets_no_second_one() -> None:
    boxes = part_straddling(draw_lines(), [BoxPx(230, 264, 1150, 314), LOWER, NEXT])
    assert boxes[:2] == [LOWER, NEXT]
    assert len(boxes) == 3
    assert abs(boxes[2].top - UPPER.top) <= 8


@pytest.mark.parametrize("height", [44, 36, 60])
def test_boxes_of_lines_stay_as_they_are(height: int) -> None:
    page = scrawl(draw_lines())
    boxes = [BoxPx(230, 258 + 60 * row - height // 2, 1150, 258 + 60 * row + height // 2) for row in range(3)]
    assert part_straddling(page, boxes) == boxes


@pytest.mark.parametrize("text", ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "1.250.000 3.500.000 12/04/2021", "- - - - - - - - -"])
def test_capitals_and_digits_are_no_gap(text: str) -> None:
    page = np.asarray(draw_page((Text(text, 230, 240),), mode="L"))
    ink = np.flatnonzero((page < 128).any(axis=1))
    columns = np.flatnonzero((page < 128).any(axis=0))
    box = BoxPx(int(columns[0]), int(ink[0]), int(columns[-1]), int(ink[-1]) + 1)
    assert part_straddling(page, [box]) == [box]


def test_a_box_with_nothing_around_it_stays() -> None:
    empty = np.full((400, 900), 255, np.uint8)
    assert part_straddling(empty, [BoxPx(100, 100, 700, 140)]) == [BoxPx(100, 100, 700, 140)]


@pytest.mark.parametrize(("pitch_mm", "seed"), [(5.0, 0), (6.0, 2), (6.0, 11)])
def test_lines_under_a_name_stamp_have_their_boxes(pitch_mm: float, seed: int) -> None:
    sheet = Sheet(200)
    for row in range(8):
        sheet.put(25, 60 + pitch_mm * row, PARAGRAPH[row % 7], Style(13.0, italic=True))
    dice = Dice(seed)
    press_name(sheet, dice, (35 + dice.uniform(-8, 8), 60 + pitch_mm * 2.6), "Nguyễn Văn Luyến")
    boxes = detect_lines(np.asarray(sheet.image.convert("L")))
    for line in sheet.lines:
        middle = (line.bbox_px.top + line.bbox_px.bottom) // 2
        near = [box for box in boxes if abs((box.top + box.bottom) // 2 - middle) < 0.3 * line.bbox_px.height]
        assert max(box.right for box in near) >= line.bbox_px.right - 12
