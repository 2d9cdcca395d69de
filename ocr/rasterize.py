"""A PDF page, or one image of it, drawn as pixels by poppler, bounded in size and time."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from dossiers.errors import TooLargeError, TruncatedFileError
from ocr.image_header import read_header_size
from ocr.limits import ScanLimits
from ocr.load_images import encode_image
from ocr.page_file import PageWriter, check_page_size
from ocr.pdf_content import filters_of
from ocr.pdf_structure import POINTS_PER_INCH
from ocr.poppler import Drawing, draw_pages

# A drawing's rows deflate to 1 to 5 % of their size, those of a scan or a photograph to 20 % or more.
MAX_DRAWING_SHARE = 0.1
SAMPLED_ROWS = 200
MAX_XOBJECTS = 5_000


def rasterize_page(scan_path: Path, number: int, size_px: tuple[int, int], dpi: int, writer: PageWriter) -> None:
    """Draw page ``number`` (from 1) of a PDF at ``dpi`` and add it as a page that is not lossless.

    ``size_px`` is what it will measure, by the page's box. Raises PageSizeError, TooLargeError when it takes too long,
    TruncatedFileError, ConfigurationError when poppler is missing.
    """
    check_page_size(size_px, writer.next_number, writer.name, writer.limits)
    image = _draw(scan_path, number, dpi, writer, is_gray=False)
    if image.width * image.height > writer.limits.max_page_pixels:
        raise TooLargeError(name=writer.name, detail=f"trang (page) {number}: {image.width} x {image.height} px")
    add_drawn(image, "PNG" if _is_drawing(image) else "JPEG", dpi, writer)


def add_drawn(image: Image.Image, kind: str, dpi: int, writer: PageWriter) -> None:
    """Add a page that is not the scan's own image, as ``kind``, PNG or JPEG."""
    writer.add(encode_image(image, kind, dpi), f"image/{kind.lower()}", image.size, dpi, lossless=False)


def _is_drawing(image: Image.Image) -> bool:
    """Say whether a page is drawn in few, even tones. PNG codes a scan in thirty times the time, and four times as large."""
    rows = np.asarray(image)[:: max(1, image.height // SAMPLED_ROWS)].tobytes()
    return len(zlib.compress(rows, 1)) <= MAX_DRAWING_SHARE * len(rows)


def draw_single_image(xobject: pikepdf.Object, writer: PageWriter, *, is_gray: bool) -> Image.Image:
    """Decode an image XObject, a pixel for a pixel, by drawing it on a page of exactly its own size.

    Poppler decodes every filter (JBIG2, CCITT, Flate, LZW, JPEG 2000) in a process of its own, row by row.
    Raises what ``rasterize_page`` raises.
    """
    width, height = int(xobject.Width), int(xobject.Height)
    check_page_size((width, height), writer.next_number, writer.name, writer.limits)
    with tempfile.TemporaryDirectory(prefix="sohoa-image-") as folder, pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        place_image(pdf, page, pdf.copy_foreign(xobject))
        path = Path(folder) / "image.pdf"
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        image = _draw(path, 1, round(POINTS_PER_INCH), writer, is_gray=is_gray)
    if image.size != (width, height):
        raise TruncatedFileError(name=writer.name, detail=f"page {writer.next_number}: image drawn at {image.size}")
    return image


def place_image(pdf: pikepdf.Pdf, page: pikepdf.Page, image: pikepdf.Object, corner: tuple[int, int] = (0, 0)) -> None:
    """Put an image alone on a page so that it is drawn a pixel a point, unscaled, its lower left at ``corner``."""
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    # Splash rounds an image's edges outwards, to whole pixels: a quarter inwards keeps it at its own size.
    width, height, left, bottom = int(image.Width) - 0.5, int(image.Height) - 0.5, corner[0] + 0.25, corner[1] + 0.25
    page.obj.Contents = pdf.make_stream(f"{width} 0 0 {height} {left} {bottom} cm /Im0 Do".encode())


def check_images(resources: pikepdf.Object | None, page: int, name: str, limits: ScanLimits) -> None:
    """Refuse a page whose images, wherever they are nested, state more pixels than a page may have.

    Raises TooLargeError.
    """
    pending, seen = [resources], set[tuple[int, int]]()
    while pending and len(seen) < MAX_XOBJECTS:
        found = pending.pop()
        if not isinstance(found, pikepdf.Dictionary) or not isinstance(found.get("/XObject"), pikepdf.Dictionary):
            continue
        for _, xobject in found["/XObject"].items():
            if not isinstance(xobject, pikepdf.Stream) or xobject.objgen in seen:
                continue
            seen.add(xobject.objgen)
            pending.append(xobject.get("/Resources"))
            if xobject.get("/Subtype") == pikepdf.Name.Image:
                _check_image(xobject, page, name, limits)


def _check_image(xobject: pikepdf.Object, page: int, name: str, limits: ScanLimits) -> None:
    sizes = [(int(xobject.get("/Width", 0)), int(xobject.get("/Height", 0)))]
    if filters_of(xobject)[:1] == ["/JPXDecode"]:
        sizes.append(read_header_size(xobject.read_raw_bytes()) or (0, 0))
    for width, height in sizes:
        if width * height > limits.max_page_pixels:
            raise TooLargeError(name=name, detail=f"trang (page) {page}: {width} x {height} px")


def _draw(path: Path, number: int, dpi: int, writer: PageWriter, *, is_gray: bool) -> Image.Image:
    (image,) = draw_pages(Drawing(path, number, number, dpi, is_gray), writer.name, writer.limits.render_timeout_s)
    return image
