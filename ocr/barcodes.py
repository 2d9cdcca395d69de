"""Barcodes and QR codes of a page, read by ZXing-C++: the only module that knows it.

What a code says is untrusted input and often personal data: it is bounded, stripped of control characters and never logged.
"""

from __future__ import annotations

import unicodedata

import zxingcpp

from dossiers.page import Barcode, BoxPx
from ocr.lines import scale_box
from ocr.page_image import Pixels, average_whole, resize, to_gray

MAX_PIXELS = 12_000_000  # A4 at 300 dpi has 8.7 million; finding codes takes about 7 ns a pixel
MAX_GLANCE_PIXELS = 2_200_000  # A4 at 150 dpi
MAX_SCALE_DEVIATION = 0.02  # A4 at 300 dpi is looked at at 150
MAX_BARCODES = 32
MAX_TEXT_LENGTH = 4000  # a QR code holds at most 4296 letters (ISO/IEC 18004), a citizen's card uses about 150
MIN_CODE_39_LENGTH = 4  # it has no check character, and a ruled table can look like a short one
NAMES = {
    zxingcpp.BarcodeFormat.QRCode: "qr_code",
    zxingcpp.BarcodeFormat.DataMatrix: "data_matrix",
    zxingcpp.BarcodeFormat.PDF417: "pdf417",
    zxingcpp.BarcodeFormat.Code128: "code_128",
    zxingcpp.BarcodeFormat.Code39: "code_39",
    zxingcpp.BarcodeFormat.EAN13: "ean_13",
    zxingcpp.BarcodeFormat.EAN8: "ean_8",
}


def read_barcodes(pixels: Pixels, *, is_likely: bool = True, on_their_side: bool = True) -> tuple[Barcode, ...]:
    """Return the barcodes of a page (gray or BGR), from top to bottom; boxes in pixels of ``pixels``.

    At most MAX_BARCODES; a page of more than MAX_PIXELS is read at a smaller scale, and so is one on which codes are not
    ``is_likely``: a third of the time, and small codes are passed over. Codes may stand in any direction; bars on their
    side are left out when not ``on_their_side``, which takes a third of the time again.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, ((MAX_PIXELS if is_likely else MAX_GLANCE_PIXELS) / (height * width)) ** 0.5)
    times = round(1 / scale)
    is_whole = abs(scale * times - 1) <= MAX_SCALE_DEVIATION
    scale = 1 / times if is_whole else scale
    found = zxingcpp.read_barcodes(
        to_gray(average_whole(pixels, times)) if is_whole else resize(to_gray(pixels), scale),
        formats=zxingcpp.BarcodeFormats(tuple(NAMES)),
        try_rotate=on_their_side,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    codes = [
        Barcode(NAMES[code.format], text, _find_box(code.position, 1 / scale, width, height))
        for code in found
        if code.valid and code.format in NAMES and (text := clean_text(code.text))
        if code.format is not zxingcpp.BarcodeFormat.Code39 or len(text) >= MIN_CODE_39_LENGTH
    ]
    codes.sort(key=lambda code: (code.bbox_px.top, code.bbox_px.left))
    return tuple(codes[:MAX_BARCODES])


def clean_text(text: str) -> str:
    """Return what a code says in NFC, on one line, each run of controls and blanks as one blank, at most MAX_TEXT_LENGTH."""
    plain = "".join(
        " " if letter.isspace() or unicodedata.category(letter).startswith("C") else letter
        for letter in unicodedata.normalize("NFC", text[: 2 * MAX_TEXT_LENGTH])
    )
    return " ".join(plain.split())[:MAX_TEXT_LENGTH].rstrip()


def _find_box(position: zxingcpp.Position, scale: float, width_px: int, height_px: int) -> BoxPx:
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return scale_box(BoxPx(min(across), min(down), max(across) + 1, max(down) + 1), scale, width_px, height_px)
