"""Headers of image files, sound and damaged."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from pdf.image_formats import read_ccitt_tiff, read_jpeg, read_png


def _bytes(mode: str, kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    buffer = io.BytesIO()
    picture = Image.effect_noise(size, 80)
    (picture.quantize(8) if mode == "P" else picture.convert(mode)).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("mode", "components"), [("L", 1), ("RGB", 3)])
def test_a_jpeg_is_read(mode: str, components: int) -> None:
    jpeg = read_jpeg(_bytes(mode, "JPEG"))
    assert jpeg is not None
    assert (jpeg.width, jpeg.height, jpeg.components, jpeg.is_plain_rgb) == (40, 30, components, False)


def test_a_progressive_jpeg_is_read() -> None:
    assert read_jpeg(_bytes("RGB", "JPEG", progressive=True)) is not None


def test_a_jpeg_kept_as_rgb_is_known() -> None:
    jpeg = read_jpeg(_bytes("RGB", "JPEG", keep_rgb=True))
    assert jpeg is not None
    assert jpeg.is_plain_rgb


def test_a_cmyk_jpeg_is_not_passed_through() -> None:
    assert read_jpeg(_bytes("CMYK", "JPEG")) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x10", b"\xff\xd8" + b"\xff" * 50, b"\x89PNG"])
def test_a_damaged_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="JPEG"):
        read_jpeg(data)


@pytest.mark.parametrize(("mode", "bits", "channels"), [("1", 1, 1), ("L", 8, 1), ("RGB", 8, 3)])
def test_a_png_is_read(mode: str, bits: int, channels: int) -> None:
    png = read_png(_bytes(mode, "PNG"))
    assert png is not None
    assert (png.width, png.height, png.bits, png.channels, png.palette) == (40, 30, bits, channels, None)


def test_a_palette_png_is_read_with_its_colours() -> None:
    png = read_png(_bytes("P", "PNG"))
    assert png is not None
    assert png.palette is not None
    assert png.channels == 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "I;16"])
def test_transparency_and_16_bits_are_not_passed_through(mode: str) -> None:
    assert read_png(_bytes(mode, "PNG")) is None


def test_a_png_cut_short_is_refused() -> None:
    data = _bytes("L", "PNG", (400, 300))
    with pytest.raises((ValueError, zlib.error)):
        read_png(data[: len(data) // 2])


def test_a_png_that_inflates_to_more_than_its_rows_is_refused() -> None:
    data = _bytes("L", "PNG")
    start = data.index(b"IDAT") - 4
    bomb = zlib.compress(bytes(50_000_000), 9)
    forged = data[:start] + len(bomb).to_bytes(4, "big") + b"IDAT" + bomb + b"\0\0\0\0" + b"\0\0\0\0IEND\xaeB`\x82"
    with pytest.raises(ValueError, match="rows"):
        read_png(forged)


def test_a_group_4_tiff_is_passed_through() -> None:
    data = _bytes("1", "TIFF", compression="group4")
    fax = read_ccitt_tiff(data)
    assert fax is not None
    assert (fax.width, fax.height) == (40, 30)
    assert fax.data in data


def test_a_bitonal_tiff_of_many_strips_becomes_one_stream() -> None:
    data = _bytes("1", "TIFF", (400, 300), compression="group4", tiffinfo={278: 10})
    fax = read_ccitt_tiff(data)
    assert fax is not None
    assert fax.data not in data


def test_a_colour_tiff_is_not_passed_through() -> None:
    assert read_ccitt_tiff(_bytes("RGB", "TIFF")) is None


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0" + bytes(4)])
def test_a_damaged_tiff_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        read_ccitt_tiff(data)
