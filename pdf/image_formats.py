"""What the headers of JPEG, PNG and CCITT G4 TIFF files say, and their compressed data as a PDF filter takes it.

Each reader returns None for a file that is sound, perhaps, but cannot be passed through to a PDF/A-2b as it is; it
raises ``ValueError`` for one that is damaged. Sources: ITU-T T.81 (JPEG), W3C PNG 1.2, TIFF 6.0.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_GREY, _PNG_RGB, _PNG_PALETTE = 0, 2, 3
_JPEG_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_JPEG_BASELINE_TO_PROGRESSIVE = {0xC0, 0xC1, 0xC2}
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_TIFF_GROUP4 = 4


@dataclass(frozen=True, slots=True)
class JpegImage:
    """A baseline or progressive JPEG of one or three components; ``is_plain_rgb`` when they are not YCbCr."""

    width: int
    height: int
    components: int
    is_plain_rgb: bool


@dataclass(frozen=True, slots=True)
class PngImage:
    """A PNG without transparency; ``data`` is the deflated, filtered rows, ``palette`` RGB triples."""

    width: int
    height: int
    bits: int
    channels: int
    palette: bytes | None
    data: bytes


@dataclass(frozen=True, slots=True)
class CcittImage:
    """A group 4 image; ``is_black_one`` is the PDF parameter BlackIs1."""

    width: int
    height: int
    is_black_one: bool
    data: bytes


def read_jpeg(data: bytes) -> JpegImage | None:
    """Read the frame header. None for CMYK, 12 bits, lossless or arithmetic coding. Raises ``ValueError`` when cut short."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    position, adobe_transform, has_jfif = 2, -1, False
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            raise ValueError("a JPEG marker is missing")
        marker = data[position + 1]
        if marker == 0xFF or marker in _JPEG_STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position + 4 : position + 2 + length]
        if marker in _JPEG_FRAMES:
            return _read_frame(marker, segment, adobe_transform, has_jfif)
        if marker == 0xEE and segment[:5] == b"Adobe" and len(segment) >= 12:
            adobe_transform = segment[11]
        has_jfif = has_jfif or (marker == 0xE0 and segment[:4] == b"JFIF")
        position += 2 + max(length, 2)
    raise ValueError("the JPEG ends before its image")


def _read_frame(marker: int, segment: bytes, adobe_transform: int, has_jfif: bool) -> JpegImage | None:
    bits, height, width, components = struct.unpack_from(">BHHB", segment)
    if marker not in _JPEG_BASELINE_TO_PROGRESSIVE or bits != 8 or components not in {1, 3} or height == 0 or width == 0:
        return None
    ids = segment[6 : 6 + 3 * components : 3]
    # As libjpeg decides: the Adobe marker, else JFIF, else component names "RGB" (ISO 32000-1, table 13).
    is_plain_rgb = components == 3 and (adobe_transform == 0 or (adobe_transform < 0 and not has_jfif and ids == b"RGB"))
    return JpegImage(width, height, components, is_plain_rgb)


def read_png(data: bytes) -> PngImage | None:
    """Read a PNG and check that its rows are complete. None for transparency, 16 bits or interlacing.

    Raises ``ValueError`` or ``zlib.error`` when it is cut short or damaged.
    """
    chunks = _read_png_chunks(data)
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if colour not in {_PNG_GREY, _PNG_RGB, _PNG_PALETTE} or bits > 8 or interlace or b"tRNS" in chunks:
        return None
    channels = 3 if colour == _PNG_RGB else 1
    row_bytes = (width * channels * bits + 7) // 8 + 1
    if not width or not height or _count_inflated(chunks[b"IDAT"], row_bytes * height) != row_bytes * height:
        raise ValueError("the PNG holds fewer or more rows than it says")
    palette = chunks[b"PLTE"] if colour == _PNG_PALETTE else None
    return PngImage(width, height, bits, channels, palette, chunks[b"IDAT"])


def _read_png_chunks(data: bytes) -> dict[bytes, bytes]:
    if not data.startswith(_PNG_SIGNATURE):
        raise ValueError("no PNG")
    chunks: dict[bytes, bytes] = {}
    rows: list[bytes] = []
    position = len(_PNG_SIGNATURE)
    while position + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        if len(body) != length:
            raise ValueError("the PNG is cut short")
        if kind == b"IDAT":
            rows.append(body)
        elif kind == b"IEND":
            break
        elif kind in {b"IHDR", b"PLTE", b"tRNS"}:
            chunks[kind] = body
        position += 12 + length
    if b"IHDR" not in chunks or len(chunks[b"IHDR"]) != 13 or not rows:
        raise ValueError("the PNG holds no image")
    return {**chunks, b"IDAT": b"".join(rows)}


def _count_inflated(deflated: bytes, limit: int) -> int:
    """Return how many bytes the data inflates to, giving up one byte past the limit; without keeping them."""
    inflater, count, pending = zlib.decompressobj(), 0, deflated
    while pending and count <= limit and not inflater.eof:
        count += len(inflater.decompress(pending, 1 << 20))
        pending = inflater.unconsumed_tail
    while not inflater.eof and count <= limit and (piece := inflater.decompress(b"", 1 << 20)):
        count += len(piece)
    return count if inflater.eof else -1


def read_ccitt_tiff(data: bytes, may_recode: bool = True) -> CcittImage | None:
    """Read a single-page bitonal TIFF as one group 4 stream. None when it is compressed otherwise or not bitonal.

    A file of several strips is coded anew as one, which loses nothing. Raises ``ValueError`` or ``OSError`` when damaged.
    """
    with Image.open(io.BytesIO(data)) as image:
        if image.format != "TIFF" or image.mode != "1":
            return None
        tags = getattr(image, "tag_v2", {})
        offsets, counts = tags.get(273, ()), tags.get(279, ())
        if tags.get(259) != _TIFF_GROUP4 or len(offsets) != 1 or len(counts) != 1:
            return recode_ccitt(image) if may_recode else None
        strip = data[offsets[0] : offsets[0] + counts[0]]
        if len(strip) != counts[0]:
            raise ValueError("the TIFF is cut short")
        if tags.get(266, 1) == 2:
            strip = strip.translate(_REVERSED_BITS)
        return CcittImage(image.width, image.height, tags.get(262) == 1, strip)


def recode_ccitt(image: Image.Image) -> CcittImage:
    """Code a bitonal Pillow image (mode 1) as one group 4 stream. Raises ``ValueError`` when that fails."""
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={278: image.height})
    coded = read_ccitt_tiff(buffer.getvalue(), may_recode=False)
    if coded is None:
        raise ValueError("the bitonal image cannot be coded")
    return coded
