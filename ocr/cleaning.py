"""A page made ready for reading. What is stored is never cleaned: these pixels are only read, then thrown away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.page_image import READING_DPI, READING_PIXELS, WHITE, Pixels, as_pixels, find_below, resize, to_gray
from ocr.shapes import find_shapes, pick_shapes

USUAL_LETTER_HEIGHT_PX = 19  # median height of a shape of ink in 13 pt text at READING_DPI
MIN_LETTER_HEIGHT_PX = 14
MAX_ENLARGEMENT = 3.0
BACKGROUND_SCALE_DPI = 25  # the light's fall-off is smooth; at this scale letters vanish in a small closing
BACKGROUND_KERNEL_INCH = 0.28  # wider than a bold capital's strokes, narrower than a photograph's shadow
INK_LEVEL = 170  # of 255, on flattened paper
MIN_RULE_INCH = 0.32  # longer than any letter's bar or dash
MAX_RULE_INCH = 0.035  # thicker is a picture, not a rule
MIN_LEADER_INCH = 0.3
MAX_DOT_INCH = 0.03
MAX_DOT_GAP_INCH = 0.06


@dataclass(frozen=True, slots=True)
class ReadablePage:
    """Gray pixels, black on white at about READING_DPI, and how they scale: reading pixels = page pixels * ``scale``."""

    pixels: Pixels
    scale: float
    dpi: int


def prepare_for_reading(pixels: Pixels, dpi: int, letter_height_px: float | None = None) -> ReadablePage:
    """Lift red seals, even out the light, erase rules and dot leaders, and resample to READING_DPI.

    ``pixels`` is the upright page (gray or BGR). Where its letters, ``letter_height_px`` high, would come out too small
    (a photo that states a wrong dpi, the small print of a table) it is enlarged until they have their usual size.
    """
    scale = READING_DPI / dpi
    if letter_height_px and letter_height_px * scale < MIN_LETTER_HEIGHT_PX:
        scale = min(MAX_ENLARGEMENT, USUAL_LETTER_HEIGHT_PX / letter_height_px)
    scale = min(scale, max(1.0, math.sqrt(READING_PIXELS / (pixels.shape[0] * pixels.shape[1]))))
    gray = lift_seals(pixels)
    if scale < 1:
        gray = resize(gray, scale)
        flat = flatten_light(gray, READING_DPI)
    else:
        flat = resize(flatten_light(gray, dpi), scale)
    return ReadablePage(erase_leaders(erase_rules(flat, READING_DPI), READING_DPI), scale, READING_DPI)


def lift_seals(pixels: Pixels) -> Pixels:
    """Return gray pixels in which red ink is as light as paper: the greater of red channel and luminance."""
    return pixels if pixels.ndim == 2 else as_pixels(cv2.max(cv2.extractChannel(pixels, 2), to_gray(pixels)))


def flatten_light(gray: Pixels, dpi: int) -> Pixels:
    """Divide by the paper's own brightness, so that paper is white everywhere."""
    return divide_light(gray, estimate_paper(gray, dpi))


def estimate_paper(gray: Pixels, dpi: int) -> Pixels:
    """Return how bright the paper is at each pixel: a closing of the page at a small scale, smoothed."""
    small = resize(gray, min(1.0, BACKGROUND_SCALE_DPI / dpi))
    side = max(3, round(BACKGROUND_KERNEL_INCH * BACKGROUND_SCALE_DPI) | 1)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), side / 3)
    return as_pixels(cv2.resize(paper, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR))


def divide_light(gray: Pixels, paper: Pixels) -> Pixels:
    """Return ``gray`` as a share of ``paper``, 255 where they are equal."""
    return as_pixels(cv2.divide(gray, np.maximum(paper, 1), scale=WHITE))


def find_rules(ink: Pixels, dpi: int) -> Pixels:
    """Return the mask (255 = rule) of straight horizontal and vertical lines in an ink mask (255 = ink)."""
    length, thickness = round(MIN_RULE_INCH * dpi), max(3, round(MAX_RULE_INCH * dpi))
    mask = np.zeros_like(ink)
    for size, across in (((length, 1), (1, thickness)), ((1, length), (thickness, 1))):
        along = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        cores = cv2.erode(ink, along)
        left, top, width, height = cv2.boundingRect(cores)
        if width == 0:  # most pages have no upright rules
            continue
        # Only where there are rules, with room around them, the lines are drawn out again and what is thick is left out.
        margin_x, margin_y = size[0] + thickness, size[1] + thickness
        rows = slice(max(0, top - margin_y), top + height + margin_y)
        area = (rows, slice(max(0, left - margin_x), left + width + margin_x))
        lines = cv2.dilate(cores[area], along)
        thick = cv2.morphologyEx(lines, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, across))
        mask[area] |= as_pixels(cv2.subtract(lines, thick))
    return mask


def erase_rules(flat: Pixels, dpi: int) -> Pixels:
    """Paint long thin lines (tables, underlines, frames) white."""
    mask = find_rules(find_below(flat, INK_LEVEL), dpi)
    if not mask.any():
        return flat
    grown = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return as_pixels(cv2.bitwise_or(flat, grown))


def erase_leaders(flat: Pixels, dpi: int) -> Pixels:
    """Paint rows of dots, on which a form is filled in, white."""
    labels, stats = find_shapes(find_below(flat, INK_LEVEL))
    side = max(2, round(MAX_DOT_INCH * dpi))
    is_dot = (stats[:, cv2.CC_STAT_WIDTH] <= side) & (stats[:, cv2.CC_STAT_HEIGHT] <= side)
    is_dot[0] = False
    if not is_dot.any():
        return flat
    dots = pick_shapes(labels, is_dot)
    del labels  # up to four bytes a pixel, and the next ones take as much
    gap = max(3, round(MAX_DOT_GAP_INCH * dpi))
    joined = as_pixels(cv2.morphologyEx(dots, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (gap, 1))))
    row_labels, row_stats = find_shapes(joined)
    is_row = (row_stats[:, cv2.CC_STAT_WIDTH] >= MIN_LEADER_INCH * dpi) & (row_stats[:, cv2.CC_STAT_HEIGHT] <= 1.5 * side)
    is_row[0] = False
    if not is_row.any():
        return flat
    leaders = cv2.dilate(cv2.bitwise_and(pick_shapes(row_labels, is_row), dots), np.ones((3, 3), np.uint8))
    return as_pixels(cv2.bitwise_or(flat, leaders))
