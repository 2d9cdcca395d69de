"""Words of the other side of the sheet."""

from __future__ import annotations

import numpy as np

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.page_image import Pixels
from ocr.show_through import drop_show_through


def line_of(text: str, top: int, confidence: float) -> RecognizedLine:
    box = BoxPx(100, top, 100 + 12 * len(text), top + 30)
    return join_words([RecognizedWord(text, box, confidence)])


def draw(*lines: tuple[RecognizedLine, int]) -> Pixels:
    """Draw strokes of a gray level where each line stands."""
    page = np.full((900, 900), 255, np.uint8)
    for line, level in lines:
        box = line.bbox_px
        page[box.top + 5 : box.bottom - 5, box.left : box.right : 6] = level
    return page


PRINT = [line_of("ỦY BAN NHÂN DÂN", 100, 0.98), line_of("Kính gửi: Sở Tư pháp", 200, 0.97), line_of("Nơi nhận:", 300, 0.5)]


def test_pale_scraps_go_and_print_stays() -> None:
    ghost, tick = line_of("TV 61", 400, 0.45), line_of("b", 500, 0.93)
    page = draw(*((line, 80) for line in PRINT), (ghost, 228), (tick, 225))
    assert drop_show_through([*PRINT, ghost, tick], page) == PRINT


def test_pale_print_that_is_read_surely_stays() -> None:
    pale = line_of("Mã hồ sơ: H01", 400, 0.95)
    assert drop_show_through([*PRINT, pale], draw(*((line, 80) for line in PRINT), (pale, 225))) == [*PRINT, pale]


def test_a_page_all_pale_keeps_its_lines() -> None:
    assert drop_show_through(PRINT, draw(*((line, 210) for line in PRINT))) == PRINT
    assert drop_show_through([], draw()) == []
