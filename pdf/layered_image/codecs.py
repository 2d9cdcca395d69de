"""The compressed streams of a layered page: JBIG2 for the mask, JPEG for the paper, deflate for the few colours of ink.

The mask keeps every pixel. JPEG 2000 would do for the colours, but pikepdf's PDF/A validator does not judge it.
"""

from __future__ import annotations

import io
import zlib

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

INK_BITS = 4
_LEVEL = 6  # of zlib; 8 takes three times as long for a thirtieth
_PAPER_QUALITIES = (50, 35)
_PAPER_BYTES = 16 * 1024  # grain and pictures take more than this; the lower quality is enough for them


def encode_paper(pixels: Pixels) -> bytes:
    """Encode the background, grey or RGB, as a progressive JPEG."""
    image = Image.fromarray(pixels)
    for quality in _PAPER_QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0")
        if buffer.tell() <= _PAPER_BYTES:
            break
    return buffer.getvalue()


def decode_paper(data: bytes) -> Pixels:
    """Decode a background: height x width, and a third axis of red, green, blue unless it is grey."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def encode_indexes(indexes: Pixels) -> bytes:
    """Deflate rows of 4-bit indexes, each row starting on a byte."""
    return zlib.compress(_pack(indexes), _LEVEL)


def _pack(indexes: Pixels) -> bytes:
    even = np.pad(indexes, ((0, 0), (0, indexes.shape[1] % 2)), mode="edge")
    return (even[:, ::2] << np.uint8(4) | even[:, 1::2]).tobytes()
