"""Ink that is no print lifted to paper, so that the reader does not see it; print under it and across it stays."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx, RegionKind
from ocr.page_image import WHITE, Pixels, as_pixels, to_gray
from ocr.regions.find import PageMarks
from ocr.regions.inks import Inks
from ocr.shapes import Integers, Shapes, find_shapes, pick_shapes

STAMPS = frozenset({RegionKind.SEAL, RegionKind.FAN_STAMP, RegionKind.STAMP})
MIN_INK_CHROMA = 22  # between the channels, of 255; black letters under a stamp keep less
DARK_SHARE, LIGHT_SHARE = 0.34, 0.6  # of the paper, in the ink's own channel: black stays below, red and blue ink stand above
MIN_ROW_EM = 2.5
ROW_JOIN_EM = 1.5
ROW_REACH_EM = 5.0  # a row of print goes on under a stroke by about a word
PAPER_REACH_MM = 5.0  # the paper's brightness is taken from beside a tangle of strokes
ROW_RISE_EM, ROW_FALL_EM = 0.8, 0.35  # capitals carry marks above and below
INSIDE_SHARE = 0.7  # of a row within a seal or a signature
MIN_ROW_LETTERS, MIN_LEVEL_SHARE, MAX_BASE_EM = 4, 0.6, 0.2
MIN_PRINT_SHAPES, MAX_PRINT_MM = 3, 9.0


def lift_ink(pixels: Pixels, marks: PageMarks) -> Pixels:
    """Return the page's gray pixels without stamps and signatures. ``marks`` are those of ``pixels`` (gray or BGR).

    Red ink goes everywhere but in rows of red letters that stand outside stamps; violet ink goes in stamps, blue ink in
    signatures. Black strokes of a signature go where no row of print passes; black seals stay.
    """
    inks = marks.inks
    gray = to_gray(pixels)
    if pixels.ndim == 3 and cv2.countNonZero(inks.red):
        lifted = as_pixels(cv2.max(cv2.extractChannel(pixels, 2), gray))
        for box in find_red_print(marks):
            lifted[box.top : box.bottom, box.left : box.right] = gray[box.top : box.bottom, box.left : box.right]
    else:
        lifted = gray.copy()
    if pixels.ndim == 3:
        for region in marks.regions:
            if region.kind in STAMPS:
                _lift_stamp(lifted, pixels, region.bbox_px, inks)
    _erase_strokes(lifted, pixels, marks)
    return lifted


def find_red_print(marks: PageMarks) -> list[BoxPx]:
    """Return the rows of red letters outside stamps, such as the title of a certificate; boxes in the page's pixels."""
    inks = marks.inks
    rest = inks.red.copy()
    for region in marks.regions:
        if region.kind in STAMPS:
            box = _shrink(region.bbox_px, inks)
            rest[box.top : box.bottom, box.left : box.right] = 0
    if not cv2.countNonZero(rest):
        return []
    kernel = np.ones((1, max(3, round(inks.mm(5)))), np.uint8)
    joined = as_pixels(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, kernel))
    _, stats = find_shapes(joined)
    found = []
    for left, top, width, height, _ in stats[1:].tolist():
        if not (inks.mm(1.2) <= height <= inks.mm(MAX_PRINT_MM) and width >= 2 * height):
            continue
        _, shapes = find_shapes(rest[top : top + height, left : left + width])
        if int((shapes[1:, cv2.CC_STAT_HEIGHT] >= 0.4 * height).sum()) >= MIN_PRINT_SHAPES:
            found.append(_enlarge(BoxPx(left - 1, top - 1, left + width + 1, top + height + 1), inks))
    return found


def _lift_stamp(lifted: Pixels, pixels: Pixels, box: BoxPx, inks: Inks) -> None:
    """Paint coloured ink within a box as light as paper, in place."""
    part = pixels[box.top : box.bottom, box.left : box.right]
    b, g, r = cv2.split(part)
    light = cv2.max(r, b)
    chroma = cv2.max(cv2.subtract(r, cv2.max(g, b)), cv2.subtract(b, cv2.max(g, cv2.min(r, b))))
    violet = cv2.subtract(cv2.min(r, b), g)
    coloured = cv2.max(chroma, as_pixels(violet)) >= MIN_INK_CHROMA
    _lighten(lifted, box, as_pixels(light), coloured, inks)


def _lighten(lifted: Pixels, box: BoxPx, channel: Pixels, where: np.ndarray, inks: Inks) -> None:
    area = lifted[box.top : box.bottom, box.left : box.right]
    paper = _paper_of(box, inks)
    share = channel.astype(np.float32) / np.maximum(paper, 1)
    stretched = np.clip((share - DARK_SHARE) / (LIGHT_SHARE - DARK_SHARE), 0, 1) * paper
    area[:] = np.where(where, np.maximum(area, stretched.astype(np.uint8)), area)


def _erase_strokes(lifted: Pixels, pixels: Pixels, marks: PageMarks) -> None:
    """Paint the strokes of signatures as paper, in place, but for what lies in rows of print."""
    inks = marks.inks
    strokes = _collect_strokes(marks)
    if not cv2.countNonZero(strokes):
        return
    side = max(3, round(inks.mm(PAPER_REACH_MM)) | 1)
    paper = as_pixels(cv2.dilate(inks.paper, np.ones((side, side), np.uint8)))
    rows = find_print_rows(marks)
    _, stats = find_shapes(as_pixels(cv2.dilate(strokes, np.ones((9, 9), np.uint8))))
    thick = as_pixels(cv2.dilate(strokes, np.ones((3, 3), np.uint8)))
    for left, top, width, height, _ in stats[1:].tolist():
        box = _enlarge(BoxPx(left, top, left + width, top + height), inks)
        size = (box.width, box.height)
        area = (slice(top, top + height), slice(left, left + width))
        ink = cv2.resize(thick[area], size, interpolation=cv2.INTER_NEAREST) > 0
        in_row = cv2.resize(rows[area], size, interpolation=cv2.INTER_NEAREST) > 0
        part = lifted[box.top : box.bottom, box.left : box.right]
        light = cv2.resize(paper[area], size, interpolation=cv2.INTER_LINEAR)
        part[:] = np.where(ink & ~in_row, np.maximum(part, light), part)
        if pixels.ndim == 3 and (ink & in_row).any():
            b, g, r = cv2.split(pixels[box.top : box.bottom, box.left : box.right])
            blue = cv2.subtract(b, cv2.max(r, cv2.min(g, r))) >= MIN_INK_CHROMA
            _lighten(lifted, box, as_pixels(b), ink & in_row & blue, inks)


def _collect_strokes(marks: PageMarks) -> Pixels:
    """Return the mask of the ink to erase: tall strokes, and what else stands within signatures and coloured seals.

    Nothing within black seals: their pieces between letters are read as letters, a whole one is passed over by the reader.
    """
    inks, strokes = marks.inks, marks.strokes.signature_ink.copy()
    any_ink = inks.dark | inks.blue | inks.rules
    for region in marks.strokes.regions:
        if region.kind is RegionKind.SIGNATURE:
            left, top, right, bottom = region.bbox_px
            strokes[top:bottom, left:right] |= any_ink[top:bottom, left:right]
    discs = marks.stamps.discs
    return as_pixels(cv2.subtract(strokes, discs)) if marks.stamps.are_dark else strokes | (inks.dark & discs)


def find_print_rows(marks: PageMarks) -> Pixels:
    """Return the mask of rows of print: letter-sized shapes side by side, carried on to both sides by about a word.

    Within seals and signatures a row must stand on one base.
    """
    inks, em_px = marks.inks, marks.strokes.em_px
    discs = marks.stamps.discs if marks.stamps.are_dark else np.zeros_like(inks.dark)
    taken = cv2.bitwise_or(marks.strokes.signature_ink, discs)
    rest = as_pixels(cv2.subtract(cv2.bitwise_or(inks.dark, inks.blue), taken))
    labels, stats = find_shapes(rest)
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    is_letter = (height >= 0.5 * em_px) & (height <= 2.0 * em_px) & (width <= 14 * em_px)
    is_letter[0] = False
    letters = pick_shapes(labels, is_letter)
    joined = as_pixels(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, round(ROW_JOIN_EM * em_px) | 1), np.uint8)))
    row_labels, row_stats = find_shapes(joined)
    is_row = row_stats[:, cv2.CC_STAT_WIDTH] >= MIN_ROW_EM * em_px
    is_row &= ~_find_scrawls(Shapes(row_labels, row_stats), stats[is_letter], marks)
    is_row[0] = False
    return _carry_on(pick_shapes(row_labels, is_row), ROW_REACH_EM * em_px, em_px)


def _find_scrawls(rows: Shapes, letters: Integers, marks: PageMarks) -> NDArray[np.bool_]:
    """Say of each row whether it lies within a seal or a signature and is no print: few shapes, or on no common base."""
    place = marks.stamps.discs.copy()
    for region in marks.strokes.regions:
        if region.kind is RegionKind.SIGNATURE:
            left, top, right, bottom = region.bbox_px
            place[top:bottom, left:right] = WHITE
    count = len(rows.stats)
    is_scrawl = np.zeros(count, bool)
    if not cv2.countNonZero(place):
        return is_scrawl
    inside = np.bincount(rows.labels[place > 0], minlength=count) >= INSIDE_SHARE * rows.stats[:, cv2.CC_STAT_AREA]
    base = letters[:, cv2.CC_STAT_TOP] + letters[:, cv2.CC_STAT_HEIGHT]
    middle = letters[:, cv2.CC_STAT_LEFT] + letters[:, cv2.CC_STAT_WIDTH] // 2
    owner = rows.labels[letters[:, cv2.CC_STAT_TOP] + letters[:, cv2.CC_STAT_HEIGHT] // 2, middle]
    for index in np.flatnonzero(inside[1:]) + 1:
        bases = base[owner == index]
        if len(bases) >= MIN_ROW_LETTERS:
            level = np.abs(bases - np.median(bases)) <= MAX_BASE_EM * marks.strokes.em_px + 1
            is_scrawl[index] = float(level.mean()) < MIN_LEVEL_SHARE
        else:
            is_scrawl[index] = True
    return is_scrawl


def _carry_on(rows: Pixels, reach_px: float, em_px: float) -> Pixels:
    """Return rows drawn out to both sides, and up and down by as much as marks on letters stand out."""
    up, down = round(ROW_RISE_EM * em_px), round(ROW_FALL_EM * em_px)
    kernel = np.ones((up + down + 1, round(2 * reach_px) | 1), np.uint8)
    return as_pixels(cv2.dilate(rows, kernel, anchor=(kernel.shape[1] // 2, down)))


def _paper_of(box: BoxPx, inks: Inks) -> Pixels:
    """Return how bright the paper is within a box of the page."""
    small = _shrink(box, inks)
    part = inks.paper[small.top : small.bottom, small.left : small.right]
    return as_pixels(cv2.resize(part, (box.width, box.height), interpolation=cv2.INTER_LINEAR))


def _shrink(box: BoxPx, inks: Inks) -> BoxPx:
    height, width = inks.flat.shape
    left, top = min(width - 1, int(box.left * inks.scale)), min(height - 1, int(box.top * inks.scale))
    right, bottom = min(width, round(box.right * inks.scale)), min(height, round(box.bottom * inks.scale))
    return BoxPx(left, top, max(left + 1, right), max(top + 1, bottom))


def _enlarge(box: BoxPx, inks: Inks) -> BoxPx:
    height, width = inks.flat.shape
    left, top, right, bottom = max(0, box.left), max(0, box.top), min(width, box.right), min(height, box.bottom)
    times = round(1 / inks.scale)
    return BoxPx(left * times, top * times, right * times, bottom * times)
