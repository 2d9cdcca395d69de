"""A line of a page made into the strip that a line model reads. Pure.

Scaling, sharpening and levels are those with which Tesseract makes its lines, for its models were trained on them
(``lstm/networkio``; Leptonica's ``pixScale``).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.tesseract.network import Strip

MARGIN_BESIDE_EM = 0.35  # in heights of the line; what is white of it is cut off again
REACH_EM = 0.6  # more than letters, or a word and its full stop, lie apart
FRAME_PX = 4  # of white around the ink
COARSER, FINER = (1, 0.2), (2, 0.4)  # half width of the blur and strength of the sharpening, below and above SMALL_SCALE
SMALL_SCALE, LARGE_SCALE = 0.7, 1.4  # above the latter nothing is sharpened
DARK_SHARE, LIGHT_SHARE = 0.25, 0.75  # of the dips and peaks along the middle row: what is ink and what is paper


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is cut: the margins above and below, in heights of the line, and how far to the right, in strip pixels.

    With more margin the marks of the lines above and below are read with it; with less its own are cut.
    """

    above_em: float
    below_em: float
    shift_px: int = 0


FIRST_LOOK = Look(0.1, 0.12)
FURTHER_LOOKS = (Look(0.18, 0.06, 1), Look(0.04, 0.2, -1))  # of a line in doubt: as wide, so that they can be averaged


@dataclass(frozen=True, slots=True)
class LineImage:
    """A line cut out of a page, and its strip at the first look.

    ``is_ink`` is the part of the page that it shows, without the frame, whose top left is at ``left`` and ``top``; ``scale``
    is strip pixels for one of the page.
    """

    box: BoxPx
    strip: Strip
    is_ink: NDArray[np.bool_]
    left: int
    top: int
    scale: float


def cut_line(image: Pixels, box: BoxPx, height_px: int, *, is_first: bool = True, is_last: bool = True) -> LineImage | None:
    """Cut a line out of a level gray page, from its first ink to its last; None where there is none.

    Of a line in parts only the first and the last one have a margin, at the line's end: else each would show the letters at
    the edge of the next.
    """
    beside = round(MARGIN_BESIDE_EM * box.height)
    left = max(0, box.left - beside) if is_first else box.left
    right = min(image.shape[1], box.right + beside) if is_last else box.right
    top, bottom = _find_rows(image, box, FIRST_LOOK)
    crop = image[top:bottom, left:right]
    level, _ = cv2.threshold(crop, 0, WHITE, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    is_ink = crop <= level
    if is_ink.all() or not is_ink.any():  # one brightness: paper, or a black bar
        return None
    first, last = _find_ends(np.flatnonzero(is_ink.any(axis=0)), box.left - left, box.right - left, REACH_EM * box.height)
    scale = height_px / (bottom - top + 2 * FRAME_PX)
    width = max(1, round((last - first + 2 * FRAME_PX) * scale))
    strip = level_ink(scale_strip(_frame(crop[:, first:last]), width, height_px))
    return LineImage(box, strip, np.asarray(is_ink[:, first:last], np.bool_), left + first, top, scale)


def _find_ends(inked: NDArray[np.intp], start: int, end: int, reach: float) -> tuple[int, int]:
    """Return where a line's ink begins and ends, by its inked columns and the columns of its box.

    Ink beside the box is a letter's that the box has cut off, unless it lies farther than ``reach`` from the next ink: then it
    is a table's rule, or the next cell's.
    """
    inner = inked[(inked >= start) & (inked < end)]
    if len(inner) == 0:
        return int(inked[0]), int(inked[-1]) + 1
    first, last = int(inner[0]), int(inner[-1])
    for column in inked[inked > last]:
        if column - last > reach:
            break
        last = int(column)
    for column in inked[inked < first][::-1]:
        if first - column > reach:
            break
        first = int(column)
    return first, last + 1


def look_again(image: Pixels, line: LineImage, look: Look) -> Strip:
    """Return another strip of a line of the same page, as large as its first."""
    top, bottom = _find_rows(image, line.box, look)
    height, width = line.strip.shape
    strip = level_ink(scale_strip(_frame(image[top:bottom, line.left : line.left + line.is_ink.shape[1]]), width, height))
    shifted = np.full_like(strip, 1.0)
    to, source = max(0, look.shift_px), max(0, -look.shift_px)
    shifted[:, to : width - source] = strip[:, source : width - to]
    return shifted


def _find_rows(image: Pixels, box: BoxPx, look: Look) -> tuple[int, int]:
    above, below = round(look.above_em * box.height), round(look.below_em * box.height)
    return max(0, box.top - above), min(image.shape[0], box.bottom + below)


def _frame(crop: Pixels) -> Pixels:
    return as_pixels(cv2.copyMakeBorder(crop, FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX, cv2.BORDER_CONSTANT, value=WHITE))


def scale_strip(crop: Pixels, width_px: int, height_px: int) -> Strip:
    """Scale a crop, 0 to 255, and sharpen what scaling made soft."""
    scale = height_px / crop.shape[0]
    is_small = scale < SMALL_SCALE
    scaled = cv2.resize(crop, (width_px, height_px), interpolation=cv2.INTER_AREA if is_small else cv2.INTER_LINEAR).astype(
        np.float32
    )
    if scale >= LARGE_SCALE:
        return scaled
    half, strength = COARSER if is_small else FINER
    soft = cv2.blur(scaled, (2 * half + 1, 2 * half + 1))
    return np.asarray(np.clip(scaled + strength * (scaled - soft), 0, WHITE), np.float32)


def level_ink(strip: Strip) -> Strip:
    """Carry brightness 0 to 255 to -1 (ink) to 1 (paper), by what is dark and what is light along the middle row."""
    row = strip[strip.shape[0] // 2]
    before, here, behind = row[:-2], row[1:-1], row[2:]
    dips = here[((here < before) & (here <= behind)) | ((here <= before) & (here < behind))]
    peaks = here[((here > before) & (here >= behind)) | ((here >= before) & (here > behind))]
    ink = float(np.quantile(dips, DARK_SHARE)) if len(dips) else 0.0
    paper = float(np.quantile(peaks, LIGHT_SHARE)) if len(peaks) else float(WHITE)
    return np.asarray(np.clip((strip - ink) / max(1.0, (paper - ink) / 2) - 1, -1, 1), np.float32)
