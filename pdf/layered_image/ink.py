"""Where the ink of a page is: the bilevel mask of its print, pen strokes and seals.

Brightness is divided by that of the paper around it, so that shadows and yellowed sheets do not count as ink. A pixel is
ink when it is darker than a fraction of the way from the paper to the darkest ink nearby (after Bernsen 1986): the edge
then lies where a soft edge has half its depth, for black print and faint pencil alike. What stays below the least contrast
is not lost; it remains in the background layer.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pdf.layered_image.bands import cut_bands
from pdf.layered_image.marks import LETTER, MARK, find_marks, odd_px

Grey = npt.NDArray[np.uint8]

LEAST_CONTRAST = 30  # of 255 after division by the paper; the noise of scanners stays below 20
_EDGE_FRACTION = 0.38  # outside the half-way edge, which keeps thin strokes and tone marks whole beside bold print
_SHARPENED_EDGE_FRACTION = 0.42
_PAPER_WINDOW_MM = 5.0  # wider than any stroke, narrower than a picture
_INK_WINDOW_MM = 2.5  # about a letter
_SHARPENED_INK_WINDOW_MM = 1.2  # about a stroke and its neighbours: a pixel of such a scan is as wide as a hair line
_MISSED_MM = 0.6
_POOL = 4
_SMOOTHING_REACH_PX = 4  # even, for marks are told at half the resolution


def measure_brightness(pixels: Grey) -> tuple[Grey, Grey]:
    """Return the luminance of grey or RGB pixels, and their brightness: half of it by the darkest channel, so that pale
    coloured ink is dark too."""
    if pixels.ndim == 2:
        return pixels, pixels
    grey, brightness = np.empty(pixels.shape[:2], np.uint8), np.empty(pixels.shape[:2], np.uint8)
    for band in cut_bands(len(pixels)):
        own = pixels[band.own]
        red, green, blue = cv2.split(own)
        darkest = cv2.min(cv2.min(red, green), blue)
        luminance = cv2.cvtColor(own, cv2.COLOR_RGB2GRAY)
        grey[band.own] = luminance
        brightness[band.own] = cv2.addWeighted(darkest, 0.5, luminance, 0.5, 0)
    return grey, brightness


def find_ink(brightness: Grey, dpi: float, *, is_sharpened: bool = False, missed: Grey | None = None) -> Grey:
    """Return the mask of ink, 255 on ink and 0 elsewhere, of a page's brightness.

    ``is_sharpened`` says that a coarse scan was sharpened as it was enlarged. Where ``missed`` is not 0, all that stands out
    from the paper is ink, however much darker it is nearby: a pale stamp under print.
    """
    window_mm = _SHARPENED_INK_WINDOW_MM if is_sharpened else _INK_WINDOW_MM
    edge_fraction = _SHARPENED_EDGE_FRACTION if is_sharpened else _EDGE_FRACTION
    paper = _measure_paper(brightness, dpi)
    darkest = cv2.erode(brightness, np.ones((_POOL, _POOL), np.uint8))
    darkest = cv2.resize(darkest, _shrunk(brightness, _POOL), interpolation=cv2.INTER_NEAREST)
    darkest = cv2.divide(darkest, paper, scale=255)  # of 255, which is paper
    window = odd_px(window_mm, dpi / _POOL)
    darkest = cv2.blur(cv2.erode(darkest, np.ones((window, window), np.uint8)), (window, window))
    contrast = np.maximum((255 - darkest.astype(np.float32)) * edge_fraction, LEAST_CONTRAST)
    threshold = _enlarge_threshold(255 - contrast, paper, brightness)
    if missed is not None:
        reach = odd_px(_MISSED_MM, dpi)
        around = cv2.dilate(missed, np.ones((reach, reach), np.uint8))
        faintest = _enlarge_threshold(np.full_like(contrast, 255 - LEAST_CONTRAST), paper, brightness)
        cv2.copyTo(faintest, around, threshold)
    mask = np.asarray(cv2.compare(brightness, threshold, cv2.CMP_LT), np.uint8)
    return _clean(mask, find_marks(mask, dpi))


def _measure_paper(brightness: Grey, dpi: float) -> Grey:
    """Return how bright the paper is around each place, at a quarter of the resolution."""
    small = cv2.resize(brightness, _shrunk(brightness, _POOL), interpolation=cv2.INTER_AREA)
    window = odd_px(_PAPER_WINDOW_MM, dpi / _POOL)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (window, window))
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), (window, window))
    return np.maximum(np.asarray(paper, np.uint8), 1)


def _enlarge_threshold(of_paper: npt.NDArray[np.float32], paper: Grey, brightness: Grey) -> Grey:
    """Return below which brightness a pixel is ink, from the same with paper as 255."""
    threshold = np.round(of_paper * (paper / np.float32(255))).astype(np.uint8)
    return np.asarray(cv2.resize(threshold, brightness.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _clean(mask: Grey, marks: Grey) -> Grey:
    """Return the mask without what is no mark, its edges smoothed; ``marks``: see ``find_marks``."""
    square = np.ones((3, 3), np.uint8)
    cleaned = np.empty_like(mask)
    for band in cut_bands(len(mask), 2, _SMOOTHING_REACH_PX):
        seen = mask[band.seen]
        half = marks[band.seen.start // 2 : (band.seen.stop + 1) // 2]
        whole = cv2.resize(half, (2 * half.shape[1], 2 * half.shape[0]), interpolation=cv2.INTER_NEAREST)
        whole = whole[: seen.shape[0], : seen.shape[1]]
        letters = cv2.threshold(cv2.dilate(whole, square), LETTER - 1, 255, cv2.THRESH_BINARY)[1]
        kept = cv2.bitwise_and(seen, cv2.threshold(whole, MARK - 1, 255, cv2.THRESH_BINARY)[1])
        cleaned[band.own] = _smooth_edges(np.asarray(kept, np.uint8), np.asarray(letters, np.uint8))[band.inner]
    return cleaned


def _smooth_edges(mask: Grey, letters: Grey) -> Grey:
    """Give each pixel on the edge of a letter's stroke what most of the nine around it are.

    Noise of single pixels takes a tenth of a mask's bytes. Strokes and gaps less than three pixels wide, of hair lines and
    of the smallest print, stay as they are, and so do tone marks and full stops, which have no pixel to lose.
    """
    smooth = cv2.medianBlur(mask, 3)
    bumps = cv2.bitwise_and(cv2.subtract(mask, smooth), _find_broad(mask))
    notches = cv2.bitwise_and(cv2.subtract(smooth, mask), _find_broad(np.asarray(cv2.bitwise_not(mask), np.uint8)))
    return np.asarray(cv2.bitwise_xor(mask, cv2.bitwise_and(cv2.bitwise_or(bumps, notches), letters)), np.uint8)


def _find_broad(mask: Grey) -> Grey:
    """Return what is three pixels wide at least, and a pixel around it."""
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(cv2.erode(mask, square), np.ones((5, 5), np.uint8)), np.uint8)


def _shrunk(image: npt.NDArray[np.uint8], factor: int) -> tuple[int, int]:
    return max(image.shape[1] // factor, 1), max(image.shape[0] // factor, 1)
