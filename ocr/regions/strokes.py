"""Strokes of a pen: shapes of thin lines, much taller than the page's letters, that stand in no row of equals."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from dossiers.page import BoxPx, PageRegion, RegionKind
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.regions.inks import Inks
from ocr.regions.shapes import box_of, group_near, unite
from ocr.shapes import Integers, Labels, Shapes, find_shapes

MIN_HEIGHT_EM = 2.2  # in heights of a usual shape of ink; accented capitals of a title stay below
MAX_STROKE_MM = 2.3  # loops of a broad pen close up; thicker shapes are pictures
MAX_FILL = 0.5
MAX_SIDE_MM = 110.0
MIN_WIDTH_EM = 0.8  # narrower ones are rests of rules, and bars of a barcode
MAX_SLENDER = 6.0
MIN_SIGNATURE_MM = 9.0  # the longer side of its largest stroke; initials and words by hand are smaller
JOIN_MM = 4.0
MAX_STROKES = 300  # more are no writing but a photograph's grain
ROW_PEERS = 2  # shapes as tall beside it, on one base: a large title
DEFAULT_EM_MM = 2.3
MIN_LETTERS = 20
MIN_BLUE_MM2 = 3.0
MAX_BLUE_SHARE = 0.4  # of all ink; where more is blue the print itself is


@dataclass(frozen=True, slots=True)
class Strokes:
    """Signatures and handwriting (boxes in pixels of the masks); the mask of the signatures' ink; the usual shape's height."""

    regions: tuple[PageRegion, ...]
    signature_ink: Pixels
    em_px: float


def find_strokes(inks: Inks, shapes: Shapes) -> Strokes:
    """Find what a pen has left on a page among the shapes of its dark and blue ink."""
    labels, stats = shapes
    em_px = _measure_em(stats, inks)
    picked = [index for index in _pick_tall(stats, inks, em_px) if _is_thin(labels, stats, index, inks)]
    picked = _leave_titles_out(stats, picked)
    boxes = [box_of(stats, index) for index in picked]
    mask, regions = np.zeros_like(inks.dark), list[PageRegion]()
    for group in group_near(boxes, inks.mm(JOIN_MM)):
        kind = _name_kind([boxes[number] for number in group], inks)
        regions.append(PageRegion(kind, unite([boxes[number] for number in group]), 0.8))
        if kind is RegionKind.SIGNATURE:
            for number in group:
                left, top, right, bottom = boxes[number]
                own = labels[top:bottom, left:right] == picked[number]
                mask[top:bottom, left:right] |= as_pixels(own * np.uint8(WHITE))
    blue, blue_mask = _find_blue_writing(inks, mask, em_px)
    return Strokes(_merge([*regions, *blue], inks), as_pixels(mask | blue_mask), em_px)


def _name_kind(boxes: list[BoxPx], inks: Inks) -> RegionKind:
    longest = max(max(box.width, box.height) for box in boxes)
    return RegionKind.SIGNATURE if longest >= inks.mm(MIN_SIGNATURE_MM) else RegionKind.HANDWRITING


def _merge(regions: list[PageRegion], inks: Inks) -> tuple[PageRegion, ...]:
    """Join what is written close together; with a signature in it, it is one."""
    merged = []
    for group in group_near([region.bbox_px for region in regions], inks.mm(JOIN_MM) / 2):
        parts = [regions[number] for number in group]
        kinds = {part.kind for part in parts}
        kind = RegionKind.SIGNATURE if RegionKind.SIGNATURE in kinds else RegionKind.HANDWRITING
        merged.append(PageRegion(kind, unite([part.bbox_px for part in parts]), max(part.confidence for part in parts)))
    return tuple(merged)


def _measure_em(stats: Integers, inks: Inks) -> float:
    height, width = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    usual = height[(height >= inks.mm(1.2)) & (height <= inks.mm(10)) & (width <= inks.mm(30))]
    return float(np.median(usual)) if len(usual) >= MIN_LETTERS else inks.mm(DEFAULT_EM_MM)


def _pick_tall(stats: Integers, inks: Inks, em_px: float) -> list[int]:
    width, height, area = (stats[:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    tall = (height >= MIN_HEIGHT_EM * em_px) & (width >= max(MIN_WIDTH_EM * em_px, 4)) & (area >= 2 * em_px)
    small = (np.maximum(width, height) <= inks.mm(MAX_SIDE_MM)) & (area <= MAX_FILL * width * height)
    bottom, right = inks.flat.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    at_edge = (left <= 1) | (top <= 1) | (left + width >= right - 1) | (top + height >= bottom - 1)
    keep = tall & small & ~at_edge & (height <= MAX_SLENDER * width)
    keep[0] = False
    picked = np.flatnonzero(keep)
    return [int(index) for index in picked[np.argsort(-area[picked], kind="stable")[:MAX_STROKES]]]


def _is_thin(labels: Labels, stats: Integers, index: int, inks: Inks) -> bool:
    left, top, right, bottom = box_of(stats, index)
    shape = np.pad(as_pixels((labels[top:bottom, left:right] == index) * np.uint8(1)), 1)
    return float(cv2.distanceTransform(shape, cv2.DIST_L2, 3).max()) * 2 <= max(4.0, inks.mm(MAX_STROKE_MM))


def _leave_titles_out(stats: Integers, picked: list[int]) -> list[int]:
    """Return the shapes that have not ROW_PEERS others as tall, on one base, close by."""
    kept = []
    for index in picked:
        box = box_of(stats, index)
        peers = 0
        for other in picked:
            near = box_of(stats, other)
            gap = max(near.left - box.right, box.left - near.right)
            same_height = 0.7 <= near.height / box.height <= 1.45
            if other != index and same_height and gap <= 2 * box.height and abs(near.bottom - box.bottom) <= 0.12 * box.height:
                peers += 1
        if peers < ROW_PEERS:
            kept.append(index)
    return kept


def _find_blue_writing(inks: Inks, taken: Pixels, em_px: float) -> tuple[list[PageRegion], Pixels]:
    """Return what is written in blue on a page printed in black, without the strokes ``taken``, and the mask of signatures."""
    mask = np.zeros_like(taken)
    blue = int((inks.blue > 0).sum())
    if blue == 0 or blue > MAX_BLUE_SHARE * (blue + int((inks.dark > 0).sum())):
        return [], mask
    rest = as_pixels(cv2.subtract(inks.blue, taken))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (round(inks.mm(5)) | 1, round(inks.mm(1)) | 1))
    joined = as_pixels(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, kernel))
    labels, stats = find_shapes(joined)
    found = []
    for index in range(1, len(stats)):
        box = box_of(stats, index)
        area = (slice(box.top, box.bottom), slice(box.left, box.right))
        own = as_pixels(np.where(labels[area] == index, rest[area], 0))
        if cv2.countNonZero(own) < MIN_BLUE_MM2 * inks.mm(1) ** 2 or box.height < inks.mm(2):
            continue
        is_signature = box.height >= MIN_HEIGHT_EM * em_px and box.width >= inks.mm(MIN_SIGNATURE_MM)
        found.append(PageRegion(RegionKind.SIGNATURE if is_signature else RegionKind.HANDWRITING, box, 0.6))
        if is_signature:
            mask[area] |= own
        if len(found) == MAX_STROKES:
            break
    return found, mask
