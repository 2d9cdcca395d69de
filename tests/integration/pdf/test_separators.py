"""Separator sheets as they come back from the scanner, and pages taken out of scans."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pdf2image
import pikepdf
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from dossiers.arrangements import SourcePage, read_separator, separator_text
from dossiers.codes import DossierNumber
from dossiers.errors import ConfigurationError, TruncatedFileError
from dossiers.page import QualityVerdict
from dossiers.scan_verdict import PageGlance
from ocr.barcodes import glance_barcodes
from ocr.patch_codes import has_patch_t
from pdf.page_parts import part_ending, write_part
from pdf.separators import SeparatorSheet, draw_separators
from tests.support.bad_files import draw_page, pdf_bytes
from tests.support.drawn_pages import FONT

NUMBER = "000.00.14.H01-250618-0118"  # the longer form
SHEETS = [
    SeparatorSheet(separator_text(DossierNumber.parse(NUMBER)), NUMBER, "Bắt đầu hồ sơ"),
    SeparatorSheet(separator_text(None), "GIẤY TỜ TIẾP THEO", "Patch T", has_patch_t=True),
]


def scan(pdf: bytes, dpi: int) -> list[Image.Image]:
    return pdf2image.convert_from_bytes(pdf, dpi=dpi, grayscale=True)


@pytest.mark.parametrize("dpi", [100, 150, 200])
@pytest.mark.parametrize("turn_deg", [0, 3, 90, 180])
def test_both_codes_of_a_sheet_are_read_from_a_poor_scan_of_it(dpi: int, turn_deg: int) -> None:
    for sheet, page in zip(SHEETS, scan(draw_separators(SHEETS, Path(FONT)), dpi), strict=True):
        scanned = np.asarray(page.rotate(turn_deg, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC))
        codes = {code.format: code.text for code in glance_barcodes(scanned)}
        assert codes["qr_code"] == sheet.code
        if turn_deg % 90 == 0 and dpi >= 150:
            assert codes["code_128"] == sheet.code
        quality = QualityVerdict(dpi, 0.8, 0.8, is_blank=False, is_colour=False)
        separator = read_separator(PageGlance(1, quality, codes=tuple(codes.values())))
        assert separator is not None
        assert separator.dossier_number in (NUMBER, None)


def test_the_patch_is_narrow_wide_narrow_wide_from_the_leading_edge() -> None:
    (_, page) = scan(draw_separators(SHEETS, Path(FONT)), 200)
    column = np.asarray(page)[:300, page.width // 2] < 128
    edges = np.flatnonzero(np.diff(column.astype(np.int8)))
    bars = [round(float(length), 2) for length in np.diff(edges)[:7] / 200]
    assert bars == pytest.approx([0.08, 0.08, 0.2, 0.08, 0.08, 0.08, 0.2], abs=0.01)


@pytest.mark.parametrize("dpi", [75, 100, 200, 300])
@pytest.mark.parametrize("turn_deg", [0, 2, -2, 90, 180, 270])
def test_the_bars_are_found_on_the_sheet_for_the_next_document_alone(dpi: int, turn_deg: int) -> None:
    found = [
        has_patch_t(np.asarray(page.rotate(turn_deg, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)), dpi)
        for page in scan(draw_separators(SHEETS, Path(FONT)), dpi)
    ]
    assert found == [False, True]


def test_the_other_patches_are_not_taken_for_patch_t() -> None:
    narrow, wide = 16, 40  # at 200 dpi
    others = [
        (wide, narrow, narrow, wide),
        (wide, narrow, wide, narrow),
        (narrow, wide, wide, narrow),
        (wide, wide, narrow, narrow),
    ]
    for bars in others:
        page, top = np.full((2200, 1700), 255, np.uint8), 80
        for bar in bars:
            page[top : top + bar, 400:1200] = 0
            top += bar + narrow
        assert not has_patch_t(page, 200)


def test_a_font_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        draw_separators(SHEETS, tmp_path / "absent.ttf")


def save_pdf(path: Path, labels: list[str]) -> Path:
    pages = [draw_page(label).resize((620, 877)) for label in labels]
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=75)
    return path


def save_tiff(path: Path) -> Path:
    pages: list[Image.Image] = [draw_page().convert("1"), draw_page().resize((400, 500)), Image.new("L", (300, 200), 77)]
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150))
    return path


def images_of(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [bytes(next(iter(page.get_images().values())).read_raw_bytes()) for page in pdf.pages]


def test_pages_of_pdfs_come_out_in_order_with_their_images_untouched(tmp_path: Path) -> None:
    fronts, backs = save_pdf(tmp_path / "f.pdf", ["một", "ba"]), save_pdf(tmp_path / "b.pdf", ["bốn", "hai"])
    order = [SourcePage(0, 1), SourcePage(1, 2), SourcePage(0, 2), SourcePage(1, 1)]
    assert part_ending([fronts, backs]) == ".pdf"
    write_part([fronts, backs], order, tmp_path / "out.pdf")
    front, back = images_of(fronts), images_of(backs)
    assert images_of(tmp_path / "out.pdf") == [front[0], back[1], front[1], back[0]]


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_the_same_pages_give_the_same_bytes(tmp_path: Path, kind: str) -> None:
    source = save_pdf(tmp_path / "a.pdf", ["một", "hai"]) if kind == "pdf" else save_tiff(tmp_path / "a.tif")
    for name in ("1", "2"):
        write_part([source], [SourcePage(0, 2)], tmp_path / name)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_pages_of_a_tiff_keep_pixels_and_dots(tmp_path: Path) -> None:
    source = save_tiff(tmp_path / "a.tif")
    assert part_ending([source]) == ".tif"
    write_part([source], [SourcePage(0, 3), SourcePage(0, 1)], tmp_path / "out.tif")
    with source.open("rb") as before, (tmp_path / "out.tif").open("rb") as after:
        old, new = TiffImageFile(before), TiffImageFile(after)
        for index, page in enumerate((3, 1)):
            old.seek(page - 1)
            new.seek(index)
            assert (new.mode, new.size, new.info["dpi"]) == (old.mode, old.size, (150.0, 150.0))
            assert new.copy().tobytes() == old.copy().tobytes()


def test_signed_and_mixed_sources_are_left_alone(tmp_path: Path) -> None:
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(pdf_bytes().replace(b"%%EOF", b"% /ByteRange [0 1 2 3]\n%%EOF"))
    assert part_ending([signed]) is None
    assert part_ending([save_pdf(tmp_path / "a.pdf", ["x"]), save_tiff(tmp_path / "a.tif")]) is None
    picture = tmp_path / "a.jpg"
    draw_page().save(picture, "JPEG")
    assert part_ending([picture]) is None


def test_a_damaged_source_is_told(tmp_path: Path) -> None:
    damaged = tmp_path / "a.pdf"
    damaged.write_bytes(b"%PDF-1.7\n" + bytes(100))
    with pytest.raises(TruncatedFileError):
        write_part([damaged], [SourcePage(0, 1)], tmp_path / "out.pdf")
    good = io.BytesIO(pdf_bytes()).getvalue()
    damaged.write_bytes(good)
    with pytest.raises(TruncatedFileError):
        write_part([damaged], [SourcePage(0, 9)], tmp_path / "out.pdf")
