"""All regions of a page that are no print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2

from dossiers.page import Barcode, BoxPx, PageRegion, RegionKind
from ocr.lines import scale_box
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.regions.inks import Inks, separate_inks
from ocr.regions.pictures import find_pictures
from ocr.regions.shapes import box_of, group_near, unite
from ocr.regions.stamps import Stamps, find_stamps
from ocr.regions.strokes import Strokes, find_strokes
from ocr.shapes import Shapes, find_shapes

BARCODE_CONFIDENCE = 1.0
SPOT_MM = 7.0
MIN_SPOT_SHADE = 0.37  # of a spot that is ink; bold capitals reach 0.35, codes have 0.5
SPOT_REACH_MM = 12.0  # a code is dense in its middle, or at the corners that it is found by
MAX_SPOTS = 100  # more are no codes but grain


@dataclass(frozen=True, slots=True)
class PageMarks:
    """The regions of a page, boxes in its pixels, from top to bottom; and the masks they were found with.

    ``code_spots`` are boxes around what is darker than text can be, as barcodes and QR codes are, and around pictures.
    """

    regions: tuple[PageRegion, ...]
    inks: Inks
    stamps: Stamps
    strokes: Strokes
    code_spots: tuple[BoxPx, ...]


def find_marks(pixels: Pixels, dpi: int) -> PageMarks:
    """Find seals, stamps, signatures, handwriting and pictures of an upright page (gray or BGR, at ``dpi``)."""
    height, width = pixels.shape[:2]
    inks = separate_inks(pixels, dpi)
    shapes = find_shapes(as_pixels(cv2.bitwise_or(inks.dark, inks.blue)))
    stamps = find_stamps(inks, shapes)
    strokes = find_strokes(inks, _leave_out(shapes, stamps, inks))
    pictures = find_pictures(inks.gray, inks.dpi)
    apart = [
        one
        for one in (*strokes.regions, *pictures)
        if not any(_lies_in(one, stamp) and not _reaches_out(one, stamp) for stamp in stamps.regions)
    ]
    regions = [
        replace(region, bbox_px=scale_box(region.bbox_px, 1 / inks.scale, width, height))
        for region in (*stamps.regions, *apart)
    ]
    spots = tuple(scale_box(box, 1 / inks.scale, width, height) for box in _find_code_spots(inks, pictures))
    return PageMarks(_order(regions), inks, stamps, strokes, spots)


def add_barcodes(regions: Sequence[PageRegion], barcodes: Sequence[Barcode]) -> tuple[PageRegion, ...]:
    """Return the regions with those of barcodes, and without what else was found in their place."""
    codes = [PageRegion(RegionKind.BARCODE, code.bbox_px, BARCODE_CONFIDENCE) for code in barcodes]
    return _order([*(region for region in regions if not any(_lies_in(region, code) for code in codes)), *codes])


def _order(regions: Sequence[PageRegion]) -> tuple[PageRegion, ...]:
    return tuple(sorted(regions, key=lambda region: (region.bbox_px.top, region.bbox_px.left, region.kind)))


def _leave_out(shapes: Shapes, stamps: Stamps, inks: Inks) -> Shapes:
    """Return the shapes of ink without that of black seals."""
    if not (stamps.are_dark and cv2.countNonZero(stamps.discs)):
        return shapes
    return find_shapes(as_pixels(cv2.subtract(cv2.bitwise_or(inks.dark, inks.blue), stamps.discs)))


def _find_code_spots(inks: Inks, pictures: Sequence[PageRegion]) -> list[BoxPx]:
    """Return boxes, apart from each other, around dense spots and pictures, with room for a code that is dense in places."""
    side = max(1, round(inks.mm(SPOT_MM)))
    ink, shade = (cv2.blur(mask, (side, side)) for mask in (cv2.bitwise_or(inks.dark, inks.blue), cv2.bitwise_not(inks.flat)))
    dense = as_pixels(cv2.threshold(cv2.max(ink, shade), int(MIN_SPOT_SHADE * WHITE), WHITE, cv2.THRESH_BINARY)[1])
    reach = round(inks.mm(SPOT_REACH_MM))
    boxes = [picture.bbox_px for picture in pictures]
    if cv2.countNonZero(dense):
        stats = find_shapes(dense).stats
        boxes += [box_of(stats, index) for index in range(1, len(stats))]
    height, width = inks.flat.shape
    if len(boxes) > MAX_SPOTS:
        return [BoxPx(0, 0, width, height)]
    around = [unite([boxes[number] for number in group]) for group in group_near(boxes, 2 * reach)]
    return [
        BoxPx(max(0, box.left - reach), max(0, box.top - reach), min(width, box.right + reach), min(height, box.bottom + reach))
        for box in around
    ]


def _lies_in(region: PageRegion, other: PageRegion) -> bool:
    x = (region.bbox_px.left + region.bbox_px.right) / 2
    y = (region.bbox_px.top + region.bbox_px.bottom) / 2
    box = other.bbox_px
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def _reaches_out(region: PageRegion, other: PageRegion) -> bool:
    """Say whether a region that lies in another one is no mere piece of it, as a signature across a seal."""
    if RegionKind.STAMP is other.kind or region.kind is RegionKind.PICTURE:
        return False
    return region.bbox_px.width >= 0.5 * other.bbox_px.width or region.bbox_px.height >= 0.5 * other.bbox_px.height
