"""The page number printed at the head or foot of a page, read from two narrow strips: far quicker than reading the page."""

from __future__ import annotations

import cv2
import numpy as np

from dossiers.errors import RecognitionError
from dossiers.page import BoxPx
from dossiers.scan_verdict import PageLabel, read_label
from ocr.cleaning import flatten_light
from ocr.page_image import Pixels, as_pixels, resize, to_gray, turn
from ocr.tesseract.reader import TesseractReader

STRIP_SHARE = 0.09  # of the page's height: margins of 20 mm, and where the number stands in them
READING_DPI = 200
INK_LEVEL = 150  # of 255, on flattened paper
MIN_LINE_MM, MAX_LINE_MM = 1.2, 8.0
MAX_WIDTH_SHARE = 0.3  # of the page's width: a longer line is text
MAX_LINES = 3  # a strip
TIMEOUT_S = 5.0


def find_label(pixels: Pixels, dpi: int, turn_deg: int, reader: TesseractReader) -> PageLabel | None:
    """Return the number printed at the foot or the head of a page (gray or BGR), which is first turned by ``turn_deg``.

    Raises ConfigurationError when the reader's language is missing.
    """
    gray = turn(to_gray(pixels), turn_deg)
    height = gray.shape[0]
    strip = max(1, round(STRIP_SHARE * height))
    for part in (gray[height - strip :], gray[:strip]):
        flat = flatten_light(resize(part, min(1.0, READING_DPI / max(dpi, 1))), READING_DPI)
        label = _read_strip(flat, min(dpi, READING_DPI), reader)
        if label is not None:
            return label
    return None


def _read_strip(flat: Pixels, dpi: int, reader: TesseractReader) -> PageLabel | None:
    boxes = _short_lines(flat, dpi)
    try:
        lines = reader.read_lines(flat, boxes, TIMEOUT_S) if boxes else []
    except RecognitionError:  # a number that cannot be read is none
        return None
    return next((label for line in lines if line is not None and (label := read_label(line.text)) is not None), None)


def _short_lines(flat: Pixels, dpi: int) -> list[BoxPx]:
    """Return the boxes of what may be a short line, from the left, at most MAX_LINES."""
    ink = as_pixels((flat < INK_LEVEL) * np.uint8(255))
    gap = max(3, round(dpi / 25.4 * 4))
    joined = as_pixels(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    low, high = MIN_LINE_MM * dpi / 25.4, MAX_LINE_MM * dpi / 25.4
    found = [
        BoxPx(int(left), int(top), int(left + width), int(top + height))
        for left, top, width, height, _ in stats[1:]
        if low <= height <= high and width <= MAX_WIDTH_SHARE * flat.shape[1]
    ]
    return sorted(found)[:MAX_LINES]
