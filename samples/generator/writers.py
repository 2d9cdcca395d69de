"""Scans to files as scanners write them: PDF of pictures, multi-page TIFF, JPEG, PNG."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from PIL import Image

SUFFIXES = (".pdf", ".tif", ".jpg", ".png")


def write_scan(path: Path, pages: list[Image.Image], *, dpi: int, jpeg_quality: int) -> None:
    """Write ``pages`` in the format that the ending of ``path`` names; JPEG and PNG hold one page.

    Raises ValueError for another ending, or several pages where one fits.
    """
    if path.suffix not in SUFFIXES or (len(pages) != 1 and path.suffix in (".jpg", ".png")):
        raise ValueError(f"{path.name} cannot hold {len(pages)} pages")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".pdf":
        _write_pdf(path, pages, dpi, jpeg_quality)
    elif path.suffix == ".tif":
        coding = {"compression": "group4"} if pages[0].mode == "1" else {"compression": "jpeg", "quality": jpeg_quality}
        pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(dpi, dpi), **coding)
    elif path.suffix == ".jpg":
        pages[0].save(path, quality=jpeg_quality, dpi=(dpi, dpi))
    else:
        pages[0].save(path, optimize=True, dpi=(dpi, dpi))


def _write_pdf(path: Path, pages: list[Image.Image], dpi: int, jpeg_quality: int) -> None:
    """One picture a page, JPEG, or CCITT G4 where the page is bitonal."""
    with pikepdf.new() as pdf:
        for image in pages:
            width_pt, height_pt = (round(side * 72 / dpi, 3) for side in image.size)
            page = pdf.add_blank_page(page_size=(width_pt, height_pt))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=_embed(pdf, image, jpeg_quality)))
            page.Contents = pdf.make_stream(f"q {width_pt} 0 0 {height_pt} 0 0 cm /Im0 Do Q".encode())
        pdf.save(path, deterministic_id=True, compress_streams=True)


def _embed(pdf: pikepdf.Pdf, image: Image.Image, jpeg_quality: int) -> pikepdf.Stream:
    common = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": image.width, "/Height": image.height}
    if image.mode == "1":
        shape = {**common, "/BitsPerComponent": 1, "/ColorSpace": pikepdf.Name.DeviceGray}
        stream = pdf.make_stream(_encode_group4(image), shape)
        stream.Filter = pikepdf.Name.CCITTFaxDecode
        stream.DecodeParms = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=True)
        return stream
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=jpeg_quality)
    space = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    stream = pdf.make_stream(buffer.getvalue(), {**common, "/BitsPerComponent": 8, "/ColorSpace": space})
    stream.Filter = pikepdf.Name.DCTDecode
    return stream


def _encode_group4(image: Image.Image) -> bytes:
    """Return the bare CCITT G4 data of a bitonal picture, black as 0 in its pixels and coded as 1."""
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="group4", strip_size=image.width * image.height)
    with Image.open(buffer) as tiff:
        tags = dict(getattr(tiff, "tag_v2", {}))
    offset, count = tags[273][0], tags[279][0]
    if len(tags[273]) != 1:
        raise ValueError("the G4 picture was written in several strips")
    return buffer.getvalue()[offset : offset + count]
