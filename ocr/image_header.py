"""Width and height as an image's header states them, read without decoding anything."""

from __future__ import annotations

import struct

# Start-of-frame markers of ISO/IEC 10918-1 table B.1: C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
TIFF_WIDTH_TAG, TIFF_HEIGHT_TAG = 256, 257


def read_header_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels stated by a PNG, JPEG, JPEG 2000 or classic TIFF file, None when there is none."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack(">II", data[16:24])
            return width, height
        if data.startswith(b"\xff\xd8"):
            return _read_jpeg_size(data)
        if data[:4] in {b"II*\x00", b"MM\x00*"}:
            return _read_tiff_size(data)
        return _read_jpeg2000_size(data)
    except struct.error:
        return None


def _read_jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in JPEG_BARE_MARKERS:
            at += 2
        elif marker in JPEG_FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None


def _read_tiff_size(data: bytes) -> tuple[int, int] | None:
    order = "<" if data.startswith(b"II") else ">"
    (at,) = struct.unpack(order + "I", data[4:8])
    (entries,) = struct.unpack(order + "H", data[at : at + 2])
    sides: dict[int, int] = {}
    for index in range(entries):
        entry = data[at + 2 + 12 * index : at + 14 + 12 * index]
        tag, kind, _count = struct.unpack(order + "HHI", entry[:8])
        if tag in {TIFF_WIDTH_TAG, TIFF_HEIGHT_TAG}:
            (sides[tag],) = struct.unpack(order + ("H" if kind == 3 else "I"), entry[8 : 10 if kind == 3 else 12])
    if len(sides) < 2:
        return None
    return sides[TIFF_WIDTH_TAG], sides[TIFF_HEIGHT_TAG]


def _read_jpeg2000_size(data: bytes) -> tuple[int, int] | None:
    """Read the SIZ segment of the code stream (ISO/IEC 15444-1, A.5.1)."""
    at = data.find(b"\xff\x4f\xff\x51")
    if at < 0:
        return None
    right, bottom, left, top = struct.unpack(">IIII", data[at + 8 : at + 24])
    return right - left, bottom - top
