"""What is no text is dropped, and what is badly read text is kept."""

from __future__ import annotations

from dossiers.model import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.noise import drop_noise
from ocr.tesseract import build_lines

TABLE: dict[str, list[str | int | float]] = {
    "level": [1, 2, 3, 4, 5, 5, 5, 4, 5],
    "block_num": [0, 1, 1, 1, 1, 1, 1, 1, 1],
    "par_num": [0, 0, 1, 1, 1, 1, 1, 1, 1],
    "line_num": [0, 0, 0, 1, 1, 1, 1, 2, 2],
    "left": [0, 10, 10, 10, 10, 60, 90, 10, 10],
    "top": [0, 10, 10, 10, 10, 10, 10, 50, 50],
    "width": [500, 400, 400, 90, 40, 20, 40, 30, 30],
    "height": [500, 100, 100, 20, 20, 20, 20, 20, 20],
    "conf": [-1, -1, -1, -1, 96.5, 12, 80, -1, 50],
    "text": ["", "", "", "", "So\u0302\u0301", " ", "Tỉnh", "", "Sở"],
}


def line(*words: tuple[str, float, int]) -> RecognizedLine:
    boxes = [BoxPx(40 * index, 0, 40 * index + 30, height) for index, (_, _, height) in enumerate(words)]
    return join_words([RecognizedWord(text, box, confidence) for (text, confidence, _), box in zip(words, boxes, strict=True)])


BODY = line(("Căn", 0.95, 28), ("cứ", 0.95, 28), ("Luật", 0.95, 28))


def test_lines_are_made_of_the_readers_table() -> None:
    first, second = build_lines(TABLE)
    assert first.text == "Số Tỉnh"
    assert first.bbox_px == BoxPx(10, 10, 130, 30)
    assert first.words[0].confidence == 0.965
    assert second.text == "Sở"


def test_specks_and_strokes_go() -> None:
    lines = [BODY, line(("|", 0.4, 90)), line(("i", 0.9, 4)), line(("XO", 0.2, 30)), line(("~", 0.9, 28))]
    assert [kept.text for kept in drop_noise(lines)] == [BODY.text]


def test_doubtful_marks_at_the_ends_go_and_real_ones_stay() -> None:
    noisy = line((":", 0.3, 20), ("-", 0.93, 20), ("Như", 0.9, 28), ("-", 0.2, 20), ("trên", 0.9, 28), ("»", 0.9, 20))
    assert [kept.text for kept in drop_noise([BODY, noisy])][1] == "- Như - trên"


def test_a_handwritten_number_read_badly_is_kept_in_its_line() -> None:
    number = line(("Số:", 0.9, 28), ("2#", 0.0, 40), ("/UBND", 0.9, 28))
    assert [kept.text for kept in drop_noise([BODY, number])][1] == "Số: 2# /UBND"
