"""JBIG2 without loss: every pixel of a bilevel image coded by what lies around it, smaller than CCITT group 4.

A generic region (ITU-T T.88) only: symbols, which could put one letter in place of another that looks like it, are not made.
The coder is a small WebAssembly program, ``encoder.wat``, which wasmtime compiles when the first page needs it (some 20 ms).
"""

from __future__ import annotations

import struct
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from wasmtime import Config, Engine, Func, Instance, Memory, Module, Store

Mask = npt.NDArray[np.uint8]

# Table E.1: Qe, the row after the more and the less probable symbol, and whether they change places then.
_STATES = (
    *((0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0), (0x0221, 38, 33, 0)),
    *((0x5601, 7, 6, 1), (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0), (0x3001, 11, 17, 0)),
    *((0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0), (0x5601, 15, 14, 1), (0x5401, 16, 14, 0)),
    *((0x5101, 17, 15, 0), (0x4801, 18, 16, 0), (0x3801, 19, 17, 0), (0x3401, 20, 18, 0), (0x3001, 21, 19, 0)),
    *((0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0), (0x1801, 26, 23, 0)),
    *((0x1601, 27, 24, 0), (0x1401, 28, 25, 0), (0x1201, 29, 26, 0), (0x1101, 30, 27, 0), (0x0AC1, 31, 28, 0)),
    *((0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0), (0x02A1, 36, 33, 0)),
    *((0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0), (0x0049, 41, 38, 0)),
    *((0x0025, 42, 39, 0), (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0), (0x0001, 45, 43, 0)),
    (0x5601, 46, 46, 0),
)
_CONTEXTS = 1 << 16
_STATES_AT, _CONTEXTS_AT = 0, 1 << 10
_IMAGE_AT = _CONTEXTS_AT + _CONTEXTS
_ROWS_ABOVE, _MARGIN_PX = 2, 8
_PAGE_BYTES = 1 << 16
_ADAPTIVE_PIXELS = bytes([3, 0xFF, 0xFD, 0xFF, 2, 0xFE, 0xFE, 0xFE])  # of template 0, where they are by default
_PAGE_INFORMATION, _GENERIC_REGION = 48, 38
_TYPICAL_PREDICTION = 1 << 3


def encode_jbig2(mask: Mask) -> bytes:
    """Return the segments that a PDF's JBIG2Decode takes (ISO 32000-1, 7.4.7); pixels of ``mask`` that are not 0 are black."""
    height, width = mask.shape
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, _TYPICAL_PREDICTION) + _ADAPTIVE_PIXELS + _code(mask)
    return _make_segment(0, _PAGE_INFORMATION, page) + _make_segment(1, _GENERIC_REGION, region)


def _make_segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def _code(mask: Mask) -> bytes:
    return _open_encoder().run(mask)


class _Encoder:
    """The compiled program. Its memory is made anew for each image, which is how it is emptied and given back."""

    def __init__(self) -> None:
        config = Config()
        config.parallel_compilation = False  # so small a program needs no threads, which a fork would lose
        self._engine = Engine(config)
        self._module = Module(self._engine, files(__package__).joinpath("encoder.wat").read_text("utf-8"))

    def run(self, mask: Mask) -> bytes:
        height, width = mask.shape
        stride = (width + 2 * _MARGIN_PX + 7) // 8 * 8
        out_at = _IMAGE_AT + (_ROWS_ABOVE + height) * stride
        # A pixel takes no more than a byte, however it surprises; memory that is not touched costs nothing.
        end = out_at + width * height + _PAGE_BYTES
        store = Store(self._engine)
        exports = Instance(store, self._module, []).exports(store)
        memory, encode = exports["memory"], exports["encode"]
        if not isinstance(memory, Memory) or not isinstance(encode, Func):
            raise TypeError("the encoder exports no memory and no function")
        memory.grow(store, end // _PAGE_BYTES)
        memory.write(store, _pack_states(), _STATES_AT)
        rows = np.ctypeslib.as_array(memory.data_ptr(store), (out_at,))[_IMAGE_AT:].reshape(-1, stride)
        np.minimum(mask, 1, out=rows[_ROWS_ABOVE:, _MARGIN_PX : _MARGIN_PX + width])
        first_row = _IMAGE_AT + _ROWS_ABOVE * stride
        length = encode(store, first_row, width, height, stride, _STATES_AT, _CONTEXTS_AT, out_at)
        return bytes(memory.read(store, out_at + 1, out_at + 1 + length))


@cache
def _open_encoder() -> _Encoder:
    return _Encoder()


@cache
def _pack_states() -> bytes:
    rows = [
        struct.pack("<HBB", qe, 2 * likely + symbol, 2 * unlikely + (symbol ^ changes))
        for qe, likely, unlikely, changes in _STATES
        for symbol in (0, 1)
    ]
    return b"".join(rows)
