"""Page images in their small forms, as other programs see them, and the ways back to the scan's own bytes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import cv2
import numpy as np
import pdf2image
import pikepdf
import pytest
from PIL import Image

from dossiers.errors import TruncatedFileError
from dossiers.model import ArchivalPdf
from dossiers.page import RecognizedPage
from ocr.load import extract_pages
from pdf import stored_image
from pdf.archival import build_archival_pdf
from pdf.conformance import check_pdfa
from pdf.layered_image.colour_layers import SPECK_TONES, Pixels
from pdf.layered_image.layers import LayeredPage, Separation, separate_layers
from pdf.layered_image.legibility import Legibility
from pdf.stored_image import PageImages, StoredForm, store_image
from tests.integration.pdf.conftest import STYLES
from tests.support.drawn_pages import DPI, FACTS, ScanStyle, make_document, make_page, page_of
from tests.support.inked_pages import draw_letter, scan
from tests.support.sohoa_command import SAMPLES
from tests.support.verapdf import validate_pdfa


def _save_scan(
    path: Path, pixels: Image.Image, quality: int = 90, compress_level: int = 6, *, is_small: bool = False
) -> RecognizedPage:
    pixels.save(path, quality=quality, compress_level=compress_level, optimize=is_small, progressive=is_small)
    page = page_of(path, 1, pixels.size, ScanStyle(path.suffix[1:], pixels.mode), pixels.size, [])
    return dataclasses.replace(page, source=dataclasses.replace(page.source, dpi=300))


@pytest.fixture(scope="module")
def letter_scan(tmp_path_factory: pytest.TempPathFactory) -> RecognizedPage:
    """A colour scan of a letter with seal, signature and portrait, as a good scanner compresses it."""
    path = tmp_path_factory.mktemp("letter") / "page.jpg"
    return _save_scan(path, Image.fromarray(scan(draw_letter())))


def _forms(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        found = [re.search(rb"/SohoaPageImage <</Form /(\w+)", page.Contents.read_bytes()) for page in pdf.pages]
    return [match[1].decode() if match else "" for match in found]


def _render(path: Path, number: int = 1, dpi: int = 100) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    (picture,) = pdf2image.convert_from_path(path, dpi=dpi, first_page=number, last_page=number)
    return np.asarray(picture).astype(np.int16)


def test_pages_of_every_kind_look_as_their_scans_do(compact: ArchivalPdf, archival: ArchivalPdf) -> None:
    for number in range(1, len(STYLES) + 1):
        before, after = (cv2.blur(_render(pdf.path, number, DPI), (5, 5)) for pdf in (archival, compact))
        assert before.shape == after.shape
        assert np.abs(before - after).mean() < 2.0, number
        assert np.abs(before - after).max() < 90, number


def test_each_page_says_how_it_is_stored(compact: ArchivalPdf, archival: ArchivalPdf) -> None:
    assert set(_forms(archival.path)) == {"source"}
    forms = _forms(compact.path)
    assert forms[0] == forms[1] == "layered"
    assert forms[8] == forms[9] == "source"  # CCITT group 4 already


def test_the_reference_validator_and_ours_say_pdfa(compact: ArchivalPdf, letter_scan: RecognizedPage, tmp_path: Path) -> None:
    letter = build_archival_pdf(make_document(letter_scan), tmp_path / "letter.pdf", FACTS)
    assert _forms(letter.path) == ["layered"]
    for path, verdict in validate_pdfa([compact.path, letter.path]).items():
        assert verdict.compliant, (path, verdict)
    assert check_pdfa(compact.path).is_pdfa_2b
    assert check_pdfa(letter.path).is_pdfa_2b


def test_a_colour_letter_takes_a_fraction(letter_scan: RecognizedPage, tmp_path: Path) -> None:
    source = build_archival_pdf(make_document(letter_scan), tmp_path / "source.pdf", FACTS, PageImages.SOURCE)
    letter = build_archival_pdf(make_document(letter_scan), tmp_path / "letter.pdf", FACTS)
    assert letter.path.stat().st_size < source.path.stat().st_size / 4
    assert np.abs(_render(letter.path) - _render(source.path)).mean() < 3


def test_sample_scans_take_a_fraction(tmp_path: Path) -> None:
    scans = ["H01.31.12-261016-0014/tiep-nhan.jpg", "H01.40.05-261013-0007/to-khai.png", "H01.31.12-261012-0020/01-to-khai.jpg"]
    before = after = 0
    for name in scans:
        path = SAMPLES / name
        (source,) = extract_pages(path, path.name, _make_folder(tmp_path / path.stem)).pages
        with pikepdf.new() as pdf:
            stored = store_image(pdf, source, PageImages.COMPACT)
            assert stored.form is StoredForm.LAYERED
            before += source.path.stat().st_size
            after += sum(_count_bytes(image) for image in stored.images.values())
    assert after < 0.12 * before


@pytest.mark.parametrize(
    ("width_px", "dpi", "form"),
    [
        (700, 85, StoredForm.JPEG),
        (780, 94, StoredForm.LAYERED),
        (780, 200, StoredForm.JPEG),
        (840, 300, StoredForm.LAYERED),
    ],
)
def test_a_scan_too_coarse_for_layers_becomes_a_good_jpeg(width_px: int, dpi: int, form: StoredForm, tmp_path: Path) -> None:
    letter = Image.fromarray(scan(draw_letter()))
    coarse = letter.resize((width_px, round(width_px * letter.height / letter.width)), Image.Resampling.LANCZOS)
    source = dataclasses.replace(_save_scan(tmp_path / "page.png", coarse).source, dpi=dpi)
    with pikepdf.new() as pdf:
        assert store_image(pdf, source, PageImages.COMPACT).form is form


def _count_bytes(image: pikepdf.Stream) -> int:
    mask = image.get("/Mask")
    return len(image.read_raw_bytes()) + (len(mask.read_raw_bytes()) if isinstance(mask, pikepdf.Stream) else 0)


def _make_folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_the_same_scan_gives_the_same_bytes(letter_scan: RecognizedPage, tmp_path: Path) -> None:
    made = [build_archival_pdf(make_document(letter_scan), tmp_path / f"{n}.pdf", FACTS) for n in (1, 2)]
    assert made[0].sha256 == made[1].sha256


def test_colour_stays_colour_and_grey_stays_grey(letter_scan: RecognizedPage, tmp_path: Path) -> None:
    grey = _save_scan(tmp_path / "grey.jpg", Image.fromarray(scan(draw_letter())).convert("L"))
    made = build_archival_pdf(make_document(letter_scan, grey), tmp_path / "both.pdf", FACTS)
    with pikepdf.open(made.path) as pdf:
        assert [page.Resources.XObject.SohoaPaper.ColorSpace for page in pdf.pages] == ["/DeviceRGB", "/DeviceGray"]
        assert [page.Resources.XObject.SohoaInk.ColorSpace[1] for page in pdf.pages] == ["/DeviceRGB", "/DeviceGray"]
    assert (np.ptp(_render(made.path, 1), axis=2) > 80).mean() > 0.001
    assert np.ptp(_render(made.path, 2), axis=2).max() == 0


def test_what_is_not_legible_in_layers_keeps_its_pixels(
    letter_scan: RecognizedPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_image, "check_legibility", lambda _, separation: Legibility(50.0, 50.0, 100.0, separation.mask))
    picture = Image.open(letter_scan.source.path)
    png = _save_scan(tmp_path / "page.png", picture)
    with pikepdf.new() as pdf:
        stored = store_image(pdf, png.source, PageImages.COMPACT)
        assert stored.form is StoredForm.JPEG
        (image,) = stored.images.values()
        pixels = pikepdf.PdfImage(image).as_pil_image()
        assert pixels.size == picture.size
        assert np.abs(np.asarray(pixels).astype(int) - np.asarray(picture)).mean() < 3
    small = _save_scan(tmp_path / "small.jpg", picture, quality=60, is_small=True)
    with pikepdf.new() as pdf:
        stored = store_image(pdf, small.source, PageImages.COMPACT)
        assert stored.form is StoredForm.SOURCE
        assert next(iter(stored.images.values())).read_raw_bytes() == small.source.path.read_bytes()


def test_layers_that_lose_a_stroke_are_made_again_with_it_and_then_with_more_shades(
    letter_scan: RecognizedPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where black print crosses a pale stamp, or a pen a seal of nearly its tone."""
    tries: list[tuple[int, bool]] = []
    real = separate_layers

    def separate(pixels: Pixels, dpi: int, speck_tone: int, missed: Pixels | None) -> tuple[LayeredPage, Separation]:
        tries.append((speck_tone, missed is not None))
        return real(pixels, dpi, speck_tone, missed)

    monkeypatch.setattr(stored_image, "separate_layers", separate)
    areas = iter([0.9, 0.9, 0.0])
    monkeypatch.setattr(
        stored_image,
        "check_legibility",
        lambda _, separation: Legibility(area := next(areas), area, 100.0, np.zeros_like(separation.mask)),
    )
    with pikepdf.Pdf.new() as pdf:
        assert store_image(pdf, letter_scan.source, PageImages.COMPACT).form is StoredForm.LAYERED
    assert tries == [(SPECK_TONES[0], False), (SPECK_TONES[0], True), (SPECK_TONES[1], True)]


def test_bitonal_pngs_lose_no_pixel(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).random((1200, 900)) > 0.9
    noise[:, 200:] = np.arange(700) % 40 < 4
    picture = Image.fromarray(noise)
    page = _save_scan(tmp_path / "page.png", picture, compress_level=0)
    with pikepdf.new() as pdf:
        stored = store_image(pdf, page.source, PageImages.COMPACT)
        assert stored.form is StoredForm.GROUP4
        found = pikepdf.PdfImage(next(iter(stored.images.values()))).as_pil_image().convert("1")
    assert (np.asarray(found) == noise).all()


def test_a_blank_sheet_has_paper_only(tmp_path: Path) -> None:
    blank = Image.fromarray(np.random.default_rng(4).normal(240, 3, (1600, 1200, 3)).clip(0, 255).astype(np.uint8))
    page = _save_scan(tmp_path / "page.png", blank)
    made = build_archival_pdf(make_document(page), tmp_path / "blank.pdf", FACTS)
    assert _forms(made.path) == ["layered"]
    assert check_pdfa(made.path).is_pdfa_2b
    with pikepdf.open(made.path) as pdf:
        assert list(pdf.pages[0].Resources.XObject.keys()) == ["/SohoaPaper"]


def test_a_huge_page_is_not_taken_apart(letter_scan: RecognizedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_image, "_MAX_PIXELS", 1_000_000)
    with pikepdf.new() as pdf:
        assert store_image(pdf, letter_scan.source, PageImages.COMPACT).form is StoredForm.SOURCE


def test_an_image_larger_than_it_says_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_image, "_MAX_PIXELS", 1_000_000)
    page = _save_scan(tmp_path / "page.jpg", Image.effect_noise((1500, 1500), 60))
    lying = dataclasses.replace(page.source, width_px=10, height_px=10)
    with pikepdf.new() as pdf:
        assert store_image(pdf, lying, PageImages.COMPACT).form is StoredForm.SOURCE


def test_a_damaged_scan_is_named_as_before(tmp_path: Path) -> None:
    page = _save_scan(tmp_path / "page.png", Image.effect_noise((900, 900), 60))
    page.source.path.write_bytes(page.source.path.read_bytes()[:200_000])
    with pikepdf.new() as pdf, pytest.raises(TruncatedFileError):
        store_image(pdf, page.source, PageImages.COMPACT)


def test_text_stays_where_the_print_is(compact: ArchivalPdf, pages: list[RecognizedPage]) -> None:
    for number, page in enumerate(pages, start=1):
        dark = _render(compact.path, number, dpi=DPI).max(axis=2) < 128
        for line in page.lines:
            for word in line.words:
                box = word.bbox_px
                assert dark[box.top - 2 : box.bottom + 2, box.left - 2 : box.right + 2].any()


def test_a_small_scan_is_left_alone(tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "L"), texts=["Kính gửi"])
    with pikepdf.new() as pdf:
        stored = store_image(pdf, page.source, PageImages.COMPACT)
    assert stored.form is StoredForm.SOURCE
    assert stored.note.decode() == "/SohoaPageImage <</Form /source>> DP"


def test_a_huge_jpeg_is_stored_half_as_fine(tmp_path: Path, letter_scan: RecognizedPage) -> None:
    """A4 at 1200 dpi would else be kept in its eight megabytes; 600 dpi are three times what the law asks."""
    with Image.open(letter_scan.source.path) as small:
        huge = small.resize((small.width * 4, small.height * 4), Image.Resampling.BICUBIC)
    page = _save_scan(tmp_path / "huge.jpg", huge, quality=60)
    source = dataclasses.replace(page.source, dpi=1200)
    with pikepdf.new() as pdf:
        stored = store_image(pdf, source, PageImages.COMPACT)
        assert stored.form is StoredForm.LAYERED
        assert b"/MaskDpi 600" in stored.note
        pdf.add_blank_page()
        pdf.save(tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").stat().st_size < 0.2 * source.path.stat().st_size
