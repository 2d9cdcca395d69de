"""Pages of image files: unchanged where possible, refused with the right error where they are bad."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from dossiers.errors import PageSizeError, StorageUnavailableError, TooLargeError, TruncatedFileError
from ocr.image_header import read_header_size
from ocr.limits import ScanLimits
from ocr.load import ExtractedPages, extract_pages
from ocr.load_images import with_orientation
from ocr.page_file import settle_dpi
from ocr.page_image import decode_page
from tests.unit.ocr.drawing import draw_page, encode

SIZE = (600, 800)


def extract(tmp_path: Path, data: bytes, name: str, limits: ScanLimits | None = None) -> ExtractedPages:
    path = tmp_path / "input"
    path.write_bytes(data)
    return extract_pages(path, name, tmp_path / "pages", limits)


def noise(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    gray = Image.effect_noise(size, 60)
    return gray.convert(mode)


def png_stating(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def tiff_stating(width: int, height: int) -> bytes:
    data = bytearray(encode(noise("L", (100, 100)), "TIFF"))
    (at,) = struct.unpack("<I", data[4:8])
    (entries,) = struct.unpack("<H", data[at : at + 2])
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        (tag,) = struct.unpack("<H", data[entry : entry + 2])
        if tag in {256, 257}:
            data[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, width if tag == 256 else height)
    return bytes(data)


def jpeg_stating(width: int, height: int) -> bytes:
    data = encode(noise("L", (64, 64)), "JPEG")
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def test_jpeg_bytes_stay_as_they_are(tmp_path: Path) -> None:
    data = encode(noise(), "JPEG", dpi=(150, 150))
    (page,) = extract(tmp_path, data, "a.jpg").pages
    assert page.path.read_bytes() == data
    assert page.sha256 == hashlib.sha256(data).hexdigest()
    assert (page.number, page.media_type, page.width_px, page.height_px, page.dpi, page.lossless) == (
        1,
        "image/jpeg",
        600,
        800,
        150,
        True,
    )


def test_exif_turn_is_a_hint_and_never_applied(tmp_path: Path) -> None:
    data = with_orientation(encode(noise(), "JPEG"), 6)
    (page,) = extract(tmp_path, data, "a.jpeg").pages
    assert page.path.read_bytes() == data
    decoded = decode_page(page)
    assert decoded.pixels.shape[:2] == (800, 600)
    assert decoded.hint_deg == 90


def test_mirrored_jpeg_is_written_anew(tmp_path: Path) -> None:
    image = draw_page(size=SIZE)
    (page,) = extract(tmp_path, with_orientation(encode(image, "JPEG", quality=95), 2), "a.jpg").pages
    assert not page.lossless
    back = np.asarray(Image.open(page.path).convert("L"), dtype=int)[:, ::-1]
    assert abs(back - np.asarray(image.convert("L"), dtype=int)).mean() < 3


def test_cmyk_jpeg_becomes_rgb(tmp_path: Path) -> None:
    (page,) = extract(tmp_path, encode(noise("CMYK"), "JPEG"), "a.jpg").pages
    assert not page.lossless
    with Image.open(page.path) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_png_bytes_stay_as_they_are(tmp_path: Path, mode: str) -> None:
    data = encode(noise(mode), "PNG")
    (page,) = extract(tmp_path, data, "a.png").pages
    assert page.path.read_bytes() == data
    assert page.lossless
    assert page.media_type == "image/png"


def test_png_with_alpha_is_laid_on_white_paper(tmp_path: Path) -> None:
    (page,) = extract(tmp_path, encode(Image.new("RGBA", SIZE, (255, 0, 0, 0)), "PNG"), "a.png").pages
    assert not page.lossless
    assert Image.open(page.path).convert("RGB").getcolors() == [(600 * 800, (255, 255, 255))]


def test_opaque_alpha_and_palettes_lose_nothing(tmp_path: Path) -> None:
    for image in (noise("RGBA"), noise().quantize(16)):
        (page,) = extract(tmp_path, encode(image, "PNG"), "a.png").pages
        assert page.lossless
        assert np.array_equal(np.asarray(Image.open(page.path)), np.asarray(image.convert("RGB")))


def test_16_bit_gray_is_scaled_to_8(tmp_path: Path) -> None:
    ramp = Image.fromarray(np.tile(np.linspace(0, 65535, 600, dtype=np.uint16), (800, 1)))
    (page,) = extract(tmp_path, encode(ramp, "PNG"), "a.png").pages
    assert not page.lossless
    back = np.asarray(Image.open(page.path))
    assert (back[0, 0], back[0, -1]) == (0, 255)


def test_every_page_of_a_tiff(tmp_path: Path) -> None:
    images = [noise("1"), noise("L"), noise("RGB", (500, 700))]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(300, 300))
    pages = extract(tmp_path, out.getvalue(), "a.tif").pages
    assert [(page.number, page.media_type, page.lossless) for page in pages] == [
        (1, "image/tiff", True),
        (2, "image/png", True),
        (3, "image/png", True),
    ]
    assert pages[0].dpi == 300
    for page, image in zip(pages, images, strict=True):
        stored = Image.open(page.path)
        assert np.array_equal(np.asarray(stored), np.asarray(image))
    with Image.open(pages[0].path) as first:
        assert first.info["compression"] == "group4"


def test_heic_becomes_jpeg(tmp_path: Path) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(draw_page(size=SIZE)).save(out)
    (page,) = extract(tmp_path, out.getvalue(), "a.heic").pages
    assert (page.media_type, page.lossless, page.width_px, page.height_px) == ("image/jpeg", False, 600, 800)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.05])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "HEIC"])
def test_a_file_cut_short(tmp_path: Path, kind: str, share: float) -> None:
    if kind == "HEIC":
        out = io.BytesIO()
        pillow_heif.from_pillow(noise()).save(out)
        data = out.getvalue()
    else:
        data = encode(noise(), kind)
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, data[: int(len(data) * share)], f"a.{kind.lower()}")


def test_a_progressive_jpeg_cut_short(tmp_path: Path) -> None:
    data = encode(noise(), "JPEG", progressive=True)
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, data[: len(data) // 2], "a.jpg")


@pytest.mark.parametrize(("subsampling", "samples"), [(0, 3 * 600 * 800), (2, 600 * 800 + 2 * 300 * 400)])
def test_a_progressive_jpeg_is_held_whole_and_so_bounded(tmp_path: Path, subsampling: int, samples: int) -> None:
    data = io.BytesIO()
    noise().save(data, "JPEG", progressive=True, subsampling=subsampling)
    extract(tmp_path, data.getvalue(), "a.jpg", ScanLimits(max_progressive_samples=samples))
    with pytest.raises(TooLargeError, match="progressive"):
        extract(tmp_path, data.getvalue(), "a.jpg", ScanLimits(max_progressive_samples=samples - 1))
    extract(tmp_path, encode(noise(), "JPEG"), "a.jpg", ScanLimits(max_progressive_samples=1))


def test_a_multi_page_tiff_cut_short_is_not_a_shorter_one(tmp_path: Path) -> None:
    out = io.BytesIO()
    noise("L").save(out, "TIFF", save_all=True, append_images=[noise("L"), noise("L")])
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, out.getvalue()[: len(out.getvalue()) * 3 // 4], "a.tif")


@pytest.mark.parametrize("size", [(0, 500), (500, 0), (100_000, 100_000), (100_000, 60), (10, 500)])
@pytest.mark.parametrize("kind", ["png", "tif", "jpg"])
def test_a_page_of_impossible_size(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    make = {"png": png_stating, "tif": tiff_stating, "jpg": jpeg_stating}[kind]
    size = (min(size[0], 65_000), min(size[1], 65_000)) if kind == "jpg" else size
    with pytest.raises(PageSizeError):
        extract(tmp_path, make(*size), f"a.{kind}")


@pytest.mark.parametrize("kind", ["png", "tif", "jpg"])
def test_a_decompression_bomb_is_refused_from_its_header(tmp_path: Path, kind: str) -> None:
    make = {"png": png_stating, "tif": tiff_stating, "jpg": jpeg_stating}[kind]
    with pytest.raises(TooLargeError):
        extract(tmp_path, make(29_000, 29_000), f"a.{kind}")


def test_header_sizes_are_read_without_decoding() -> None:
    assert read_header_size(png_stating(7, 9)) == (7, 9)
    assert read_header_size(jpeg_stating(70, 90)) == (70, 90)
    assert read_header_size(tiff_stating(700, 900)) == (700, 900)
    assert read_header_size(b"\x89PNG") is None
    assert read_header_size(b"II*\x00\xff\xff\xff\xff") is None


def test_too_many_pages(tmp_path: Path) -> None:
    out = io.BytesIO()
    noise("1").save(out, "TIFF", save_all=True, append_images=[noise("1")] * 3)
    with pytest.raises(TooLargeError):
        extract(tmp_path, out.getvalue(), "a.tif", ScanLimits(max_pages=3))


def test_pages_may_not_unfold_without_bound(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        extract(tmp_path, encode(noise(), "PNG"), "a.png", ScanLimits(max_pages_bytes=1000))


def test_a_disk_that_takes_no_page_is_the_stores_fault(tmp_path: Path) -> None:
    (tmp_path / "pages" / "page-0001.png").mkdir(parents=True)
    with pytest.raises(StorageUnavailableError):
        extract(tmp_path, encode(noise(), "PNG"), "a.png")


@pytest.mark.parametrize(
    ("size", "stated", "settled"),
    [
        ((2480, 3508), 300, 300),
        ((2480, 3508), None, 300),
        ((3508, 2480), None, 300),
        ((2480, 3508), 72, 300),
        ((3024, 4032), 72, 366),
        ((595, 842), 72, 72),
        ((2480, 3508), 0.5, 300),
        ((2480, 3508), 5000, 300),
        ((1011, 638), 300, 300),
    ],
)
def test_settles_dots_per_inch(size: tuple[int, int], stated: float | None, settled: int) -> None:
    assert settle_dpi(size, stated) == settled
