"""A scan with stamps over it keeps its own pixels, and looks as poppler draws it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path
from PIL import Image, ImageDraw

from dossiers.errors import TruncatedFileError
from ocr.load import extract_pages
from ocr.page_image import decode_page
from ocr.stamped_scan import join_overlapping
from tests.unit.ocr.drawing import encode, jpeg_keys, make_pdf

DPI = 300
BOX = (0, 0, 590.399, 841.919)  # for poppler, which rounds up, 2460 x 3508 px
FULL = b"q 590.399 0 0 841.919 0 0 cm /Im0 Do Q"
SEAL = b"%s 1 0 0 rg 0 0 200 60 re f 0 0 1 RG 4 w 20 10 160 40 re S"


def draw_scan() -> Image.Image:
    scan = Image.new("RGB", (2460, 3508), (250, 248, 240))
    draw = ImageDraw.Draw(scan)
    for row in range(100, 3400, 60):
        draw.rectangle((150, row, 2300, row + 24), fill=(30, 30, 40))
    return scan


SCAN = draw_scan()
JPEG = encode(SCAN, "JPEG", quality=95, subsampling=0)


def stamp(pdf: pikepdf.Pdf, rectangle: tuple[float, ...], state: pikepdf.Dictionary | None = None) -> None:
    """Put a stamp on the first page: a red field with a blue frame, of 200 x 60 units."""
    looks = pdf.make_stream(SEAL % (b"/State gs" if state is not None else b""))
    looks.Type, looks.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    looks.BBox = pikepdf.Array([0, 0, 200, 60])
    if state is not None:
        looks.Resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(State=state))
    page = pdf.pages[0].obj
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Stamp,
        Rect=pikepdf.Array(rectangle),
        F=4,
        AP=pikepdf.Dictionary(N=looks),
    )
    page.Annots = pikepdf.Array([*page.get("/Annots", pikepdf.Array()), annotation])


def make_stamped(*rectangles: tuple[float, ...], state: pikepdf.Dictionary | None = None) -> pikepdf.Pdf:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=FULL, media_box=BOX)
    for rectangle in rectangles:
        stamp(pdf, rectangle, state)
    return pdf


def take(pdf: pikepdf.Pdf, folder: Path) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return the page as it is taken in, and as poppler draws it (RGB)."""
    path = folder / "stamped.pdf"
    pdf.save(path)
    (page,) = extract_pages(path, "stamped.pdf", folder / "pages").pages
    (drawn,) = convert_from_path(path, dpi=DPI, use_cropbox=True)
    assert (page.lossless, page.dpi) == (False, DPI)
    return decode_page(page).pixels[:, :, ::-1].astype(np.int16), np.asarray(drawn).astype(np.int16)


@pytest.mark.parametrize(
    "rectangles",
    [
        [(400.3, 760.7, 550.9, 805.2)],
        [(400, 760, 550, 805), (330, 740, 480, 785), (20, 20, 120, 50)],
        [(-40, 800, 60, 860)],
    ],
)
@pytest.mark.parametrize("state", [None, pikepdf.Dictionary(ca=0.5), pikepdf.Dictionary(BM=pikepdf.Name.Multiply)])
def test_stamps_lie_where_and_as_poppler_draws_them(
    tmp_path: Path, rectangles: list[tuple[float, ...]], state: pikepdf.Dictionary | None
) -> None:
    taken, drawn = take(make_stamped(*rectangles, state=state), tmp_path)
    difference = np.abs(taken - drawn[: taken.shape[0], : taken.shape[1]]).max(axis=2)
    red = (drawn[:, :, 0] - drawn[:, :, 2])[: taken.shape[0], : taken.shape[1]] > 60
    assert red.sum() > 5_000
    assert difference[red].mean() < 4
    assert (difference > 48).mean() < 1e-4


def test_the_scan_under_a_stamp_keeps_its_own_pixels(tmp_path: Path) -> None:
    taken, _ = take(make_stamped((400, 760, 550, 805)), tmp_path)
    scan = np.asarray(Image.open(io.BytesIO(JPEG))).astype(np.int16)
    assert taken.shape == scan.shape
    assert np.abs(taken - scan)[700:].max() <= 6  # coded once more, but not moved


def test_a_gray_scan_gets_coloured_stamps(tmp_path: Path) -> None:
    gray = SCAN.convert("L")
    pdf = make_pdf(encode(gray, "JPEG", quality=95), image_keys=jpeg_keys(gray), content=FULL, media_box=BOX)
    stamp(pdf, (400, 760, 550, 805))
    taken, drawn = take(pdf, tmp_path)
    assert np.abs(taken - drawn[: taken.shape[0], : taken.shape[1]]).mean() < 2
    assert (taken[:400, :, 0] - taken[:400, :, 2] > 60).any()


def test_a_stamp_that_blends_in_an_odd_way_lies_as_poppler_draws_it(tmp_path: Path) -> None:
    taken, drawn = take(make_stamped((400, 760, 550, 805), state=pikepdf.Dictionary(BM=pikepdf.Name.Difference)), tmp_path)
    scan = np.asarray(Image.open(io.BytesIO(JPEG))).astype(np.int16)
    changed = np.abs(drawn - scan).max(axis=2) > 100
    assert changed.sum() > 50_000
    assert np.abs(taken - drawn)[changed].mean() < 4
    assert np.abs(taken - scan)[700:].max() <= 6


def test_a_hidden_stamp_is_not_seen(tmp_path: Path) -> None:
    pdf = make_stamped((400, 760, 550, 805), (20, 20, 120, 50))
    pdf.pages[0].obj.Annots[1].F = 2
    taken, _ = take(pdf, tmp_path)
    assert not (taken[3200:, :, 0] - taken[3200:, :, 2] > 60).any()
    assert (taken[:400, :, 0] - taken[:400, :, 2] > 60).any()


def test_a_scan_cut_short_under_a_stamp_is_noticed(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG[: len(JPEG) // 2], image_keys=jpeg_keys(SCAN), content=FULL, media_box=BOX)
    stamp(pdf, (400, 760, 550, 805))
    path = tmp_path / "short.pdf"
    pdf.save(path)
    with pytest.raises(TruncatedFileError):
        extract_pages(path, "short.pdf", tmp_path / "pages")


def test_areas_that_overlap_are_joined() -> None:
    chain = [(0, 0, 10, 10), (40, 0, 50, 10), (5, 5, 45, 8), (100, 100, 110, 110)]
    assert sorted(join_overlapping(chain)) == [(0, 0, 50, 10), (100, 100, 110, 110)]
