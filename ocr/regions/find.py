"""All regions of a page that are no print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dossiers.model import Barcode, PageRegion, RegionKind
from ocr.lines import scale_box
from ocr.page_image import Pixels
from ocr.regions.inks import Inks, separate_inks
from ocr.regions.pictures import find_pictures
from ocr.regions.stamps import Stamps, find_stamps
from ocr.regions.strokes import Strokes, find_strokes

BARCODE_CONFIDENCE = 1.0


@dataclass(frozen=True, slots=True)
class PageMarks:
    """The regions of a page, boxes in its pixels, from top to bottom; and the masks they were found with."""

    regions: tuple[PageRegion, ...]
    inks: Inks
    stamps: Stamps
    strokes: Strokes


def find_marks(pixels: Pixels, dpi: int, barcodes: Sequence[Barcode] = ()) -> PageMarks:
    """Find seals, stamps, signatures, handwriting and pictures of an upright page (gray or BGR, at ``dpi``).

    The page's ``barcodes`` become regions too, and nothing else is found in their place.
    """
    height, width = pixels.shape[:2]
    inks = separate_inks(pixels, dpi)
    stamps = find_stamps(inks)
    strokes = find_strokes(inks, stamps.discs if stamps.are_dark else np.zeros_like(stamps.discs))
    others = [*strokes.regions, *find_pictures(inks.gray, inks.dpi)]
    apart = [
        one for one in others if not any(_lies_in(one, stamp) and not _reaches_out(one, stamp) for stamp in stamps.regions)
    ]
    small = [*stamps.regions, *apart]
    regions = [replace(region, bbox_px=scale_box(region.bbox_px, 1 / inks.scale, width, height)) for region in small]
    codes = [PageRegion(RegionKind.BARCODE, code.bbox_px, BARCODE_CONFIDENCE) for code in barcodes]
    kept = [region for region in regions if not any(_lies_in(region, code) for code in codes)]
    ordered = sorted([*kept, *codes], key=lambda region: (region.bbox_px.top, region.bbox_px.left, region.kind))
    return PageMarks(tuple(ordered), inks, stamps, strokes)


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
