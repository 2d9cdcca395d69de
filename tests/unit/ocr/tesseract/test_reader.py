"""Where a line's words are put on the page."""

from __future__ import annotations

import numpy as np

from dossiers.page import BoxPx
from ocr.tesseract.letters import SpelledWord
from ocr.tesseract.line_image import LineImage
from ocr.tesseract.reader import place_words

PAGE_WIDTH = 100


def test_more_words_than_columns_of_ink_stay_on_the_page_in_their_order() -> None:
    strip = np.ones((36, 60), np.float32)
    line = LineImage(BoxPx(90, 10, PAGE_WIDTH, 20), strip, np.ones((10, 6), np.bool_), PAGE_WIDTH - 6, 10, 3.6)
    words = [SpelledWord(str(number), 2 * number, 2 * number + 1, 0.9) for number in range(10)]
    placed = place_words(words, line, 3)
    assert [word.text for word in placed] == [str(number) for number in range(10)]
    lefts = [word.bbox_px.left for word in placed]
    assert lefts == sorted(lefts)
    assert all(0 <= word.bbox_px.left < word.bbox_px.right <= PAGE_WIDTH for word in placed)
