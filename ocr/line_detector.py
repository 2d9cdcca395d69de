"""Where the lines of print are on a cleaned page: the detector of the ``trueocr`` package, a small convolutional network.

It finds what Tesseract's own layout passes over (lines under a stamp, between rules, beside a seal), and tells the height of
each line with its marks (docs/ocr.md compares detectors). The weights are part of the package and pinned with it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import onnxruntime
import trueocr
from trueocr.page import PageEngine

from dossiers.page import BoxPx
from ocr.page_image import Pixels
from ocr.straddled import part_straddling

onnxruntime.disable_telemetry_events()  # nothing here may call home

MODEL_DIR = Path(trueocr.__file__).parent / "models"
MIN_SIDE_PX = 5
MAX_LINES = 2000  # a page of noise; a dense one of small print has about 150
BAND_EM = 0.5


def detect_lines(image: Pixels) -> list[BoxPx]:
    """Return the boxes of the lines of print, from top to bottom and, side by side, from left to right.

    ``image`` is a level page, gray, black on white (``prepare_for_reading``). Of more than MAX_LINES the surest are kept.
    """
    height, width = image.shape
    if min(height, width) < MIN_SIDE_PX:
        return []
    found = _open_detector().detect(image)
    surest = sorted(found.tolist(), key=lambda box: -box[4])[:MAX_LINES]
    boxes = []
    for left, top, right, bottom, _ in surest:
        box = BoxPx(
            max(0, math.floor(left)), max(0, math.floor(top)), min(width, math.ceil(right)), min(height, math.ceil(bottom))
        )
        if box.width >= MIN_SIDE_PX and box.height >= MIN_SIDE_PX:
            boxes.append(box)
    return _order_rows(part_straddling(image, boxes))


def _order_rows(boxes: list[BoxPx]) -> list[BoxPx]:
    """Sort by rows: a box begins a new row when its middle is below the row's first box."""
    rows: list[list[BoxPx]] = []
    for box in sorted(boxes, key=lambda box: (box.top + box.bottom, box.left)):
        if rows and (box.top + box.bottom) / 2 - (rows[-1][0].top + rows[-1][0].bottom) / 2 < BAND_EM * rows[-1][0].height:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


@lru_cache(maxsize=1)
def _open_detector() -> PageEngine:
    return PageEngine(MODEL_DIR, threads=1)
