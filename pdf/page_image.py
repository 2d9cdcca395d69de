"""The scan of a page as a PDF image, with its own compressed bytes wherever PDF/A-2 allows them.

JPEG goes in as DCTDecode, a bitonal TIFF as CCITT group 4, a PNG with its deflated rows. What PDF/A-2b with an sRGB
output intent forbids or a PDF cannot say (CMYK, transparency, 16 bits, interlacing) is turned into an 8-bit PNG first,
which loses no pixel detail that a screen shows. The image is never resampled: the page's content stream turns it.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from dossiers.errors import PageSizeError, TooLargeError, TruncatedFileError
from dossiers.page import PageSource, RecognizedPage
from pdf.image_formats import CcittImage, JpegImage, PngImage, read_ccitt_tiff, read_jpeg, read_png

IMAGE_RESOURCE = "SohoaScan"
POINTS_PER_INCH = 72
LONGEST_SIDE_PT = 14400  # ISO 19005-2, 6.1.13: no page boundary is longer than 14400 units
SHORTEST_SIDE_PT = 3
MAX_PIXELS = 200_000_000
MAX_DRAWN_PIXELS = 40_000_000
MAX_BYTES = 512 * 1024 * 1024
# Pillow turns anticlockwise.
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A compressed image: its bytes and what the image dictionary says of them."""

    data: bytes
    colour_space: pikepdf.Object
    bits: int
    filter_name: pikepdf.Name
    parameters: pikepdf.Dictionary | None


def measure_points_per_px(page: RecognizedPage) -> float:
    """Return how many points a pixel of the page is, so that the page has its size on paper.

    A page that would be larger than PDF/A allows is shrunk to fit. Raises ``PageSizeError`` for a page without size or
    resolution.
    """
    source = page.source
    if min(page.width_px, page.height_px, source.dpi) < 1:
        detail = f"{page.width_px} x {page.height_px} px at {source.dpi} dpi"
        raise PageSizeError(name=source.path.name, page=source.number, detail=detail)
    scale = POINTS_PER_INCH / source.dpi
    longest, shortest = max(page.width_px, page.height_px), min(page.width_px, page.height_px)
    scale = min(max(scale, SHORTEST_SIDE_PT / shortest), LONGEST_SIDE_PT / longest)
    if shortest * scale < SHORTEST_SIDE_PT:
        raise PageSizeError(name=source.path.name, page=source.number, detail=f"{longest} x {shortest} px")
    return scale


def build_image_operators(page: RecognizedPage, points_per_px: float, names: Iterable[str] = (IMAGE_RESOURCE,)) -> bytes:
    """Return the content that clips to the page and draws the images called ``names``, one over the other, upright and level.

    The image is turned clockwise by rotation and skew about the centre of the page, as an artifact: it is the text
    layer that is read aloud, searched and copied.
    """
    width_pt, height_pt = page.width_px * points_per_px, page.height_px * points_per_px
    turned = page.rotation_deg % 180 == 90
    image_width_pt, image_height_pt = (height_pt, width_pt) if turned else (width_pt, height_pt)
    angle = math.radians(page.rotation_deg + page.skew_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    # Image space is the unit square, y up; a clockwise turn by the angle is (x, y) -> (x cos + y sin, -x sin + y cos).
    a, b = image_width_pt * cos, -image_width_pt * sin
    c, d = image_height_pt * sin, image_height_pt * cos
    e, f = (width_pt - a - c) / 2, (height_pt - b - d) / 2
    matrix = " ".join(f"{value:.5f}" for value in (a, b, c, d, e, f))
    clip = f"0 0 {width_pt:.4f} {height_pt:.4f} re W n"
    drawn = " ".join(f"/{name} Do" for name in names)
    return f"/Artifact BMC q {clip} {matrix} cm {drawn} Q EMC".encode()


def embed_image(pdf: pikepdf.Pdf, source: PageSource) -> pikepdf.Stream:
    """Add the page's image to ``pdf`` and return it as an indirect stream.

    Raises ``TruncatedFileError`` when the image cannot be read and ``TooLargeError`` when it exceeds 200 million pixels
    or 512 MB.
    """
    if source.width_px * source.height_px > MAX_PIXELS or source.path.stat().st_size > MAX_BYTES:
        detail = f"{source.width_px} x {source.height_px} px, {source.path.stat().st_size} bytes"
        raise TooLargeError(name=source.path.name, detail=detail)
    try:
        encoded, size = _encode(source)
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, zlib.error, UnidentifiedImageError) as error:
        raise TruncatedFileError(name=source.path.name, detail=f"page {source.number}: {error}") from error
    return make_image(pdf, encoded, size)


def make_image(pdf: pikepdf.Pdf, encoded: EncodedImage, size_px: tuple[int, int]) -> pikepdf.Stream:
    """Add a compressed image of ``size_px`` (width, height) to ``pdf`` and return it as an indirect stream."""
    stream = pdf.make_stream(encoded.data)
    stream.Type = Name.XObject
    stream.Subtype = Name.Image
    stream.Width, stream.Height = size_px
    stream.ColorSpace = encoded.colour_space
    stream.BitsPerComponent = encoded.bits
    stream.Filter = encoded.filter_name
    if encoded.parameters is not None:
        stream.DecodeParms = encoded.parameters
    return stream


def read_pixels(source: PageSource, max_pixels: int, coarser: int = 1) -> Image.Image:
    """Decode the page's image as opaque grey, RGB or bitonal (modes L, RGB, 1), as embedding it shows it.

    A JPEG can be decoded 2, 4 or 8 times ``coarser`` each way, without ever being held whole.
    Raises ``ValueError`` for more than ``max_pixels``, and what Pillow raises for an image that it cannot read.
    """
    # The reader of one format has no limit of its own; ``max_pixels`` is ours.
    with JpegImageFile(source.path) if source.media_type == "image/jpeg" else Image.open(source.path) as image:
        image.draft(None, (image.width // coarser, image.height // coarser))
        if image.width * image.height > max_pixels:
            raise ValueError(f"{image.width} x {image.height} px")
        image.load()
        return _flatten(image)


def draw_upright(page: RecognizedPage, dpi: int) -> Image.Image | None:
    """Draw a page upright and level in grey at ``dpi`` or less, from its scan; None when that is huge or cannot be read."""
    source = page.source
    scale = min(1.0, dpi / source.dpi)
    size = (max(1, round(source.width_px * scale)), max(1, round(source.height_px * scale)))
    if source.width_px * source.height_px > MAX_DRAWN_PIXELS:
        return None
    try:
        with Image.open(source.path) as image:
            image.draft("L", size)  # a JPEG is decoded no finer than needed
            grey = _flatten(image).convert("L").resize(size, Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return None
    turned = grey.transpose(_TURNS[page.rotation_deg]) if page.rotation_deg in _TURNS else grey
    return turned.rotate(-page.skew_deg, Image.Resampling.BILINEAR, fillcolor=255)


def _encode(source: PageSource) -> tuple[EncodedImage, tuple[int, int]]:
    data = source.path.read_bytes()
    if source.media_type == "image/jpeg" and (jpeg := read_jpeg(data)) is not None:
        return _encode_jpeg(jpeg, data), (jpeg.width, jpeg.height)
    if source.media_type == "image/tiff" and (fax := read_ccitt_tiff(data)) is not None:
        return encode_ccitt(fax), (fax.width, fax.height)
    png = read_png(data) if source.media_type == "image/png" else None
    png = png or _convert_to_png(data)
    return _encode_png(png), (png.width, png.height)


def _encode_jpeg(jpeg: JpegImage, data: bytes) -> EncodedImage:
    colour_space = Name.DeviceGray if jpeg.components == 1 else Name.DeviceRGB
    parameters = Dictionary(ColorTransform=0) if jpeg.is_plain_rgb else None
    return EncodedImage(data, colour_space, 8, Name.DCTDecode, parameters)


def encode_ccitt(fax: CcittImage) -> EncodedImage:
    """Describe a group 4 image for an image dictionary."""
    parameters = Dictionary(K=-1, Columns=fax.width, Rows=fax.height, BlackIs1=fax.is_black_one)
    return EncodedImage(fax.data, Name.DeviceGray, 1, Name.CCITTFaxDecode, parameters)


def _encode_png(png: PngImage) -> EncodedImage:
    colour_space: pikepdf.Object = Name.DeviceRGB if png.channels == 3 else Name.DeviceGray
    if png.palette is not None:
        # The palette is padded to all the indexes that the bits can say, so that no pixel points past its end.
        palette = png.palette[: 3 << png.bits].ljust(3 << png.bits, b"\0")
        colour_space = Array([Name.Indexed, Name.DeviceRGB, (1 << png.bits) - 1, pikepdf.String(palette)])
    parameters = Dictionary(Predictor=15, Colors=png.channels, BitsPerComponent=png.bits, Columns=png.width)
    return EncodedImage(png.data, colour_space, png.bits, Name.FlateDecode, parameters)


def _convert_to_png(data: bytes) -> PngImage:
    """Decode any image Pillow reads and return it as an opaque 8-bit grey or RGB (or bitonal) PNG."""
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError(f"{image.width} x {image.height} px")
        opaque = _flatten(image)
        buffer = io.BytesIO()
        opaque.save(buffer, "PNG")
    png = read_png(buffer.getvalue())
    if png is None:
        raise ValueError("the converted image is no plain PNG")
    return png


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):
        # Pillow would clip 16-bit grey at 255 instead of reducing it.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, coloured).convert("L" if image.mode in {"LA", "La", "L", "1"} else "RGB")
    return image.convert("RGB")
