"""Reading drawn pages with the real Tesseract, from the image file to the lines."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from benchmarks.scoring import score_page
from dossiers.errors import ConfigurationError, RecognitionError, RecognitionTimeoutError, TruncatedFileError
from dossiers.page import BoxPx, PageSource, RecognizedLine
from ocr.engine import Reading
from ocr.lines import scale_box
from ocr.load import extract_pages
from ocr.page_image import READING_PIXELS, Pixels, decode_page, straighten, turn
from ocr.pages import read_page
from ocr.two_readers import TwoReaders, open_engine
from samples.generator.single_pages import draw_level
from tests.unit.ocr.drawing import PARAGRAPH, Text, as_bgr, draw_page, save_source

LETTERHEAD = (
    Text("ỦY BAN NHÂN DÂN", 210, 160, 36, bold=True),
    Text("TỈNH AN GIANG", 240, 205, 36, bold=True),
    Text("Số: 125/QĐ-UBND", 230, 280, 36),
    Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 690, 160, 36, bold=True),
    Text("Độc lập - Tự do - Hạnh phúc", 800, 205, 36, bold=True),
    Text("An Giang, ngày 05 tháng 3 năm 2026", 800, 280, 36),
    Text("QUYẾT ĐỊNH", 720, 400, 40, bold=True),
    *(Text(text, 230, 500 + 60 * row) for row, text in enumerate(PARAGRAPH)),
)
EXPECTED = [text.text for text in LETTERHEAD]


def error_share(expected: list[str], read: tuple[RecognizedLine, ...]) -> float:
    want = "\n".join(expected)
    return Levenshtein.distance(want, "\n".join(line.text for line in read)) / len(want)


def test_a_page_is_read_line_by_line_in_order(tmp_path: Path, engine: TwoReaders) -> None:
    page = read_page(save_source(draw_page(LETTERHEAD), tmp_path), engine)
    assert error_share(EXPECTED, page.lines) < 0.03
    assert page.confidence > 0.85
    assert (page.rotation_deg, page.skew_deg) == (0, 0.0)
    stages = "load quality orientation deskew dewarp marks clean detect recognize mend tables arrange header"
    assert " ".join(page.seconds) == stages
    body = page.lines[7]
    assert body.bbox_px.left == pytest.approx(230, abs=8)
    assert body.bbox_px.top == pytest.approx(505, abs=15)


def test_a_huge_page_is_read_smaller_and_its_boxes_are_those_of_the_scan(tmp_path: Path, engine: TwoReaders) -> None:
    drawn = draw_page(LETTERHEAD)
    huge = drawn.resize((drawn.width * 4, drawn.height * 4), Image.Resampling.BICUBIC)
    path = tmp_path / "huge.jpg"
    huge.save(path, quality=70, dpi=(800, 800))
    (source,) = extract_pages(path, path.name, tmp_path).pages
    decoded = decode_page(source)
    assert decoded.shrunk == pytest.approx(2, abs=0.01)
    assert decoded.pixels.shape[0] * decoded.pixels.shape[1] <= READING_PIXELS
    page = read_page(source, engine)
    assert error_share(EXPECTED, page.lines) < 0.03
    assert (page.width_px, page.height_px, page.quality.dpi) == (*huge.size, 800)
    assert page.lines[7].bbox_px.left == pytest.approx(4 * 230, abs=40)
    assert page.lines[7].bbox_px.top == pytest.approx(4 * 505, abs=60)


@pytest.mark.parametrize(
    ("size_px", "dpi", "shrunk"),
    [((4960, 7016), 600, 2), ((9920, 14032), 1200, 4), ((4960, 7016), 400, 1), ((2480, 3508), 600, 1), ((3508, 4960), 300, 1)],
)
def test_a_page_finer_than_reading_needs_is_decoded_smaller(
    tmp_path: Path, size_px: tuple[int, int], dpi: int, shrunk: int
) -> None:
    """A4 at 600 and 1200 dpi, but no page that would be coarse then: at 400 dpi, the size of a hand, A3 at 300."""
    path = tmp_path / "page.jpg"
    Image.new("L", size_px, 255).save(path, dpi=(dpi, dpi))
    decoded = decode_page(PageSource(1, path, "0" * 64, "image/jpeg", *size_px, dpi, lossless=True))
    assert (decoded.shrunk, decoded.dpi) == (shrunk, dpi // shrunk)
    assert decoded.pixels.shape == (size_px[1] // shrunk, size_px[0] // shrunk)


@pytest.mark.parametrize(("level", "index"), [("hard-curl", 1), ("hard-photo", 1), ("hard-toner", 1)])
def test_bent_and_pale_pages_are_read(tmp_path: Path, engine: TwoReaders, level: str, index: int) -> None:
    """Pages that were once lost: a book's curl, a photograph aslant, an empty cartridge as pale as what shines through."""
    truth = draw_level(level, 41, index + 1, tmp_path)[index]
    scan = tmp_path / "dossiers" / truth.path
    (source,) = extract_pages(scan, scan.name, tmp_path).pages
    page = read_page(source, engine)
    assert score_page([line.text for line in truth.pages[0].lines], [line.text for line in page.lines]).error < 0.05


@pytest.mark.parametrize(("turned_deg", "lean_deg"), [(90, 0), (180, 2), (270, -3), (0, 0.4)])
def test_turned_and_leaning_pages_are_read_in_upright_coordinates(
    tmp_path: Path, engine: TwoReaders, turned_deg: int, lean_deg: float
) -> None:
    leaning = turn(straighten(as_bgr(draw_page(LETTERHEAD)), lean_deg), turned_deg)
    source = save_source(Image.fromarray(np.ascontiguousarray(leaning[:, :, ::-1])), tmp_path)
    page = read_page(source, engine)
    assert (page.rotation_deg + turned_deg) % 360 == 0
    assert page.skew_deg == pytest.approx(-lean_deg, abs=0.15)
    assert (page.width_px, page.height_px) == (1654, 2339)
    assert error_share(EXPECTED, page.lines) < 0.05
    first = next(word for line in page.lines for word in line.words if word.text == "Căn")
    assert first.bbox_px.left == pytest.approx(230, abs=12)
    assert (first.bbox_px.top + first.bbox_px.bottom) / 2 == pytest.approx(520, abs=12)


def test_boxes_are_those_of_the_scan_whatever_size_is_read(tmp_path: Path, engine: TwoReaders) -> None:
    page = read_page(save_source(draw_page(LETTERHEAD, scale=1.5), tmp_path, dpi=300), engine)
    word = next(word for line in page.lines for word in line.words if word.text == "Căn")
    assert word.bbox_px.left == pytest.approx(345, abs=10)


def test_a_blank_page_is_not_read(tmp_path: Path) -> None:
    page = read_page(save_source(Image.new("RGB", (1654, 2339), "white"), tmp_path), RefusingEngine())
    assert page.quality.is_blank
    assert page.lines == ()
    assert page.confidence == 0


def test_a_page_with_a_fragment_that_is_no_text_is_blank(tmp_path: Path, engine: TwoReaders) -> None:
    page = Image.new("L", (1654, 2339), 255)
    rng = np.random.default_rng(5)
    for _ in range(25):
        x, y = (int(value) for value in rng.integers(300, 420, 2))
        page.paste(0, (x, y, x + int(rng.integers(4, 14)), y + int(rng.integers(4, 14))))
    read = read_page(save_source(page, tmp_path), engine)
    assert read.quality.is_blank
    assert read.lines == ()


def test_a_single_line_is_no_blank_page(tmp_path: Path, engine: TwoReaders) -> None:
    read = read_page(save_source(draw_page((Text("Trang này để trống có chủ ý.", 400, 900),)), tmp_path), engine)
    assert not read.quality.is_blank
    assert [line.text for line in read.lines] == ["Trang này để trống có chủ ý."]


def test_a_damaged_page_file(tmp_path: Path, engine: TwoReaders) -> None:
    source = save_source(draw_page(), tmp_path)
    source.path.write_bytes(source.path.read_bytes()[:20_000])
    with pytest.raises(TruncatedFileError):
        read_page(source, engine)


def test_a_reader_out_of_time(tmp_path: Path, engine: TwoReaders) -> None:
    with pytest.raises(RecognitionTimeoutError) as caught:
        read_page(save_source(draw_page(), tmp_path, number=4), engine, name="hồ sơ.pdf", timeout_s=0.02)
    assert caught.value.facts["page"] == "4"
    assert caught.value.facts["name"] == "hồ sơ.pdf"


def test_a_missing_language_is_a_matter_of_configuration(tmp_path: Path) -> None:
    engine = open_engine("xyz")
    with pytest.raises(ConfigurationError, match="xyz"):
        _ = engine.name
    with pytest.raises(ConfigurationError, match="xyz"):
        read_page(save_source(draw_page(), tmp_path), engine)


def test_the_engine_names_itself(engine: TwoReaders) -> None:
    first, second = engine.name.split(" + ")
    assert first.startswith("tesseract vie 4.")
    assert second == f"trueocr {version('trueocr')}"


def test_out_of_memory_is_a_failure_of_that_page(tmp_path: Path) -> None:
    with pytest.raises(RecognitionError, match="MemoryError"):
        read_page(save_source(draw_page(), tmp_path), GreedyEngine())


def test_boxes_stay_within_the_page() -> None:
    assert scale_box(BoxPx(-5, -5, 3000, 10), 1.0, 100, 100) == BoxPx(0, 0, 100, 10)
    assert scale_box(BoxPx(99, 99, 99, 99), 2.0, 100, 100) == BoxPx(99, 99, 100, 100)


class RefusingEngine:
    """An engine that must not be asked."""

    name = "none"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        raise AssertionError("a blank page was read")


class GreedyEngine:
    """An engine that runs out of memory."""

    name = "greedy"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        raise MemoryError("no more")
