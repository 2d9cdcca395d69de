"""The scan on the page: its place, its size, and what cannot be embedded."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from dossiers.errors import PageSizeError, TooLargeError, TruncatedFileError
from dossiers.page import RecognizedPage
from pdf.page_image import build_image_operators, embed_image, measure_points_per_px
from tests.support.drawn_pages import ScanStyle, page_of


def _page(path: Path = Path("scan.png"), size: tuple[int, int] = (200, 100), dpi: int = 72, **turn: float) -> RecognizedPage:
    page = page_of(path, 1, size, ScanStyle("png", "L"), size, [])
    source = dataclasses.replace(page.source, dpi=dpi)
    return dataclasses.replace(page, source=source, rotation_deg=int(turn.get("rotation", 0)), skew_deg=turn.get("skew", 0.0))


def _corner(page: RecognizedPage, x: float, y: float) -> tuple[float, float]:
    """Return where the point (x, y) of the unit square of the image lands on the page, in points."""
    found = re.search(r"((?:[-\d.]+ ){6})cm", build_image_operators(page, 1.0).decode())
    assert found
    a, b, c, d, e, f = map(float, found.group(1).split())
    return round(a * x + c * y + e, 2), round(b * x + d * y + f, 2)


def test_an_upright_scan_fills_the_page() -> None:
    assert _corner(_page(), 0, 0) == (0, 0)
    assert _corner(_page(), 1, 1) == (200, 100)


def test_a_scan_turned_clockwise_has_its_top_left_corner_at_the_top_right() -> None:
    # The page stands upright: 200 wide, 100 high; the image was scanned 100 wide, 200 high.
    assert _corner(_page(rotation=90), 0, 1) == (200, 100)
    assert _corner(_page(rotation=90), 0, 0) == (0, 100)


def test_half_and_three_quarter_turns() -> None:
    assert _corner(_page(rotation=180), 0, 0) == (200, 100)
    assert _corner(_page(rotation=270), 0, 1) == (0, 0)


def test_skew_turns_clockwise_about_the_centre() -> None:
    assert _corner(_page(skew=2.0), 0.5, 0.5) == (100, 50)
    left, right = _corner(_page(skew=2.0), 0, 0.5), _corner(_page(skew=2.0), 1, 0.5)
    assert left[1] > right[1]  # clockwise: the right end sinks


@pytest.mark.parametrize(("size", "dpi"), [((0, 100), 200), ((100, 100), 0), ((100_000, 1), 72)])
def test_a_page_without_a_sensible_size_is_refused(size: tuple[int, int], dpi: int) -> None:
    with pytest.raises(PageSizeError):
        measure_points_per_px(_page(size=size, dpi=dpi))


def test_a_page_too_large_for_pdfa_is_shrunk() -> None:
    assert measure_points_per_px(_page(size=(20_000, 10_000), dpi=1)) * 20_000 == pytest.approx(14_400)


def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(b"never read")
    with pikepdf.new() as pdf, pytest.raises(TooLargeError):
        embed_image(pdf, _page(path, size=(100_000, 100_000)).source)


@pytest.mark.parametrize("data", [b"", b"junk", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_a_damaged_image_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(data)
    with pikepdf.new() as pdf, pytest.raises(TruncatedFileError):
        embed_image(pdf, _page(path).source)


def test_transparency_becomes_white_paper(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    picture = Image.new("RGBA", (4, 1), (255, 0, 0, 255))
    picture.putpixel((0, 0), (0, 0, 0, 0))
    picture.save(path)
    with pikepdf.new() as pdf:
        image = pikepdf.PdfImage(embed_image(pdf, _page(path, size=(4, 1)).source)).as_pil_image().convert("RGB")
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255), (255, 0, 0)]


def test_16_bits_are_reduced_not_clipped(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    picture = Image.new("I;16", (2, 1), 0x8000)
    picture.putpixel((1, 0), 0xFFFF)
    picture.save(path)
    with pikepdf.new() as pdf:
        image = pikepdf.PdfImage(embed_image(pdf, _page(path, size=(2, 1)).source)).as_pil_image()
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [128, 255]
