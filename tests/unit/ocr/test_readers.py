"""The detector and both readers on drawn lines, each alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein
from trueocr.recognizer import session

from dossiers.errors import ConfigurationError, RecognitionError, RecognitionTimeoutError
from dossiers.page import BoxPx, RecognizedLine
from ocr.engine import LineReader
from ocr.line_detector import MODEL_DIR, detect_lines
from ocr.page_image import Pixels, to_gray
from ocr.tesseract.reader import TesseractReader
from ocr.trueocr_reader import TrueOcrReader, _open_recognizer
from ocr.two_readers import TwoReaders
from tests.unit.ocr.drawing import PARAGRAPH, Text, as_bgr, draw_page

BOTH = pytest.mark.parametrize("reader", [TesseractReader(), TrueOcrReader()], ids=["tesseract", "trueocr"])
FIRST_TOP, STEP = 500, 60


@pytest.fixture(scope="module")
def page() -> Pixels:
    return to_gray(as_bgr(draw_page(tuple(Text(text, 230, FIRST_TOP + STEP * row) for row, text in enumerate(PARAGRAPH)))))


def test_each_line_is_found_once_from_top_to_bottom(page: Pixels) -> None:
    boxes = detect_lines(page)
    assert len(boxes) == len(PARAGRAPH)
    for row, box in enumerate(boxes):
        assert FIRST_TOP + STEP * row - 25 < box.top < FIRST_TOP + STEP * row + 15
        assert 25 < box.height < 60


def test_columns_are_found_apart_and_in_rows() -> None:
    texts = (Text("ỦY BAN NHÂN DÂN", 210, 160), Text("CỘNG HÒA XÃ HỘI", 900, 164), Text("TỈNH AN GIANG", 210, 240))
    boxes = detect_lines(to_gray(as_bgr(draw_page(texts))))
    assert [box.left < 600 for box in boxes] == [True, False, True]


@pytest.mark.parametrize("shape", [(1, 1), (4, 2000), (2000, 4), (64, 64)])
def test_an_image_without_room_for_a_line_has_none(shape: tuple[int, int]) -> None:
    assert detect_lines(np.full(shape, 255, np.uint8)) == []


@BOTH
def test_a_line_is_read_as_printed_with_its_words_where_they_are(reader: LineReader, page: Pixels) -> None:
    boxes = detect_lines(page)
    lines = reader.read_lines(page, boxes, 60)
    for expected, box, line in zip(PARAGRAPH, boxes, lines, strict=True):
        assert line is not None
        assert Levenshtein.normalized_similarity(expected, line.text) > 0.96
        assert [word.bbox_px.left for word in line.words] == sorted(word.bbox_px.left for word in line.words)
        assert abs(line.words[0].bbox_px.left - box.left) <= box.height / 2
        assert abs(line.words[-1].bbox_px.right - box.right) <= box.height / 2
        assert all(0 <= word.confidence <= 1 for word in line.words)


@BOTH
def test_a_line_longer_than_any_page_is_read_to_its_end(reader: LineReader) -> None:
    text = " ".join(PARAGRAPH[:2])
    pixels = to_gray(as_bgr(draw_page((Text(text, 40, 40),), size=(4000, 140))))
    (line,) = reader.read_lines(pixels, [BoxPx(30, 34, 3990, 90)], 60)
    assert line is not None
    assert Levenshtein.normalized_similarity(text, line.text) > 0.95


@BOTH
def test_where_a_line_is_parted_no_letter_is_read_twice(reader: LineReader) -> None:
    text = " ".join(PARAGRAPH)
    page = to_gray(as_bgr(draw_page((Text(text, 100, 60),), size=(7000, 160))))
    columns, rows = (np.flatnonzero((page < 128).any(axis=axis)) for axis in (0, 1))
    box = BoxPx(int(columns[0]) - 3, int(rows[0]), int(columns[-1]) + 4, int(rows[-1]) + 1)
    (line,) = reader.read_lines(page, [box], 60)
    assert box.width > 120 * box.height
    assert line is not None
    assert [word.text for word in line.words if word.text not in text.split() and len(word.text) == 1] == []
    assert len(line.words) == len(text.split())


@BOTH
@pytest.mark.timeout(20)
def test_a_box_of_no_size_or_beyond_the_page_is_read_as_what_is_left_of_it(reader: LineReader, page: Pixels) -> None:
    height, width = page.shape
    first = detect_lines(page)[0]
    boxes = [
        BoxPx(300, 510, 900, 510),
        BoxPx(300, 510, 300, 540),
        BoxPx(900, 540, 300, 510),
        BoxPx(width + 10, 500, width + 300, 540),
        BoxPx(-300, -90, -20, -50),
        BoxPx(300, height + 5, 900, height + 45),
        first._replace(left=-200, right=width + 500),
    ]
    *nothing, whole = reader.read_lines(page, boxes, 60)
    assert nothing == [None] * 6
    assert whole is not None
    assert Levenshtein.normalized_similarity(PARAGRAPH[0], whole.text) > 0.9
    assert all(0 <= word.bbox_px.left < word.bbox_px.right <= width for word in whole.words)


@BOTH
def test_where_nothing_stands_nothing_is_read_for_sure(reader: LineReader) -> None:
    (line,) = reader.read_lines(np.full((100, 900), 255, np.uint8), [BoxPx(10, 10, 890, 60)], 60)
    assert line is None or line.confidence < 0.25


@BOTH
def test_a_reader_out_of_time_says_so(reader: LineReader, page: Pixels) -> None:
    with pytest.raises(RecognitionTimeoutError):
        reader.read_lines(page, detect_lines(page) * 20, 1e-4)


def test_a_folder_without_the_language_is_a_matter_of_configuration(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with pytest.raises(ConfigurationError, match="vie"):
        _ = TesseractReader(model_dir=str(folder)).name
    (folder / "vie.traineddata").write_bytes(b"no model")
    with pytest.raises(ConfigurationError, match="no language data"):
        _ = TesseractReader(model_dir=str(folder)).name


def test_where_onnx_runtime_fails_the_reader_says_so(page: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = session(MODEL_DIR / "det.onnx", 1)  # has no output that the reader asks for
    monkeypatch.setattr(_open_recognizer(), "session", detector)
    with pytest.raises(RecognitionError, match="InvalidArgument"):
        TrueOcrReader().read_lines(page, detect_lines(page), 60)


def test_the_second_reading_stands_in_where_the_first_reader_sees_nothing(page: Pixels) -> None:
    engine = TwoReaders(BlindReader(), TrueOcrReader())
    readings = engine.read_lines(page, detect_lines(page), 60)
    assert len(readings) == len(PARAGRAPH)
    assert all(reading.second is None for reading in readings)
    assert engine.name.startswith("blind + trueocr ")


class BlindReader:
    """A reader that finds nothing."""

    name = "blind"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> list[RecognizedLine | None]:
        return [None] * len(boxes)
