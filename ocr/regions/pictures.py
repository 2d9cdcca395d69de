"""Pictures: areas of the page without paper between, such as the photograph on a card or an application."""

from __future__ import annotations

import cv2
import numpy as np

from dossiers.page import BoxPx, PageRegion, RegionKind
from ocr.page_image import WHITE, Pixels, as_pixels, measure_quantile, resize
from ocr.shapes import find_shapes

SCALE_DPI = 50
PAPER_SHARE = 0.86  # of the page's paper: what is darker is covered
GAP_MM = 1.0
MIN_SIDE_MM, MAX_SIDE_MM = 14.0, 120.0
MAX_ASPECT = 2.2
MIN_FILL = 0.7
MIN_CONTRAST = 14.0  # standard deviation in gray levels; a shaded table head has less


def find_pictures(thumbnail: Pixels, dpi: int) -> list[PageRegion]:
    """Return the pictures of a page (gray, at ``dpi``); boxes in its pixels."""
    scale = min(1.0, SCALE_DPI / dpi)
    gray = resize(thumbnail, scale)
    px = dpi * scale / 25.4
    paper = measure_quantile(gray, 0.9)
    covered = as_pixels((gray < PAPER_SHARE * paper) * np.uint8(WHITE))
    close, opening = max(1, round(GAP_MM * px) | 1), max(3, round(MIN_SIDE_MM * 0.6 * px))
    covered = as_pixels(cv2.morphologyEx(covered, cv2.MORPH_CLOSE, np.ones((close, close), np.uint8)))
    covered = as_pixels(cv2.morphologyEx(covered, cv2.MORPH_OPEN, np.ones((opening, opening), np.uint8)))
    _, stats = find_shapes(covered)
    found = []
    for left, top, width, height, area in stats[1:].tolist():
        sides = sorted((width, height))
        at_edge = left == 0 or top == 0 or left + width == gray.shape[1] or top + height == gray.shape[0]
        fits = sides[0] >= MIN_SIDE_MM * px and sides[1] <= MAX_SIDE_MM * px and sides[1] <= MAX_ASPECT * sides[0]
        if at_edge or not fits or area < MIN_FILL * width * height:
            continue
        if float(gray[top : top + height, left : left + width].std()) >= MIN_CONTRAST:
            box = BoxPx(*(round(edge / scale) for edge in (left, top, left + width, top + height)))
            found.append(PageRegion(RegionKind.PICTURE, box, 0.6))
    return found
