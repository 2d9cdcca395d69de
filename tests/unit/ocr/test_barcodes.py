"""Barcodes drawn by another library, read where they stand."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import zxingcpp
from pdf2image import convert_from_bytes
from PIL import Image
from reportlab.graphics.barcode import code39, code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from dossiers.page import Barcode
from ocr import barcodes
from ocr.barcodes import MAX_TEXT_LENGTH, clean_text, glance_barcodes, read_barcodes
from ocr.page_image import Pixels, to_gray
from ocr.regions import find_marks
from tests.unit.ocr.drawing import as_bgr, draw_page

CARD = "089190001234|351234567|Nguyễn Thị Ánh|05031990|Nữ|Xã Hòa Lạc|01012022"
Paint = Callable[[Canvas], None]


def paint_qr(text: str) -> Paint:
    def paint(canvas: Canvas) -> None:
        drawing = Drawing(90, 90)
        drawing.add(qr.QrCodeWidget(text, barHeight=90, barWidth=90, barLevel="M"))
        drawing.drawOn(canvas, 400, 700)

    return paint


def paint_linear(bars: code128.Code128) -> Paint:
    return lambda canvas: bars.drawOn(canvas, 60, 640)


def draw(*paints: Paint, dpi: int = 300) -> Pixels:
    """Return an A4 page with text and codes, in gray at ``dpi``."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for row in range(20):
        canvas.drawString(80, 560 - 20 * row, "So hoa ho so thu tuc hanh chinh, ban sao cua giay to " + "I" * 12)
    for paint in paints:
        paint(canvas)
    canvas.save()
    return to_gray(as_bgr(convert_from_bytes(out.getvalue(), dpi=dpi)[0]))


def test_reads_qr_and_linear_codes_where_they_stand() -> None:
    page = draw(
        paint_qr(CARD),
        paint_linear(code128.Code128("H01.50.05.13-261008-0975", barWidth=1.0, barHeight=30)),
        lambda canvas: code39.Standard39("HS2026", barWidth=1.0, barHeight=30, checksum=0).drawOn(canvas, 60, 590),
    )
    found = read_barcodes(page)
    assert [(code.format, code.text) for code in found] == [
        ("qr_code", CARD),
        ("code_128", "H01.50.05.13-261008-0975"),
        ("code_39", "HS2026"),
    ]
    inch = 300 / 72
    left, top, right, bottom = found[0].bbox_px
    assert 400 * inch < left < right < 490 * inch
    assert (842 - 790) * inch < top < bottom < (842 - 700) * inch
    assert right - left > 60 * inch


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_reads_codes_in_any_direction(turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(draw(paint_qr(CARD)), turns))
    (code,) = read_barcodes(page)
    assert code.text == CARD
    left, top, right, bottom = code.bbox_px
    assert page[top:bottom, left:right].mean() < 180


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        (zxingcpp.BarcodeFormat.DataMatrix, "HS-2026", "data_matrix"),
        (zxingcpp.BarcodeFormat.PDF417, "Giấy phép", "pdf417"),
        (zxingcpp.BarcodeFormat.EAN13, "8936013233918", "ean_13"),
        (zxingcpp.BarcodeFormat.EAN8, "12345670", "ean_8"),
    ],
)
def test_names_other_symbologies(kind: zxingcpp.BarcodeFormat, text: str, name: str) -> None:
    code = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=4))
    assert [(found.format, found.text) for found in read_barcodes(np.pad(code, 50, constant_values=255))] == [(name, text)]


def test_a_page_of_text_or_rules_has_none() -> None:
    ruled = as_bgr(draw_page()).copy()
    ruled[200:2100:90, 100:1500] = 0
    ruled[200:2100, 100:1500:130] = 0
    assert read_barcodes(ruled) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (2, 2, 3)])
def test_odd_sizes_are_read_as_empty(shape: tuple[int, ...]) -> None:
    assert read_barcodes(np.zeros(shape, np.uint8)) == ()


def test_large_pages_are_read_smaller_and_boxes_are_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = draw(paint_qr("nhỏ"))
    (expected,) = read_barcodes(page)
    monkeypatch.setattr(barcodes, "MAX_PIXELS", page.size // 4)
    (found,) = read_barcodes(page)
    assert found.text == "nhỏ"
    assert np.abs(np.subtract(found.bbox_px, expected.bbox_px)).max() <= 8


def test_a_glance_finds_large_codes() -> None:
    assert [code.text for code in glance_barcodes(draw(paint_qr("nhỏ")))] == ["nhỏ"]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_bars_on_their_side_are_likely_and_so_read(turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(draw(paint_linear(code128.Code128("H01.50-0975", barWidth=1.0, barHeight=30))), turns))
    assert [code.text for code in read_barcodes(page, find_marks(page, 300).code_spots)] == ["H01.50-0975"]


@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
def test_a_code_is_told_once_and_a_fine_one_beside_another_spot_too(kind: zxingcpp.BarcodeFormat) -> None:
    page = draw(paint_qr("lớn"))
    code = np.array(zxingcpp.create_barcode("H01.50-0975", kind).to_image(scale=3))
    code = np.repeat(code[:1], 90, axis=0) if kind is zxingcpp.BarcodeFormat.Code128 else code
    page[3000 : 3000 + code.shape[0], 700 : 700 + code.shape[1]] = code // 2 + 127
    spots = [spot for spot in find_marks(page, 300).code_spots if spot.bottom < 1500]
    assert [code.text for code in read_barcodes(page, spots)] == ["lớn", "H01.50-0975"]


def test_what_a_code_says_cannot_steer_a_terminal_nor_fill_a_disk() -> None:
    assert clean_text("a\x1b[31m\x00b\r\nc\u202ed\t e\u0301") == "a [31m b c d é"
    assert len(clean_text("x" * 50_000)) == MAX_TEXT_LENGTH
    code = np.array(zxingcpp.create_barcode("dòng 1\n\x1b[2Jdòng 2", zxingcpp.BarcodeFormat.QRCode).to_image(scale=4))
    assert [found.text for found in read_barcodes(np.pad(code, 50, constant_values=255))] == ["dòng 1 [2Jdòng 2"]


def test_what_a_code_says_does_not_enter_logs() -> None:
    (code,) = read_barcodes(draw(paint_qr(CARD)))
    assert isinstance(code, Barcode)
    assert "089190001234" not in f"{code!r} {code}"


def test_a_photograph_of_noise_ends_soon_and_empty() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (1200, 900), dtype=np.uint8)
    assert read_barcodes(np.asarray(Image.fromarray(noise).convert("1").convert("L"))) == ()
