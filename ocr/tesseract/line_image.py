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

# In heights of the line. More, and the marks of the lines above and below are read with it; less, and its own are cut.
MARGIN_ABOVE_EM, MARGIN_BELOW_EM, MARGIN_BESIDE_EM = 0.1, 0.12, 0.35
FRAME_PX = 4  # of white around the ink
COARSER, FINER = (1, 0.2), (2, 0.4)  # half width of the blur and strength of the sharpening, below and above SMALL_SCALE
SMALL_SCALE, LARGE_SCALE = 0.7, 1.4  # above the latter nothing is sharpened
DARK_SHARE, LIGHT_SHARE = 0.25, 0.75  # of the dips and peaks along the middle row: what is ink and what is paper


@dataclass(frozen=True, slots=True)
class LineImage:
    """A strip and where it comes from.

    ``is_ink`` is the part of the page that it shows, without the frame, whose top left is at ``left`` and ``top``; ``scale``
    is strip pixels for one of the page.
    """

    strip: Strip
    is_ink: NDArray[np.bool_]
    left: int
    top: int
    scale: float


def cut_line(image: Pixels, box: BoxPx, height_px: int) -> LineImage | None:
    """Cut a line out of a level gray page, from its first ink to its last; None where there is none."""
    rows, columns = image.shape
    beside = round(MARGIN_BESIDE_EM * box.height)
    left, right = max(0, box.left - beside), min(columns, box.right + beside)
    top, bottom = (
        max(0, box.top - round(MARGIN_ABOVE_EM * box.height)),
        min(rows, box.bottom + round(MARGIN_BELOW_EM * box.height)),
    )
    crop = image[top:bottom, left:right]
    level, _ = cv2.threshold(crop, 0, WHITE, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    is_ink = crop <= level
    if is_ink.all() or not is_ink.any():  # one brightness: paper, or a black bar
        return None
    inked = np.flatnonzero(is_ink.any(axis=0))
    first, last = int(inked[0]), int(inked[-1]) + 1
    framed = cv2.copyMakeBorder(crop[:, first:last], FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX, cv2.BORDER_CONSTANT, value=WHITE)
    scale = height_px / framed.shape[0]
    strip = level_ink(scale_strip(as_pixels(framed), height_px))
    return LineImage(strip, np.asarray(is_ink[:, first:last], np.bool_), left + first, top, scale)


def scale_strip(crop: Pixels, height_px: int) -> Strip:
    """Scale a crop to a height, 0 to 255, and sharpen what scaling made soft."""
    scale = height_px / crop.shape[0]
    is_small = scale < SMALL_SCALE
    size = (max(1, round(crop.shape[1] * scale)), height_px)
    scaled = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if is_small else cv2.INTER_LINEAR).astype(np.float32)
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
