"""Files that must be refused, each made from scratch, with the error code they must give."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

PAGE_PX = (1240, 1754)


def draw_page(text: str = "Cộng hòa") -> Image.Image:
    """Return a page with some ink; it need not be read well."""
    page = Image.new("RGB", PAGE_PX, "white")
    draw = ImageDraw.Draw(page)
    for row in range(20):
        draw.rectangle((150, 150 + row * 60, 1000, 170 + row * 60), fill="black")
    draw.text((150, 1500), text, fill="black")
    return page


def jpeg_bytes() -> bytes:
    buffer = BytesIO()
    draw_page().save(buffer, "JPEG", dpi=(150, 150))
    return buffer.getvalue()


def png_bytes() -> bytes:
    buffer = BytesIO()
    draw_page().save(buffer, "PNG", dpi=(150, 150))
    return buffer.getvalue()


def pdf_bytes() -> bytes:
    buffer = BytesIO()
    draw_page().save(buffer, "PDF", resolution=150)
    return buffer.getvalue()


def locked_pdf_bytes() -> bytes:
    buffer = BytesIO()
    with pikepdf.open(BytesIO(pdf_bytes())) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user="mat khau", owner="chu"))
    return buffer.getvalue()


def empty_pdf_bytes() -> bytes:
    buffer = BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(buffer)
    return buffer.getvalue()


def png_with_header(width_px: int, height_px: int) -> bytes:
    """Return a small PNG that claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb_pdf_bytes() -> bytes:
    """Return a PDF of a few kilobytes whose one image unfolds to 3 GB."""
    pdf = pikepdf.new()
    layer = zlib.compress(bytes(10_000_000), 9)
    image = pikepdf.Stream(pdf, layer)
    image.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": 100_000,
            "/Height": 10_000,
            "/ColorSpace": pikepdf.Name.DeviceRGB,
            "/BitsPerComponent": 8,
            "/Filter": pikepdf.Name.FlateDecode,
        }
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image)))
    page.contents_add(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    buffer = BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


BAD_FILES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "empty.pdf": (lambda: b"", ("input.empty",)),
    "truncated.jpg": (lambda: jpeg_bytes()[:20_000], ("input.truncated",)),
    "truncated.png": (lambda: png_bytes()[:3_000], ("input.truncated",)),
    "truncated.pdf": (lambda: pdf_bytes()[:20_000], ("input.truncated",)),
    "locked.pdf": (locked_pdf_bytes, ("input.password",)),
    "no-pages.pdf": (empty_pdf_bytes, ("input.truncated", "input.page_size", "input.format")),
    "picture.pdf": (png_bytes, ("input.name",)),
    "letter.pdf": ("Đây là một tệp văn bản, không phải ảnh quét.\n".encode, ("input.format",)),
    "program.tif": (lambda: b"\x7fELF" + bytes(200), ("input.format",)),
    "bomb.png": (lambda: png_with_header(60_000, 60_000), ("input.too_large", "input.page_size")),
    "bomb.pdf": (bomb_pdf_bytes, ("input.too_large", "input.page_size")),
    "flat.png": (lambda: png_with_header(0, 100), ("input.page_size", "input.truncated")),
    "wide.png": (lambda: png_with_header(100_000, 100), ("input.page_size",)),
}


def write_bad_files(folder: Path) -> dict[str, tuple[str, ...]]:
    """Write every bad file into ``folder`` and return the error codes that each may give."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, _) in BAD_FILES.items():
        (folder / name).write_bytes(make())
    return {name: codes for name, (_, codes) in BAD_FILES.items()}
