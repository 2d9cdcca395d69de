"""Seals, fan stamps and other stamps, by their red or violet ink and their shape; on a gray page by their shape alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from dossiers.page import BoxPx, PageRegion, RegionKind
from ocr.page_image import Pixels, as_pixels
from ocr.regions.inks import Inks
from ocr.regions.rings import Ring, draw_discs, find_rings
from ocr.shapes import Shapes, find_shapes, pick_shapes

# Measured: a seal covers 0.99 of its rim, and 0.84 more than just outside it; a faint one 0.6 and 0.49. Text covers up to
# 0.67 of some circle, but no more than 0.33 above its outside.
MIN_RED_COVERAGE, MIN_RED_CONTRAST = 0.5, 0.4
MIN_DARK_COVERAGE, MIN_DARK_CONTRAST = 0.58, 0.42
FADED_LEVEL = 190  # of 255: what faded red becomes on a gray page
MIN_ARC_MM = 4.5
WHOLE_SHARE = 0.9  # of the rim on the page; with less it is a fan stamp
SEAL_MARGIN_MM = 0.8
JOIN_MM = 3.0
MIN_STAMP_MM, MAX_STAMP_MM = 8.0, 90.0
MIN_CLUSTER_INK_MM2 = 6.0
MAX_PATCHES = 4  # more are a coloured ground, such as the table a receipt was photographed on
EDGE_MM = 8.0
FRAME_SHARE = 0.75
MIN_PATCH_MM = 14.0  # of a seal so patchy that its rim is not found
MAX_SEAL_FILL = 0.62  # a flag or an emblem is filled
MIN_FAN_WIDTH_MM = 4.3  # narrower ones are the shadow of the lid
MIN_ROUNDNESS = 0.6  # shorter side of a patchy stamp's box to the longer
MAX_PRINT_MM = 9.0  # letters of a printed red title are lower


@dataclass(frozen=True, slots=True)
class Stamps:
    """Seals, fan stamps and other stamps (boxes in pixels of the masks, within the page); ``discs``, the mask of round ones,
    and ``are_dark``, whether these are as black as print.
    """

    regions: tuple[PageRegion, ...]
    discs: Pixels
    are_dark: bool


def find_stamps(inks: Inks, shapes: Shapes) -> Stamps:
    """Find what was stamped on a page; ``shapes`` are those of its dark and blue ink."""
    rings = find_rings(inks.red, inks.dpi, min_coverage=MIN_RED_COVERAGE, min_contrast=MIN_RED_CONTRAST)
    is_dark = not rings
    if is_dark:
        for ink in _list_dark_masks(inks, shapes):
            rings = find_rings(ink, inks.dpi, min_coverage=MIN_DARK_COVERAGE, min_contrast=MIN_DARK_CONTRAST)
            if rings:
                break
    rings = [ring for ring in rings if _show_depth(ring, inks) >= inks.mm(MIN_FAN_WIDTH_MM)]
    found = [_describe_ring(ring, inks) for ring in rings]
    disc = draw_discs(rings, inks.flat.shape, inks.mm(SEAL_MARGIN_MM))
    patches: list[PageRegion] = []
    for ink in (inks.red, inks.blue):
        patches += _find_clusters(as_pixels(cv2.subtract(ink, disc)), inks, is_red=ink is inks.red)
    if len(patches) <= MAX_PATCHES:
        found += patches
    return Stamps(tuple(found), disc, is_dark)


def _list_dark_masks(inks: Inks, shapes: Shapes) -> Iterator[Pixels]:
    """Give masks of ink that may be a black seal's: in colour shapes higher than letters, in gray all ink and faded ink."""
    if not inks.is_colour:
        yield inks.dark
        yield as_pixels(cv2.threshold(inks.flat, FADED_LEVEL, 255, cv2.THRESH_BINARY_INV)[1])
        return
    height, width = inks.flat.shape
    left, top, wide, high = shapes.stats[:, :4].T
    is_tall = (high >= inks.mm(MIN_ARC_MM)) & (left > 1) & (top > 1) & (left + wide < width - 1) & (top + high < height - 1)
    is_tall[0] = False
    if is_tall.any():
        yield pick_shapes(shapes.labels, is_tall)


def _show_depth(ring: Ring, inks: Inks) -> float:
    """Return how much of a ring's width or height, the smaller, lies on the page."""
    height, width = inks.flat.shape
    across = min(width, ring.x + ring.radius) - max(0.0, ring.x - ring.radius)
    down = min(height, ring.y + ring.radius) - max(0.0, ring.y - ring.radius)
    return float(min(across, down))


def _describe_ring(ring: Ring, inks: Inks) -> PageRegion:
    height, width = inks.flat.shape
    reach = ring.radius + inks.mm(SEAL_MARGIN_MM)
    box = BoxPx(
        max(0, round(ring.x - reach)),
        max(0, round(ring.y - reach)),
        min(width, round(ring.x + reach) + 1),
        min(height, round(ring.y + reach) + 1),
    )
    kind = RegionKind.SEAL if ring.visible >= WHOLE_SHARE else RegionKind.FAN_STAMP
    return PageRegion(kind, box, round(min(1.0, (ring.coverage + ring.contrast) / 2), 3))


def _find_clusters(ink: Pixels, inks: Inks, *, is_red: bool) -> list[PageRegion]:
    """Return stamps among patches of coloured ink: framed ones, round patchy ones, and those on the page's side edges."""
    if not ink.any():
        return []
    side = max(3, round(inks.mm(JOIN_MM)) | 1)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    labels, stats = find_shapes(as_pixels(joined))
    found = []
    low, high = inks.mm(MIN_STAMP_MM), inks.mm(MAX_STAMP_MM)
    for index in range(1, len(stats)):
        left, top, width, height, _ = (int(value) for value in stats[index])
        if max(width, height) < low or max(width, height) > high:
            continue
        part = as_pixels(
            np.where(labels[top : top + height, left : left + width] == index, ink[top : top + height, left : left + width], 0)
        )
        box = BoxPx(left, top, left + width, top + height)
        kind = _judge_cluster(part, box, inks, is_red=is_red)
        if kind is not None:
            found.append(PageRegion(kind, box, 0.6))
    return found


def _judge_cluster(part: Pixels, box: BoxPx, inks: Inks, *, is_red: bool) -> RegionKind | None:
    if int((part > 0).sum()) < inks.mm(1) ** 2 * MIN_CLUSTER_INK_MM2:
        return None
    edge = inks.mm(EDGE_MM)
    at_side = box.left <= edge or box.right >= inks.flat.shape[1] - edge
    is_fan = inks.mm(MIN_FAN_WIDTH_MM) <= box.width <= inks.mm(30) and box.height >= inks.mm(MIN_STAMP_MM)
    if is_red and at_side and is_fan:
        return RegionKind.FAN_STAMP
    if min(box.width, box.height) < inks.mm(MIN_STAMP_MM) * 0.7:
        return None
    _, stats = find_shapes(as_pixels(cv2.dilate(part, np.ones((3, 3), np.uint8))))
    frame = (stats[1:, cv2.CC_STAT_WIDTH] >= FRAME_SHARE * box.width) & (
        stats[1:, cv2.CC_STAT_HEIGHT] >= FRAME_SHARE * box.height
    )
    fill = stats[1:, cv2.CC_STAT_AREA] / np.maximum(1, stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT])
    if (frame & (fill < 0.6)).any() and _is_frame(part):
        return RegionKind.STAMP
    is_round = min(box.width, box.height) >= MIN_ROUNDNESS * max(box.width, box.height)
    if is_red and is_round and box.height > inks.mm(MAX_PRINT_MM) and max(box.width, box.height) <= inks.mm(50):
        if int((part > 0).sum()) > MAX_SEAL_FILL * box.width * box.height:
            return RegionKind.PICTURE
        return RegionKind.SEAL if max(box.width, box.height) >= inks.mm(MIN_PATCH_MM) else None
    return None


def _is_frame(part: Pixels) -> bool:
    """Say whether ink runs along all four sides of a box, give and take a lean of some degrees."""
    height, width = part.shape
    band_x, band_y = max(2, round(0.12 * width)), max(2, round(0.16 * height))
    sides = (part[:band_y].any(axis=0), part[-band_y:].any(axis=0), part[:, :band_x].any(axis=1), part[:, -band_x:].any(axis=1))
    return all(float(side.mean()) >= 0.7 for side in sides)
