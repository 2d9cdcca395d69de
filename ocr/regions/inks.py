"""Which ink stands where on a page: dark, red, blue, on a thumbnail whose paper has been made white.

Colours are judged against the paper's own: a bluish scan or a yellowed sheet has no coloured ink for that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.cleaning import divide_light, estimate_paper, find_rules
from ocr.page_image import WHITE, Pixels, as_pixels, average_whole, find_below, measure_quantile, to_gray

MIN_THUMBNAIL_DPI = 90  # 100 of a page at 200 or 300; whole pixels are averaged, which is three times as quick
MAX_SIDE_PX = 3400  # an A1 drawing at 100 dpi; larger pages get a smaller thumbnail
DARK_LEVEL = 150  # of 255, on flattened paper
MIN_WEAK_CHROMA = 18
MIN_CHROMA = 34  # between the channels, of 255: paper's noise has 10, black letters' fringes 25
MIN_PAPER_SHARE = 0.5  # of the page's brightest paper: what is darker is no sheet but what it lies on
MAX_PAPER_CHROMA = 0.25  # coloured paper has 0.15
MIN_FRINGE_PX, MAX_FRINGE_SHARE = 500, 0.6


@dataclass(frozen=True, slots=True)
class Inks:
    """Masks (255 = ink) of one size; page pixels * ``scale`` = their pixels. ``dpi`` is theirs.

    ``flat`` is gray, paper white. ``dark`` is black and near-black ink, rules left out; ``red`` and ``blue`` are coloured
    ink, violet counted as blue; they are empty on a gray page. ``gray`` is the thumbnail as it was scanned, ``paper`` how
    bright the paper is at each place.
    """

    gray: Pixels
    paper: Pixels
    flat: Pixels
    dark: Pixels
    rules: Pixels
    red: Pixels
    blue: Pixels
    scale: float
    dpi: int
    is_colour: bool

    def mm(self, length_mm: float) -> float:
        """Return a length in the masks' pixels."""
        return length_mm * self.dpi / 25.4


def separate_inks(pixels: Pixels, dpi: int) -> Inks:
    """Make the masks of a page (gray or BGR, upright, at ``dpi``)."""
    small, times = reduce_page(pixels, dpi, MIN_THUMBNAIL_DPI)
    small_dpi = max(1, round(dpi / times))
    if small.ndim == 2:
        paper = estimate_paper(small, small_dpi)
        off_sheet = np.zeros_like(small)
        flat = divide_light(small, paper)
        red = blue = np.zeros_like(flat)
        ink = find_below(flat, DARK_LEVEL)
    else:
        channels = cv2.split(small)
        papers = [estimate_paper(as_pixels(channel), small_dpi) for channel in channels]
        paper, off_sheet = papers[1], is_coloured_ground(papers)
        b, g, r = (divide_light(as_pixels(channel), light) for channel, light in zip(channels, papers, strict=True))
        flat = as_pixels(cv2.cvtColor(cv2.merge((b, g, r)), cv2.COLOR_BGR2GRAY))
        red, blue = leave_fringes_out(find_red(b, g, r), find_blue(b, g, r))
        ink = find_below(as_pixels(cv2.max(cv2.max(b, g), r)), DARK_LEVEL)
        ink = as_pixels(cv2.subtract(ink, cv2.bitwise_or(red, blue)))
    off_sheet |= find_below(paper, math.ceil(MIN_PAPER_SHARE * measure_quantile(paper, 0.95)))
    ink, red, blue = (as_pixels(cv2.subtract(mask, off_sheet)) for mask in (ink, red, blue))
    rules = find_rules(ink, small_dpi)
    dark = as_pixels(cv2.subtract(ink, rules))
    return Inks(to_gray(small), paper, flat, dark, rules, red, blue, 1 / times, small_dpi, small.ndim == 3)


def leave_fringes_out(red: Pixels, blue: Pixels) -> tuple[Pixels, Pixels]:
    """Return both masks, empty where they stand side by side all over: letters drawn for a screen with coloured edges."""
    red_px, blue_px = cv2.countNonZero(red), cv2.countNonZero(blue)
    if min(red_px, blue_px) < MIN_FRINGE_PX:
        return red, blue
    near = cv2.dilate(blue, np.ones((3, 7), np.uint8))
    if cv2.countNonZero(cv2.bitwise_and(red, near)) > MAX_FRINGE_SHARE * red_px:
        return np.zeros_like(red), np.zeros_like(blue)
    return red, blue


def reduce_page(pixels: Pixels, dpi: int, min_dpi: int) -> tuple[Pixels, int]:
    """Return the page's thumbnail at ``min_dpi`` or somewhat more, and of how many pixels a side each of its is the mean."""
    height, width = pixels.shape[:2]
    times = max(1, dpi // min_dpi, -(-max(height, width) // MAX_SIDE_PX))
    times = min(times, height, width)
    return average_whole(pixels, times), times


def is_coloured_ground(papers: Sequence[Pixels]) -> Pixels:
    """Return the mask of what is too colourful for paper under the ink: the table on which a sheet was photographed."""
    brightest, darkest = np.maximum.reduce(papers), np.minimum.reduce(papers)
    limits = (MAX_PAPER_CHROMA * np.arange(WHITE + 1)).astype(np.uint8)  # whole numbers above a limit are above its floor
    excess = cv2.subtract(cv2.subtract(brightest, darkest), cv2.LUT(brightest, limits))
    return as_pixels(cv2.threshold(excess, 0, WHITE, cv2.THRESH_BINARY)[1])


def find_red(b: Pixels, g: Pixels, r: Pixels) -> Pixels:
    """Return the mask of red ink: red light comes back, the others less."""
    return _find_coloured(as_pixels(cv2.subtract(r, cv2.max(b, g))))


def find_blue(b: Pixels, g: Pixels, r: Pixels) -> Pixels:
    """Return the mask of blue and violet ink: more blue comes back than red, and than green."""
    return _find_coloured(as_pixels(cv2.subtract(b, cv2.max(r, cv2.min(g, r)))))


def _find_coloured(chroma: Pixels) -> Pixels:
    """Return where the colour is clear, and where it is weaker close by: thin and faded parts of the same thing."""
    clear = cv2.threshold(chroma, MIN_CHROMA, WHITE, cv2.THRESH_BINARY)[1]
    if not cv2.countNonZero(clear):
        return as_pixels(clear)
    weak = cv2.threshold(chroma, MIN_WEAK_CHROMA, WHITE, cv2.THRESH_BINARY)[1]
    return as_pixels(cv2.bitwise_and(weak, cv2.dilate(clear, np.ones((7, 7), np.uint8))))
