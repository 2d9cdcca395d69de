"""Barcodes and QR codes of a page, read by ZXing-C++: the only module that knows it.

What a code says is untrusted input and often personal data: it is bounded, stripped of control characters and never logged.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

import zxingcpp

from dossiers.page import Barcode, BoxPx
from ocr.lines import scale_box
from ocr.page_image import Pixels, average_whole, to_gray

MAX_PIXELS = 12_000_000  # A4 at 300 dpi has 8.7 million; finding codes takes about 7 ns a pixel
MAX_GLANCE_PIXELS = 2_200_000  # A4 at 150 dpi: at 300 it is looked at half as fine, at 200 as it is
MIN_EXCESS = 0.25  # whole pixels are averaged, and a page that is only somewhat larger is read as it is
MAX_SPOTS_SHARE = 0.5  # of the page; where codes are likely on more of it, it is read as a whole
MAX_BARCODES = 32
MAX_TEXT_LENGTH = 4000  # a QR code holds at most 4296 letters (ISO/IEC 18004), a citizen's card uses about 150
MIN_CODE_39_LENGTH = 4  # it has no check character, and a ruled table can look like a short one
QR = zxingcpp.BarcodeFormat.QRCode
BARS = {
    zxingcpp.BarcodeFormat.Code128: "code_128",
    zxingcpp.BarcodeFormat.Code39: "code_39",
    zxingcpp.BarcodeFormat.EAN13: "ean_13",
    zxingcpp.BarcodeFormat.EAN8: "ean_8",
}
NAMES = {QR: "qr_code", zxingcpp.BarcodeFormat.DataMatrix: "data_matrix", zxingcpp.BarcodeFormat.PDF417: "pdf417", **BARS}


def read_barcodes(pixels: Pixels, spots: Sequence[BoxPx] | None = None) -> tuple[Barcode, ...]:
    """Return the barcodes of a page (gray or BGR), from top to bottom, in any direction; boxes in pixels of ``pixels``.

    At most MAX_BARCODES; what has much more than MAX_PIXELS is read smaller. Where ``spots`` are given, in which codes are
    likely (``PageMarks.code_spots``), these are read as fine as they are, and so are QR codes and level bars elsewhere; of the
    rest small ones are passed over. Without any spot the page is only glanced at: smaller, and without bars on their side.
    """
    gray = to_gray(pixels)
    page = BoxPx(0, 0, gray.shape[1], gray.shape[0])
    if spots is None or sum(spot.width * spot.height for spot in spots) > MAX_SPOTS_SHARE * gray.size:
        codes = _read(gray, page, MAX_PIXELS, NAMES)
    elif spots:
        codes = [code for spot in spots for code in _read(gray, spot, MAX_PIXELS, NAMES)]
        _add(codes, _read(gray, page, MAX_PIXELS, (QR, *BARS), on_their_side=False))
        _add(codes, _read(gray, page, MAX_GLANCE_PIXELS, [kind for kind in NAMES if kind is not QR]))
    else:
        codes = _read(gray, page, MAX_GLANCE_PIXELS, NAMES, on_their_side=False)
    codes.sort(key=lambda code: (code.bbox_px.top, code.bbox_px.left))
    return tuple(codes[:MAX_BARCODES])


def glance_barcodes(pixels: Pixels) -> tuple[Barcode, ...]:
    """Return the larger barcodes of a page as ``read_barcodes`` does, looking at it once, smaller."""
    gray = to_gray(pixels)
    codes = _read(gray, BoxPx(0, 0, gray.shape[1], gray.shape[0]), MAX_GLANCE_PIXELS, NAMES)
    return tuple(sorted(codes, key=lambda code: (code.bbox_px.top, code.bbox_px.left)))[:MAX_BARCODES]


def _read(
    gray: Pixels, area: BoxPx, max_pixels: int, kinds: Iterable[zxingcpp.BarcodeFormat], *, on_their_side: bool = True
) -> list[Barcode]:
    """Return the barcodes in an area of a gray page, which is read smaller where it has more than about ``max_pixels``."""
    part = gray[area.top : area.bottom, area.left : area.right]
    times = max(1, min(int(math.sqrt(part.size / max_pixels) + MIN_EXCESS), *part.shape))
    found = zxingcpp.read_barcodes(
        average_whole(part, times) if times > 1 else part,
        formats=zxingcpp.BarcodeFormats(tuple(kinds)),
        try_rotate=on_their_side,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [
        Barcode(NAMES[code.format], text, _find_box(code.position, times, area))
        for code in found
        if code.valid and code.format in NAMES and (text := clean_text(code.text))
        if code.format is not zxingcpp.BarcodeFormat.Code39 or len(text) >= MIN_CODE_39_LENGTH
    ]


def _add(codes: list[Barcode], others: Sequence[Barcode]) -> None:
    """Add the codes that are not there yet."""
    codes += [other for other in others if not any(_is_same(code, other) for code in codes)]


def _is_same(one: Barcode, other: Barcode) -> bool:
    """Say whether two readings are of one code."""
    a, b = one.bbox_px, other.bbox_px
    meet = a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom
    return meet and (one.format, one.text) == (other.format, other.text)


def clean_text(text: str) -> str:
    """Return what a code says in NFC, on one line, each run of controls and blanks as one blank, at most MAX_TEXT_LENGTH."""
    plain = "".join(
        " " if letter.isspace() or unicodedata.category(letter).startswith("C") else letter
        for letter in unicodedata.normalize("NFC", text[: 2 * MAX_TEXT_LENGTH])
    )
    return " ".join(plain.split())[:MAX_TEXT_LENGTH].rstrip()


def _find_box(position: zxingcpp.Position, times: int, area: BoxPx) -> BoxPx:
    """Return the box on the page of a code in an area of it that was read ``times`` smaller each way."""
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    box = scale_box(BoxPx(min(across), min(down), max(across) + 1, max(down) + 1), times, area.width, area.height)
    return BoxPx(box.left + area.left, box.top + area.top, box.right + area.left, box.bottom + area.top)
