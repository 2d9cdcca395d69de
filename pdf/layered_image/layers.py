"""A page taken apart into paper, ink and the ink's shape, as mixed raster content (ITU-T T.44) does it.

The shape is one bit a pixel at the scan's own resolution, or finer when the scan is coarse: a soft edge at 100 dpi says
where the edge lies more finely than its pixels do. Colours need no more than 75 to 150 dpi behind it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pdf.jbig2.region import encode_jbig2
from pdf.layered_image.codecs import encode_indexes, encode_paper
from pdf.layered_image.colour_layers import SPECK_TONES, Pixels, average_ink, average_paper, coarsen_plain_paper
from pdf.layered_image.ink import find_ink, measure_brightness
from pdf.layered_image.palette import PalettedImage, choose_colours, count_shades, paint

_FINE_DPI = 240  # from here on a bilevel edge at the scan's resolution reads as well as a soft one
_MASK_DPI = 300  # of the mask of coarser scans
_MOST_ENLARGED = 3.4  # A4 at 88 dpi becomes 300
# A4 at 96 dpi. In so coarse a scan a thin stroke is one grey pixel wide, whatever resolution it claims: it is sharpened before
# its shape is taken.
_COARSE_PIXELS = 900_000
_SOFT_PX, _SHARPER = 0.9, 1.0
_NEAR_SHADES = (20.0, 28.0, 40.0)  # of 255: closer ones are one colour
_INK_BYTES = 14 * 1024
# Black print under a stamp is told from it by its colour: at 100, stamped pages were read again with a third more errors.
_INK_DPI = 150
_PAPER_DPI = 150
_PLAIN_PAPER_BYTES = 24 * 1024
_MUCH_LESS = 0.5
_LONG_SIDE_OF_A4_INCH = 11.7


@dataclass(frozen=True, slots=True)
class PaperLayer:
    """A JPEG that fills the page; ``channels`` is 1 or 3. One of its pixels spans ``cell_px`` pixels of the mask."""

    data: bytes
    width: int
    height: int
    channels: int
    cell_px: int


@dataclass(frozen=True, slots=True)
class InkLayer:
    """Colours of the ink: deflated 4-bit indexes into ``palette`` (1 or 3 bytes a colour), seen through ``mask``.

    One index spans ``cell_px`` pixels of the mask, which is ``mask_size_px`` (width, height) in JBIG2, ink black.
    """

    data: bytes
    width: int
    height: int
    channels: int
    cell_px: int
    palette: bytes
    mask: bytes
    mask_size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LayeredPage:
    """``ink`` is None on a page without any."""

    paper: PaperLayer
    ink: InkLayer | None
    mask_dpi: int

    @property
    def size_bytes(self) -> int:
        return len(self.paper.data) + (len(self.ink.data) + len(self.ink.mask) if self.ink else 0)


@dataclass(frozen=True, slots=True)
class Separation:
    """What the layers were made from and came to, for the legibility check.

    ``grey`` is the brightness of the scan and ``mask`` 255 on ink, both at the resolution of the mask; ``ink`` is the ink's
    colours in cells, as stored.
    """

    grey: Pixels
    mask: Pixels
    ink: Pixels | None


def separate_layers(
    pixels: Pixels, dpi: int, speck_tone: int = SPECK_TONES[0], missed: Pixels | None = None
) -> tuple[LayeredPage, Separation]:
    """Take a page apart. ``pixels`` is height x width (grey) or height x width x 3 (red, green, blue); ``speck_tone``: see
    ``average_ink``."""
    scale = choose_mask_scale(pixels.shape[1], pixels.shape[0], dpi)
    is_coarse = scale > 1 and pixels.shape[1] * pixels.shape[0] < _COARSE_PIXELS
    if scale > 1:
        pixels = _enlarge(pixels, scale, is_coarse)
    mask_dpi = round(dpi * scale)
    grey, brightness = measure_brightness(pixels)
    mask = find_ink(brightness, mask_dpi, is_sharpened=is_coarse, missed=missed)
    halo_px = max(round(mask_dpi / _PAPER_DPI), round(scale))
    paper_layer = _make_paper(pixels, mask, _choose_cell_px(dpi, scale, _PAPER_DPI), halo_px)
    if not mask.any():
        return LayeredPage(paper_layer, None, mask_dpi), Separation(grey, mask, None)
    cell_px = _choose_cell_px(dpi, scale, _INK_DPI)
    ink, indexes = _reduce_colours(*average_ink(pixels, mask, cell_px, speck_tone))
    height, width = ink.indexes.shape
    colours, mask_size_px = ink.colours.tobytes(), (mask.shape[1], mask.shape[0])
    layer = InkLayer(indexes, width, height, ink.colours.shape[1], cell_px, colours, encode_jbig2(mask), mask_size_px)
    return LayeredPage(paper_layer, layer, mask_dpi), Separation(grey, mask, paint(ink))


def _enlarge(pixels: Pixels, scale: float, is_coarse: bool) -> Pixels:
    """Enlarge a scan; from a coarse one the blur that its pixels are is taken back (unsharp masking)."""
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    if not is_coarse:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    large = cv2.resize(pixels, size, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(large, (0, 0), _SOFT_PX * scale)
    return np.asarray(cv2.addWeighted(large, 1 + _SHARPER, soft, -_SHARPER, 0), np.uint8)


def _choose_cell_px(dpi: int, scale: float, colour_dpi: int) -> int:
    """Return how many pixels of the mask a cell of ``colour_dpi`` or somewhat more spans."""
    # An enlarged mask has 300 dpi, or three pixels for one of the scan, whatever the scan claims.
    return max(_MASK_DPI // colour_dpi, round(scale)) if scale > 1 else max(math.ceil(dpi / colour_dpi - 0.1), 1)


def _make_paper(pixels: Pixels, mask: Pixels, cell_px: int, halo_px: int) -> PaperLayer:
    """Return the paper. Where it is mostly the blur around letters, of a picture softer than its pixels, less of it is kept."""
    paper = _encode_paper(pixels, mask, cell_px, halo_px)
    if len(paper.data) > _PLAIN_PAPER_BYTES:
        barer = _encode_paper(pixels, mask, cell_px, 2 * halo_px)
        return barer if len(barer.data) < _MUCH_LESS * len(paper.data) else paper
    return paper


def _encode_paper(pixels: Pixels, mask: Pixels, cell_px: int, halo_px: int) -> PaperLayer:
    """Return the paper but for ``halo_px`` around the ink, in half the resolution where nothing fine is on it."""
    paper, times = coarsen_plain_paper(average_paper(pixels, mask, cell_px, halo_px), cell_px)
    return PaperLayer(encode_paper(paper), paper.shape[1], paper.shape[0], 1 if paper.ndim == 2 else 3, times * cell_px)


def _reduce_colours(ink: Pixels, seen: Pixels) -> tuple[PalettedImage, bytes]:
    """Return the ink in as many shades as are worth their bytes, and its deflated indexes."""
    shades = count_shades(ink, seen)
    for near in _NEAR_SHADES:
        paletted = choose_colours(shades, near)
        encoded = encode_indexes(paletted.indexes)
        if len(encoded) <= _INK_BYTES:
            break
    return paletted, encoded


def choose_mask_scale(width_px: int, height_px: int, dpi: int) -> float:
    """Return how many times finer than the scan its mask must be, 1 to 3.4, for hard edges to read like the soft ones.

    A scan may claim more dots an inch than its pixels can hold; it is judged by an A4 page as well.
    """
    real_dpi = max(min(dpi, max(width_px, height_px) / _LONG_SIDE_OF_A4_INCH), 1)
    return 1.0 if real_dpi >= _FINE_DPI else min(_MASK_DPI / real_dpi, _MOST_ENLARGED)
