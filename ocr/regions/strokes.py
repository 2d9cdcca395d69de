"""Strokes of a pen: shapes of thin lines, much taller than the page's letters, that stand in no row of equals."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.model import BoxPx, PageRegion, RegionKind
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.regions.inks import Inks

MIN_HEIGHT_EM = 2.2  # in heights of a usual shape of ink; accented capitals of a title stay below
MAX_STROKE_MM = 2.3  # loops of a broad pen close up; thicker shapes are pictures
MAX_FILL = 0.5
MAX_SIDE_MM = 110.0
MIN_WIDTH_EM = 0.8  # narrower ones are rests of rules, and bars of a barcode
MIN_SIGNATURE_MM = 9.0  # the longer side of its largest stroke; initials and words by hand are smaller
JOIN_MM = 4.0
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


def find_strokes(inks: Inks, elsewhere: Pixels) -> Strokes:
    """Find what a pen has left on a page, outside the mask ``elsewhere``."""
    ink = as_pixels(cv2.subtract(cv2.bitwise_or(inks.dark, inks.blue), elsewhere))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    em_px = _measure_em(stats, inks)
    picked = [index for index in _pick_tall(stats, inks, em_px) if _is_thin(labels, stats, index, inks)]
    picked = _leave_titles_out(stats, picked)
    groups = _group([_box(stats, index) for index in picked], inks.mm(JOIN_MM))
    regions: list[PageRegion] = []
    mask = np.zeros_like(ink)
    for group in groups:
        members = [picked[number] for number in group]
        box = _box(stats, members[0])
        for index in members[1:]:
            box = box.union(_box(stats, index))
        longest = max(max(int(stats[index, 2]), int(stats[index, 3])) for index in members)
        is_signature = longest >= inks.mm(MIN_SIGNATURE_MM)
        regions.append(
            PageRegion(RegionKind.SIGNATURE if is_signature else RegionKind.HANDWRITING, box, 0.8 if is_signature else 0.6)
        )
        if is_signature:
            for index in members:
                left, top, right, bottom = _box(stats, index)
                mask[top:bottom, left:right] |= as_pixels((labels[top:bottom, left:right] == index) * np.uint8(WHITE))
    regions += _find_blue_writing(inks, mask)
    return Strokes(tuple(regions), mask, em_px)


def _measure_em(stats: NDArray[np.int32], inks: Inks) -> float:
    height, width = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    usual = height[(height >= inks.mm(1.2)) & (height <= inks.mm(10)) & (width <= inks.mm(30))]
    return float(np.median(usual)) if len(usual) >= MIN_LETTERS else inks.mm(DEFAULT_EM_MM)


def _pick_tall(stats: NDArray[np.int32], inks: Inks, em_px: float) -> list[int]:
    width, height, area = (stats[:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    tall = (height >= MIN_HEIGHT_EM * em_px) & (width >= max(MIN_WIDTH_EM * em_px, 4)) & (area >= 2 * em_px)
    small = (np.maximum(width, height) <= inks.mm(MAX_SIDE_MM)) & (area <= MAX_FILL * width * height)
    keep = tall & small
    keep[0] = False
    return [int(index) for index in np.flatnonzero(keep)]


def _is_thin(labels: NDArray[np.int32], stats: NDArray[np.int32], index: int, inks: Inks) -> bool:
    left, top, right, bottom = _box(stats, index)
    shape = np.pad(as_pixels((labels[top:bottom, left:right] == index) * np.uint8(1)), 1)
    return float(cv2.distanceTransform(shape, cv2.DIST_L2, 3).max()) * 2 <= max(4.0, inks.mm(MAX_STROKE_MM))


def _leave_titles_out(stats: NDArray[np.int32], picked: list[int]) -> list[int]:
    """Return the shapes that have not ROW_PEERS others as tall, on one base, close by."""
    kept = []
    for index in picked:
        box = _box(stats, index)
        peers = 0
        for other in picked:
            near = _box(stats, other)
            gap = max(near.left - box.right, box.left - near.right)
            same_height = 0.7 <= near.height / box.height <= 1.45
            if other != index and same_height and gap <= 2 * box.height and abs(near.bottom - box.bottom) <= 0.12 * box.height:
                peers += 1
        if peers < ROW_PEERS:
            kept.append(index)
    return kept


def _find_blue_writing(inks: Inks, taken: Pixels) -> list[PageRegion]:
    """Return what is written in blue on a page printed in black: rows of blue ink that is no signature."""
    blue = int((inks.blue > 0).sum())
    if blue == 0 or blue > MAX_BLUE_SHARE * (blue + int((inks.dark > 0).sum())):
        return []
    rest = as_pixels(cv2.subtract(inks.blue, taken))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (round(inks.mm(5)) | 1, round(inks.mm(1)) | 1))
    joined = as_pixels(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, kernel))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for index in range(1, len(stats)):
        box = _box(stats, index)
        ink_px = int((rest[box.top : box.bottom, box.left : box.right] > 0).sum())
        if ink_px >= MIN_BLUE_MM2 * inks.mm(1) ** 2 and box.height >= inks.mm(2):
            found.append(PageRegion(RegionKind.HANDWRITING, box, 0.5))
    return found


def _box(stats: NDArray[np.int32], index: int) -> BoxPx:
    left, top, width, height = (int(value) for value in stats[index, :4])
    return BoxPx(left, top, left + width, top + height)


def _group(boxes: list[BoxPx], gap_px: float) -> list[list[int]]:
    """Return the boxes' numbers in groups of which each box is near another one."""
    groups: list[list[int]] = []
    for number, box in enumerate(boxes):
        near = [group for group in groups if any(_gap(box, boxes[other]) <= gap_px for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([number, *(other for group in near for other in group)])
    return groups


def _gap(one: BoxPx, other: BoxPx) -> int:
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)
