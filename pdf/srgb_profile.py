"""The sRGB profile of the output intent: 0.6 KB with its curve as a formula, where tables of 1024 steps take 7.

ICC.1:2004-10 (version 4.2), which PDF 1.7 and so PDF/A-2 allow (ISO 32000-1, table 67). Curve and primaries are those of
IEC 61966-2-1; the primaries, given for daylight of 6500 K, are adapted to the 5000 K of all profiles (Bradford).
"""

from __future__ import annotations

import struct
from functools import cache

_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # g, a, b, c, d of parametricCurveType 3
_WHITE = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_ADAPTATION = (1.04788, 0.02292, -0.05022, 0.02959, 0.99047, -0.01707, -0.00925, 0.01508, 0.75168)
_HEADER_BYTES, _ENTRY_BYTES = 128, 12
_MADE_ON = (2025, 12, 1, 0, 0, 0)  # a fixed date gives the same bytes in every run


@cache
def build_srgb_profile() -> bytes:
    """Return the ICC profile of the colour space sRGB, always the same bytes."""
    curve = b"para" + struct.pack(">IHH", 0, 3, 0) + _pack_numbers(_CURVE)
    tags = {
        b"desc": _pack_text("sRGB"),
        b"cprt": _pack_text("CC0"),
        b"wtpt": _pack_colour(_WHITE),
        b"chad": b"sf32" + bytes(4) + _pack_numbers(_ADAPTATION),
        **{name: _pack_colour(primary) for name, primary in _PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    start = _HEADER_BYTES + 4 + _ENTRY_BYTES * len(tags)
    table, body, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, data in tags.items():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, places[data], len(data))
    return _build_header(start + len(body)) + table + body


def _build_header(size: int) -> bytes:
    head = struct.pack(">I4sI4s4s4s6H4s", size, b"", 0x04200000, b"mntr", b"RGB ", b"XYZ ", *_MADE_ON, b"acsp")
    return (head + bytes(28) + _pack_numbers(_WHITE)).ljust(_HEADER_BYTES, b"\0")


def _pack_numbers(values: tuple[float, ...]) -> bytes:
    """Return s15Fixed16 numbers."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _pack_colour(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + _pack_numbers(values)


def _pack_text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(encoded), 28) + encoded
