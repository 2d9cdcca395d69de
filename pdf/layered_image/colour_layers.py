"""The two colour layers of a page: the paper without its ink, and the ink's colour without its shape.

Each is the mean of its own pixels in cells of the mask's grid; cells without any are filled from their neighbourhood, level
by level (the pull-push of Gortler et al. 1996), so that nothing sharp is left to be compressed where nothing is seen.
Grey pages have arrays of two axes, colour pages a third of red, green, blue.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pdf.layered_image.bands import cut_bands

Pixels = npt.NDArray[np.uint8]

_HALF_COVERED = 120  # of 255
_GRAZED = 32
_ONE_OF_FOUR = 60
_COARSEST_PX = 8
_NEARBY_PX = 8
_INK_GRAIN = 14  # differences of tone within one ink that are not kept; at 28 print under a pen stroke went with it
_SPECK_CELLS = 5
SPECK_TONES = (64, 16)  # of 255: how far one ink's strokes may differ; the second for pages on which a pen crosses a seal
_SPECK_HUE = 32  # black lies 60 in hue from a blue pen, 150 from a red seal
_NO_DIFFERENCE = 128
_FINE_WINDOW_PX = 36  # of the mask: 3 mm
_GRAIN_BLUR_PX = 0.8
_LEAST_FINE, _FINE_TIMES_GRAIN = 1.0, 1.7  # of 255, lost on average in a window; pale small print loses 1.4 or more
_SAMPLED = 5  # every fifth row and column tells the sheet's grain
_RIM_PX = 36  # where a sheet ends and the scanner's lid begins
_MOST_FINE_SHARE = 0.0005  # of the sheet: 30 mm2 of A4


def average_paper(pixels: Pixels, ink: Pixels, cell_px: int, halo_px: int) -> Pixels:
    """Return the paper in cells of ``cell_px``; ``halo_px`` around the ink, the soft edge of its strokes, is left out."""
    kernel = np.ones((2 * halo_px + 1, 2 * halo_px + 1), np.uint8)
    parts = []
    for band in cut_bands(len(pixels), cell_px, halo_px):
        bare = np.asarray(cv2.bitwise_not(cv2.dilate(ink[band.seen], kernel)), np.uint8)
        parts.append(_average(pixels[band.own], bare[band.inner], cell_px))
    values, cover = _join(parts)
    return _fill(values, _mark_covered(cover, _HALF_COVERED), nothing=255)


def shrink(pixels: Pixels, times: int) -> Pixels:
    """Return the means of squares of ``times`` pixels each way; at the right and the bottom of what is left of them.

    Nothing is copied meanwhile: a page at 600 dpi takes 105 MB.
    """
    height, width = pixels.shape[:2]
    small = np.empty((-(-height // times), -(-width // times), *pixels.shape[2:]), np.uint8)
    for rows in _part(height, times):
        for columns in _part(width, times):
            place = small[rows.small, columns.small]
            size = (place.shape[1], place.shape[0])
            place[:] = cv2.resize(pixels[rows.large, columns.large], size, interpolation=cv2.INTER_AREA)
    return small


@dataclass(frozen=True, slots=True)
class _Span:
    large: slice
    small: slice


def _part(length: int, times: int) -> list[_Span]:
    """Part a side into its whole squares and the rest."""
    count, rest = divmod(length, times)
    spans = [_Span(slice(0, count * times), slice(0, count)), _Span(slice(count * times, length), slice(count, count + 1))]
    return spans[0 if count else 1 : 2 if rest else 1]


def coarsen_plain_paper(paper: Pixels, cell_px: int) -> tuple[Pixels, int]:
    """Return the paper at half its resolution and 2, or at its own and 1 when something fine is on it: a picture, a pale stamp.

    Then it is blurred elsewhere as half the resolution would, which a JPEG takes for little more. Grain is everywhere, so
    what counts as fine is a place that loses more by it than the sheet does as a whole.
    """
    size = (max((paper.shape[1] + 1) // 2, 1), max((paper.shape[0] + 1) // 2, 1))
    bottom, right = 2 * size[1] - paper.shape[0], 2 * size[0] - paper.shape[1]
    even = cv2.copyMakeBorder(paper, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    half = np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)
    grey = even if even.ndim == 2 else cv2.cvtColor(even, cv2.COLOR_RGB2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), _GRAIN_BLUR_PX)
    coarse = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    lost = cv2.absdiff(grey, cv2.resize(coarse, (2 * size[0], 2 * size[1]), interpolation=cv2.INTER_LINEAR))
    side = max(_FINE_WINDOW_PX // cell_px, 1)
    nearby = cv2.boxFilter(lost, cv2.CV_32F, (side, side))
    is_fine = nearby > max(_LEAST_FINE, _FINE_TIMES_GRAIN * float(np.median(nearby[::_SAMPLED, ::_SAMPLED])))
    rim = round(_RIM_PX / cell_px)
    inner = is_fine[rim:-rim, rim:-rim]
    if not inner.size or float(inner.mean()) <= _MOST_FINE_SHARE:
        return half, 2
    around = cv2.dilate(is_fine.astype(np.uint8), np.ones((side, side), np.uint8))
    blurred = np.asarray(cv2.resize(half, (2 * size[0], 2 * size[1]), interpolation=cv2.INTER_LINEAR), np.uint8)
    cv2.copyTo(even, around, blurred)
    return np.ascontiguousarray(blurred[: paper.shape[0], : paper.shape[1]]), 1


def average_ink(pixels: Pixels, ink: Pixels, cell_px: int, speck_tone: int = SPECK_TONES[0]) -> tuple[Pixels, Pixels]:
    """Return the colour of the ink in cells of ``cell_px``, and 255 for those in which it is seen, not filled in.

    Cells that differ from those around them by no more than ``speck_tone`` take their colour: fewer shades take less room.
    The edge of a stroke counts with the darkest tone beside it: the colour is that of the core, in hair lines too. A cell
    that a stroke only grazes takes the colour of its neighbours, unless it is all there is of a small mark.
    """
    kernel = np.ones((3, 3), np.uint8)
    values, cover = _average_cores(pixels, ink, cell_px, kernel)
    strokes = _mark_covered(cover, _HALF_COVERED)
    alone = cv2.bitwise_and(_mark_covered(cover, _GRAZED), cv2.bitwise_not(cv2.dilate(strokes, kernel)))
    known = np.asarray(cv2.bitwise_or(strokes, alone), np.uint8)
    return _even_out(_fill(values, known, nothing=0), speck_tone), known


def _average_cores(pixels: Pixels, ink: Pixels, cell_px: int, kernel: Pixels) -> tuple[Pixels, Pixels]:
    """Return each cell's mean tone of its strokes' cores, and how much of it the ink covers; bare margins cost nothing."""
    size = (-(-ink.shape[0] // cell_px), -(-ink.shape[1] // cell_px))
    values = np.zeros(size + pixels.shape[2:], np.uint8)
    cover = np.zeros(size, np.uint8)
    left, top, width, height = cv2.boundingRect(ink)
    cells = tuple(
        slice(max(first // cell_px - 1, 0), min((first + length) // cell_px + 2, count))
        for first, length, count in ((top, height, size[0]), (left, width, size[1]))
    )
    rows, columns = (slice(span.start * cell_px, span.stop * cell_px) for span in cells)
    pixels, ink = pixels[rows, columns], ink[rows, columns]
    parts = []
    for band in cut_bands(len(pixels), cell_px, 1):
        cores = np.asarray(cv2.erode(pixels[band.seen], kernel), np.uint8)
        cv2.copyTo(pixels[band.seen], cv2.erode(ink[band.seen], kernel), cores)
        parts.append(_average(cores[band.inner], ink[band.own], cell_px))
    values[cells], cover[cells] = _join(parts)
    return values, cover


def _join(parts: list[tuple[Pixels, Pixels]]) -> tuple[Pixels, Pixels]:
    values, covers = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(covers)


def _average(pixels: Pixels, where: Pixels, cell_px: int) -> tuple[Pixels, Pixels]:
    """Return each cell's mean over the pixels in ``where``, and how much of it they cover (0 to 255)."""
    right, bottom = -pixels.shape[1] % cell_px, -pixels.shape[0] % cell_px
    chosen = _keep(pixels, where)
    if right or bottom:
        chosen = np.asarray(cv2.copyMakeBorder(chosen, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=0), np.uint8)
        where = np.asarray(cv2.copyMakeBorder(where, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=0), np.uint8)
    size = (where.shape[1] // cell_px, where.shape[0] // cell_px)
    return _divide(np.asarray(cv2.resize(chosen, size, interpolation=cv2.INTER_AREA), np.uint8), where, size)


def _keep(pixels: Pixels, where: Pixels) -> Pixels:
    """Return the pixels in ``where``, and 0 elsewhere; OpenCV's operations with a mask take longer for three channels."""
    kept = np.zeros_like(pixels)
    cv2.copyTo(pixels, where, kept)
    return kept


def _divide(sums: Pixels, where: Pixels, size: tuple[int, int]) -> tuple[Pixels, Pixels]:
    cover = np.asarray(cv2.resize(where, size, interpolation=cv2.INTER_AREA), np.uint8)
    divisor = np.maximum(cover, 1)
    divisors = divisor if sums.ndim == 2 else cv2.merge([divisor] * 3)
    return np.asarray(cv2.divide(sums, divisors, scale=255), np.uint8), cover


def _mark_covered(cover: Pixels, least: int) -> Pixels:
    return np.asarray(cv2.threshold(cover, least - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _fill(values: Pixels, known: Pixels, nothing: int) -> Pixels:
    levels = [(values, known)]
    while min(known.shape) > _COARSEST_PX and cv2.countNonZero(known) < known.size:
        size = ((known.shape[1] + 1) // 2, (known.shape[0] + 1) // 2)
        sums = cv2.resize(_keep(values, known), size, interpolation=cv2.INTER_AREA)
        values, cover = _divide(np.asarray(sums, np.uint8), known, size)
        known = _mark_covered(cover, _ONE_OF_FOUR)
        levels.append((values, known))
    values, known = levels.pop()
    mean = cv2.mean(values, known)[: values.ndim] if known.any() else (nothing,) * 3
    filled = np.full_like(values, np.round(mean[:3] if values.ndim == 3 else mean[0]))
    cv2.copyTo(values, known, filled)
    for values, known in reversed(levels):
        filled = np.asarray(cv2.resize(filled, known.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
        cv2.copyTo(values, known, filled)
    return filled


def _even_out(ink: Pixels, speck_tone: int) -> Pixels:
    """Keep the change from one ink to another, not the grain within one: differences from the mean nearby below the grain go,
    those above twice the grain stay whole, and specks go."""
    size = (max(ink.shape[1] // _NEARBY_PX, 1), max(ink.shape[0] // _NEARBY_PX, 1))
    nearby = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.resize(nearby, ink.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    evened = np.empty_like(ink)
    for band in cut_bands(len(ink), 1, _SPECK_CELLS // 2):
        seen = _even_band(ink[band.seen], smooth[band.seen])
        evened[band.own] = _drop_specks(seen, speck_tone)[band.inner]
    return evened


def _even_band(ink: Pixels, smooth: Pixels) -> Pixels:
    above = _drop_grain(np.asarray(cv2.subtract(ink, smooth), np.uint8))
    below = _drop_grain(np.asarray(cv2.subtract(smooth, ink), np.uint8))
    return np.asarray(cv2.subtract(cv2.add(smooth, above), below), np.uint8)


def _drop_specks(ink: Pixels, tone: int) -> Pixels:
    """Give cells of the median's hue around them its colour: a serif is paler than its stem; black under a blue pen stays."""
    median = cv2.medianBlur(ink, _SPECK_CELLS)
    halved = cv2.addWeighted(ink, 0.5, median, -0.5, _NO_DIFFERENCE)
    highest, lowest = halved, halved
    if halved.ndim == 3:
        red, green, blue = cv2.split(halved)
        highest, lowest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    is_tone = cv2.inRange(highest, _NO_DIFFERENCE - tone // 2, _NO_DIFFERENCE + tone // 2)
    is_hue = cv2.inRange(cv2.subtract(highest, lowest), 0, _SPECK_HUE // 2)
    cv2.copyTo(median, cv2.bitwise_and(is_tone, is_hue), ink)
    return ink


def _drop_grain(difference: Pixels) -> Pixels:
    rest = cv2.subtract(difference, np.full_like(difference, _INK_GRAIN))
    return np.asarray(cv2.min(cv2.add(rest, rest), difference), np.uint8)
