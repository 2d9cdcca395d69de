"""How a page's image is stored: as scanned, or smaller where it reads the same.

The small forms, tried in this order, each kept only when it saves at least a fifth:

- ``group4``: the pixels of a bitonal PNG in CCITT group 4; not one changes;
- ``layered``: paper, ink and the ink's shape (``pdf.layered_image``), when the legibility check finds every mark;
- ``jpeg``: the same pixels as a good JPEG, for pictures that no layers can hold and scans too coarse for layers.

Otherwise the scan's own compressed bytes. The file that was scanned stays in the
originals bucket in any case.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Name
from PIL import Image, UnidentifiedImageError

from dossiers.page import PageSource
from pdf.image_formats import read_jpeg, recode_ccitt
from pdf.layered_image.codecs import INK_BITS
from pdf.layered_image.colour_layers import SPECK_TONES, Pixels
from pdf.layered_image.layers import InkLayer, LayeredPage, separate_layers
from pdf.layered_image.legibility import check_legibility
from pdf.page_image import IMAGE_RESOURCE, EncodedImage, embed_image, encode_ccitt, make_image, read_pixels

PAPER_RESOURCE = "SohoaPaper"
INK_RESOURCE = "SohoaInk"
NOTE_TAG = "SohoaPageImage"

_SMALL_ENOUGH_BYTES = 40 * 1024
_WORTH_IT = 0.8
_COARSE_PIXELS = 1_200_000  # A4 at 110 dpi: pages of 100 dpi in layers, 0.6 of the size, were read again with thrice the errors
_WORTH_IT_COARSE = 0.5
_JPEG_QUALITY = 70  # with half the colour, seven coarse pages that claim 300 dpi were read again with as many errors
_MAX_PIXELS = 40_000_000  # A4 at 600 dpi has 35 million
_LEAST_DPI = 300  # twice the 200 of NĐ 30/2020 (App. I, II.I.2), so that nothing stored is ever near it
_MIN_LAYERED_PIXELS = 740_000  # A4 at 88 dpi: of a coarser scan every grey pixel is part of a letter
_HONEST_PIXELS = 900_000  # A4 at 96 dpi: a scan with fewer must not claim to be finer than that
_HONEST_SHARE = 1.15
_A4_LONG_SIDE_INCH = 11.7


class PageImages(StrEnum):
    """Which form page images take: ``COMPACT``, or ``SOURCE``, the scan's own compressed bytes always."""

    COMPACT = "compact"
    SOURCE = "source"


class StoredForm(StrEnum):
    """What a stored page image is."""

    SOURCE = "source"
    GROUP4 = "group4"
    LAYERED = "layered"
    JPEG = "jpeg"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The images of a page under their resource names, in the order in which they are drawn.

    ``note`` is a content-stream operator, a marked-content point, that records the form and its parameters on the page.
    """

    form: StoredForm
    images: dict[str, pikepdf.Stream]
    note: bytes


def store_image(pdf: pikepdf.Pdf, source: PageSource, page_images: PageImages) -> StoredImage:
    """Add the page's image to ``pdf`` in its smallest faithful form. Same source, same bytes.

    Raises ``TruncatedFileError`` and ``TooLargeError`` as ``embed_image`` does.
    """
    if page_images is PageImages.COMPACT:
        try:
            stored = _store_compactly(pdf, source)
        except (OSError, ValueError, SyntaxError, KeyError, IndexError, zlib.error, UnidentifiedImageError):
            stored = None  # the scan's own bytes are taken, or their fault is named
        if stored is not None:
            return stored
    return _make_stored(StoredForm.SOURCE, {IMAGE_RESOURCE: embed_image(pdf, source)})


def _store_compactly(pdf: pikepdf.Pdf, source: PageSource) -> StoredImage | None:
    limit_bytes = int(source.path.stat().st_size * _WORTH_IT)
    coarser = _choose_coarser(source)
    if source.media_type == "image/tiff":
        return None
    if limit_bytes < _SMALL_ENOUGH_BYTES * _WORTH_IT:
        return None
    pixels = _decode_jpeg(source) if coarser == 1 else None
    if pixels is None:
        image = read_pixels(source, _MAX_PIXELS, coarser)
        if image.mode == "1":
            fax = recode_ccitt(image)
            if len(fax.data) > limit_bytes:
                return None
            return _make_stored(StoredForm.GROUP4, {IMAGE_RESOURCE: make_image(pdf, encode_ccitt(fax), image.size)})
        pixels = np.asarray(image)
        del image  # a page at 600 dpi takes 140 MB as Pillow holds it
    is_coarse = source.width_px * source.height_px < _COARSE_PIXELS
    layers_bytes = int(source.path.stat().st_size * _WORTH_IT_COARSE) if is_coarse else limit_bytes
    if _is_fine_enough(source) and (page := _find_legible_layers(pixels, source.dpi // coarser, layers_bytes)):
        return _store_layers(pdf, page)
    return _store_jpeg(pdf, Image.fromarray(pixels), limit_bytes)


def _decode_jpeg(source: PageSource) -> Pixels | None:
    """Decode a plain grey or colour JPEG to the pixels that Pillow gives, sooner than it does; None for what else there is."""
    data = source.path.read_bytes() if source.media_type == "image/jpeg" else b""
    jpeg = read_jpeg(data) if data else None
    if jpeg is None or jpeg.is_plain_rgb or jpeg.width * jpeg.height > _MAX_PIXELS:
        return None
    flags = cv2.IMREAD_GRAYSCALE if jpeg.components == 1 else cv2.IMREAD_COLOR_RGB
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None  # Pillow names the fault
    return np.asarray(pixels, np.uint8) if pixels is not None and pixels.shape[:2] == (jpeg.height, jpeg.width) else None


def _find_legible_layers(pixels: Pixels, dpi: int, limit_bytes: int) -> LayeredPage | None:
    """Return layers that say what the scan says: at first, else with what they had lost, else with more shades as well."""
    missed: Pixels | None = None
    for speck_tone in (SPECK_TONES[0], *SPECK_TONES):
        page, separation = separate_layers(pixels, dpi, speck_tone, missed)
        if page.size_bytes > limit_bytes:
            break
        legibility = check_legibility(page, separation)
        if legibility.is_legible:
            return page
        missed = legibility.lost if missed is None else np.maximum(missed, legibility.lost)
    return None


def _is_fine_enough(source: PageSource) -> bool:
    """Return whether the shapes of a scan's letters can be told from its pixels, and are drawn as finely as they are stored.

    A coarse scan that claims a fine resolution makes a small page, which viewers draw with no more pixels than the scan has.
    """
    pixels = source.width_px * source.height_px
    honest_dpi = max(source.width_px, source.height_px) / _A4_LONG_SIDE_INCH * _HONEST_SHARE
    return pixels >= _HONEST_PIXELS or (pixels >= _MIN_LAYERED_PIXELS and source.dpi <= honest_dpi)


def _choose_coarser(source: PageSource) -> int:
    """Return how much coarser a huge JPEG is stored: half as fine is enough where that leaves what the law asks of a scan."""
    is_huge = source.width_px * source.height_px > _MAX_PIXELS
    return 2 if is_huge and source.media_type == "image/jpeg" and source.dpi >= 2 * _LEAST_DPI else 1


def _store_jpeg(pdf: pikepdf.Pdf, image: Image.Image, limit_bytes: int) -> StoredImage | None:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY, progressive=True, optimize=True, subsampling="4:2:0")
    if buffer.tell() > limit_bytes:
        return None
    encoded = EncodedImage(buffer.getvalue(), _name_colours(len(image.getbands())), 8, Name.DCTDecode, None)
    return _make_stored(StoredForm.JPEG, {IMAGE_RESOURCE: make_image(pdf, encoded, image.size)}, Quality=_JPEG_QUALITY)


def _store_layers(pdf: pikepdf.Pdf, page: LayeredPage) -> StoredImage:
    paper = EncodedImage(page.paper.data, _name_colours(page.paper.channels), 8, Name.DCTDecode, None)
    images = {PAPER_RESOURCE: make_image(pdf, paper, (page.paper.width, page.paper.height))}
    if page.ink is not None:
        images[INK_RESOURCE] = _make_ink(pdf, page.ink)
    resolutions = {"MaskDpi": page.mask_dpi, "PaperDpi": page.mask_dpi // page.paper.cell_px}
    if page.ink is not None:
        resolutions["InkDpi"] = page.mask_dpi // page.ink.cell_px
    return _make_stored(StoredForm.LAYERED, images, **resolutions)


def _make_ink(pdf: pikepdf.Pdf, ink: InkLayer) -> pikepdf.Stream:
    # The palette is padded to all the indexes that the bits can say, as readers expect it.
    palette = pikepdf.String(ink.palette.ljust(ink.channels << INK_BITS, b"\0"))
    colours = Array([Name.Indexed, _name_colours(ink.channels), (1 << INK_BITS) - 1, palette])
    image = make_image(pdf, EncodedImage(ink.data, colours, INK_BITS, Name.FlateDecode, None), (ink.width, ink.height))
    # A stencil mask paints where its sample is 0, which is ink (ISO 32000-1, 8.9.6.3).
    mask = make_image(pdf, EncodedImage(ink.mask, Name.DeviceGray, 1, Name.JBIG2Decode, None), ink.mask_size_px)
    del mask.ColorSpace
    mask.ImageMask = True
    image.Mask = mask
    return image


def _name_colours(channels: int) -> pikepdf.Name:
    return Name.DeviceGray if channels == 1 else Name.DeviceRGB


def _make_stored(form: StoredForm, images: dict[str, pikepdf.Stream], **parameters: int) -> StoredImage:
    facts = " ".join([f"/Form /{form.value}", *(f"/{name} {value}" for name, value in parameters.items())])
    return StoredImage(form, images, f"/{NOTE_TAG} <<{facts}>> DP".encode())
