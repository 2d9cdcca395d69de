"""Pages of scans that are images: JPEG, PNG, multi-page TIFF, HEIC."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, ImageSequence
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from dossiers.errors import PageSizeError, SohoaError, TooLargeError, TruncatedFileError
from ocr.image_header import read_header_size
from ocr.page_file import PageWriter, check_page_count, check_page_size, settle_dpi
from ocr.page_image import Pixels, as_pixels, decode_jpeg

JPEG_QUALITY = 95
PNG_LEVEL = 1  # 5 % larger than the usual 6 on scans, in a third of the time
EXIF_ORIENTATION_TAG = 0x0112
MIRRORED_ORIENTATIONS = frozenset({2, 4, 5, 7})
# Modes that OpenCV, PDF/A and browsers all show alike; others (CMYK, 16 bit, float, palette with alpha) are converted.
PLAIN_JPEG_MODES = frozenset({"L", "RGB"})
PLAIN_PNG_MODES = frozenset({"1", "L", "RGB"})
JPEG_END, JPEG_PADDING = b"\xff\xd9", b"\x00\r\n "
JFIF_DENSITY_AT = 13  # unit, across, down (ITU-T T.871, 10.1)


def load_jpeg(scan_path: Path, writer: PageWriter) -> None:
    """Add the one page of a JPEG file, its bytes as they are."""
    add_jpeg(scan_path.read_bytes(), writer, stated_dpi=None)


def add_jpeg(data: bytes, writer: PageWriter, *, stated_dpi: float | None) -> None:
    """Add a JPEG image as a page, without decoding it anew.

    Its EXIF orientation is left in place and is *not* applied when a page is decoded: the orientation step finds the
    true turn from the raw pixels and takes the tag as a hint. Only a mirrored or CMYK image is encoded anew.

    Raises PageSizeError, TooLargeError, TruncatedFileError.
    """
    name, page = writer.name, writer.next_number
    with _decoding(data, name, page):
        image = JpegImageFile(io.BytesIO(data))
        check_page_size(image.size, page, name, writer.limits)
        _check_progressive(image, writer)
        dpi = settle_dpi(image.size, stated_dpi or _stated_dpi(image))
        orientation = image.getexif().get(EXIF_ORIENTATION_TAG)
        if image.mode in PLAIN_JPEG_MODES and orientation not in MIRRORED_ORIENTATIONS:
            size = image.size
            _decode_small(image)
            writer.add(data, "image/jpeg", size, dpi, lossless=True)
            return
        upright = ImageOps.exif_transpose(image)
        _add_as_jpeg(upright, writer, dpi)


def decode_plain_jpeg(data: bytes, writer: PageWriter) -> Pixels | None:
    """Decode a JPEG, gray or in colour, to blue, green and red; None for one that is progressive or of another kind.

    Raises PageSizeError, TooLargeError, TruncatedFileError.
    """
    name, page = writer.name, writer.next_number
    with _decoding(data, name, page):
        image = JpegImageFile(io.BytesIO(data))
        check_page_size(image.size, page, name, writer.limits)
        if image.mode not in PLAIN_JPEG_MODES or image.info.get("progressive"):
            return None
        # OpenCV is quicker than Pillow, and fills in silently what is missing.
        pixels = decode_jpeg(data, image.size, is_gray=False) if data.rstrip(JPEG_PADDING).endswith(JPEG_END) else None
        return as_pixels(cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)) if pixels is None else pixels


def load_png(scan_path: Path, writer: PageWriter) -> None:
    """Add the one page of a PNG file; its bytes as they are, unless it has alpha, 16 bits or a palette.

    Raises PageSizeError, TooLargeError, TruncatedFileError.
    """
    data = scan_path.read_bytes()
    name, page = writer.name, writer.next_number
    with _decoding(data, name, page):
        image = PngImageFile(io.BytesIO(data))
        check_page_size(image.size, page, name, writer.limits)
        dpi = settle_dpi(image.size, _stated_dpi(image))
        image.load()
        if image.mode in PLAIN_PNG_MODES and "transparency" not in image.info:
            writer.add(data, "image/png", image.size, dpi, lossless=True)
        else:
            _add_flattened(image, writer, dpi)


def load_tiff(scan_path: Path, writer: PageWriter) -> None:
    """Add every page of a TIFF file: bitonal pages as CCITT G4 TIFF, others as PNG, their pixels unchanged.

    Raises PageSizeError, TooLargeError, TruncatedFileError.
    """
    name, limits = writer.name, writer.limits
    data = scan_path.read_bytes()
    with _decoding(data, name, writer.next_number):
        image = TiffImageFile(io.BytesIO(data))
        for index, frame in enumerate(ImageSequence.Iterator(image)):
            check_page_count(index + 1, name, limits)
            check_page_size(frame.size, index + 1, name, limits)
            dpi = settle_dpi(frame.size, _stated_dpi(frame))
            page = frame.copy()
            if page.mode == "1":
                add_bitonal(page, writer, dpi)
            elif page.mode in PLAIN_PNG_MODES:
                writer.add(encode_image(page, "PNG", dpi), "image/png", page.size, dpi, lossless=True)
            else:
                _add_flattened(page, writer, dpi)


def load_heic(scan_path: Path, writer: PageWriter) -> None:
    """Add the primary image of a HEIC file, converted to JPEG, since nothing downstream reads HEVC.

    Raises PageSizeError, TooLargeError, TruncatedFileError.
    """
    data = scan_path.read_bytes()
    name, page = writer.name, writer.next_number
    with _decoding(data, name, page):
        heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        check_page_size(heif.size, page, name, writer.limits)
        image = heif.to_pillow()
        _add_as_jpeg(image, writer, settle_dpi(image.size, None))


def add_bitonal(image: Image.Image, writer: PageWriter, dpi: int) -> None:
    """Add a black-and-white image as a page, as single-page CCITT G4 TIFF."""
    out = io.BytesIO()
    image.convert("1").save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    writer.add(out.getvalue(), "image/tiff", image.size, dpi, lossless=True)


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """Return a JPEG whose EXIF says ``orientation`` (1 to 8), its coded image untouched."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION_TAG] = orientation
    payload = exif.tobytes()
    if not payload.startswith(b"Exif\x00\x00"):
        payload = b"Exif\x00\x00" + payload
    return jpeg[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + jpeg[2:]


def _add_as_jpeg(image: Image.Image, writer: PageWriter, dpi: int) -> None:
    rgb = image if image.mode in PLAIN_JPEG_MODES else image.convert("RGB")
    writer.add(encode_image(rgb, "JPEG", dpi), "image/jpeg", rgb.size, dpi, lossless=False)


def _add_flattened(image: Image.Image, writer: PageWriter, dpi: int) -> None:
    """Add an image of an uncommon mode on white paper; lossless where only the coding changes (palettes, full alpha)."""
    flat, lossless = _flatten(image)
    writer.add(encode_image(flat, "PNG", dpi), "image/png", flat.size, dpi, lossless=lossless)


def _flatten(image: Image.Image) -> tuple[Image.Image, bool]:
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float32)
        values = values / 257.0 if values.max(initial=0.0) > 255 else values
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)), False
    if image.mode in {"LA", "RGBA", "PA", "La", "RGBa"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        is_opaque = rgba.getchannel("A").getextrema()[0] == 255
        paper = Image.new("RGB", rgba.size, "white")
        paper.paste(rgba, mask=rgba.getchannel("A"))
        return paper, is_opaque
    return image.convert("RGB"), image.mode == "P"


def encode_image(image: Image.Image, kind: str, dpi: int) -> bytes:
    """Return the image as a whole PNG or JPEG file that states its dots per inch."""
    out = io.BytesIO()
    if kind == "JPEG":
        image.save(out, kind, quality=JPEG_QUALITY, subsampling="4:4:4", dpi=(dpi, dpi))
    else:
        image.save(out, kind, dpi=(dpi, dpi), compress_level=PNG_LEVEL)
    return out.getvalue()


def encode_jpeg(pixels: Pixels, dpi: int) -> bytes:
    """Return pixels (blue, green, red) as ``encode_image`` codes a JPEG, byte for byte, without a copy for Pillow."""
    sampling = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    data = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, *sampling))[1].tobytes()
    return data[:JFIF_DENSITY_AT] + struct.pack(">BHH", 1, dpi, dpi) + data[JFIF_DENSITY_AT + 5 :]


def _check_progressive(image: JpegImageFile, writer: PageWriter) -> None:
    """Raise TooLargeError for a progressive JPEG that takes too much memory to decode (ITU-T T.81, annex G)."""
    if not image.info.get("progressive"):
        return
    finest = max(across * down for _, across, down, _ in image.layer)
    samples = sum(image.width * image.height * across * down // finest for _, across, down, _ in image.layer)
    if samples > writer.limits.max_progressive_samples:
        detail = f"trang (page) {writer.next_number}: JPEG lũy tiến (progressive) {image.width} x {image.height} px"
        raise TooLargeError(name=writer.name, detail=detail)


def _decode_small(image: JpegImageFile) -> None:
    """Decode at an eighth of the size: reads every byte, so that a file cut short shows, at a fraction of the cost."""
    image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()


def _stated_dpi(image: Image.Image) -> float | None:
    stated = image.info.get("dpi")
    if not isinstance(stated, tuple) or len(stated) != 2:
        return None
    try:
        dpi = max(float(stated[0]), float(stated[1]))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return dpi if dpi > 1 else None


@contextmanager
def _decoding(data: bytes, name: str, page: int) -> Iterator[None]:
    """Turn whatever a decoder raises on damaged bytes into our errors, and keep its warnings off the console."""
    size = read_header_size(data)
    if size is not None and 0 in size:
        raise PageSizeError(name=name, page=page, detail=f"{size[0]} x {size[1]} px")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (SohoaError, MemoryError):
        raise
    except Exception as error:
        # Decoders raise anything from SyntaxError to struct.error on hostile bytes; all of it means "cannot be read".
        raise TruncatedFileError(name=name, detail=f"{type(error).__name__}: {error}") from error
