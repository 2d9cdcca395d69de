"""Pages drawn for the tests."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont

from dossiers.page import PageSource
from ocr.page_image import Pixels

FONT_FOLDER = Path("/usr/share/fonts/truetype/liberation2")
A4_200DPI = (1654, 2339)
PARAGRAPH = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6",
    "năm 2015; Luật sửa đổi, bổ sung một số điều của Luật Tổ chức",
    "Chính phủ và Luật Tổ chức chính quyền địa phương;",
    "Theo đề nghị của Giám đốc Sở Tài chính tại Công văn số 143,",
    "Ủy ban nhân dân tỉnh quyết định hỗ trợ quà cho hộ nghèo, hộ",
    "cận nghèo nhân dịp Tết Nguyên đán và giao các cơ quan, đơn vị",
    "có liên quan chịu trách nhiệm thi hành quyết định này.",
)


@dataclass(frozen=True)
class Text:
    """A line to draw: left and top in pixels at 200 dpi."""

    text: str
    left: int
    top: int
    size_px: int = 36
    bold: bool = False


def draw_page(
    texts: tuple[Text, ...] | None = None, *, size: tuple[int, int] = A4_200DPI, mode: str = "RGB", scale: float = 1.0
) -> Image.Image:
    """Draw lines of Liberation Serif on white; without ``texts`` a page of running text."""
    if texts is None:
        texts = tuple(Text(PARAGRAPH[row % len(PARAGRAPH)], 230, 240 + 60 * row) for row in range(28))
    image = Image.new(mode, (round(size[0] * scale), round(size[1] * scale)), "white")
    draw = ImageDraw.Draw(image)
    for text in texts:
        face = "LiberationSerif-Bold.ttf" if text.bold else "LiberationSerif-Regular.ttf"
        font = ImageFont.truetype(FONT_FOLDER / face, round(text.size_px * scale))
        draw.text((text.left * scale, text.top * scale), text.text, font=font, fill="black")
    return image


def as_bgr(image: Image.Image) -> Pixels:
    """Return the pixels as the rooms hold them."""
    array = np.asarray(image.convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(array[:, :, ::-1])


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the image as a file's bytes."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def save_source(image: Image.Image, folder: Path, *, dpi: int = 200, number: int = 1) -> PageSource:
    """Save a drawn page as a PNG page of a scan."""
    path = folder / f"drawn-{number}.png"
    image.save(path)
    return PageSource(number, path, "0" * 64, "image/png", image.width, image.height, dpi, lossless=True)


def make_pdf(
    image: bytes | pikepdf.Stream | None,
    *,
    image_keys: dict[str, object] | None = None,
    content: bytes = b"q 595 0 0 842 0 0 cm /Im0 Do Q",
    media_box: tuple[float, float, float, float] = (0, 0, 595, 842),
    page_keys: dict[str, object] | None = None,
    pages: int = 1,
) -> pikepdf.Pdf:
    """Build a PDF whose pages paint one image XObject by ``content``."""
    pdf = pikepdf.Pdf.new()
    resources = pikepdf.Dictionary()
    if image is not None:
        stream = pdf.make_stream(image if isinstance(image, bytes) else image.read_raw_bytes())
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        for key, value in (image_keys or {}).items():
            stream[key] = value
        resources.XObject = pikepdf.Dictionary(Im0=stream)
    for _ in range(pages):
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=pikepdf.Array([*media_box]),
            Resources=resources,
            Contents=pdf.make_stream(content),
        )
        for key, value in (page_keys or {}).items():
            page[key] = value
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def jpeg_keys(image: Image.Image) -> dict[str, object]:
    """Return the dictionary entries of a JPEG image XObject."""
    space = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    return {
        "/Width": image.width,
        "/Height": image.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": space,
        "/Filter": pikepdf.Name.DCTDecode,
    }


def flate_keys(width: int, height: int, *, bits: int = 8, space: object = pikepdf.Name.DeviceGray) -> dict[str, object]:
    """Return the dictionary entries of a Flate image XObject."""
    return {
        "/Width": width,
        "/Height": height,
        "/BitsPerComponent": bits,
        "/ColorSpace": space,
        "/Filter": pikepdf.Name.FlateDecode,
    }
