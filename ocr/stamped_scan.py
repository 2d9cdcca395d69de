"""A scan with stamps laid over it: the scan's own pixels, and only where the stamps lie drawn by poppler.

To draw the whole page takes twice as long, and moves the scan's pixels by fractions of one. What is drawn is the scan around
each stamp, a pixel for a pixel, with the stamp over it: so poppler blends the two, however the stamp asks for that.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf

from ocr.page_file import PageWriter
from ocr.page_image import Pixels, as_pixels
from ocr.pdf_content import Rectangle
from ocr.pdf_structure import POINTS_PER_INCH, is_hidden
from ocr.poppler import Drawing, draw_pages
from ocr.rasterize import place_image

# What poppler draws as its appearance says, and only there.
PLAIN_KINDS = frozenset({"/Stamp", "/FreeText", "/Ink", "/Square", "/Circle", "/Line"})
MAX_STAMPS = 6
MAX_SHARE = 0.3  # of the page; more is drawn sooner in one go
MARGIN_PX = 2
PRINTED = 4  # a flag of annotations: shown, and printed, too

Area = tuple[int, int, int, int]  # of a scan, in pixels from its top left: left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Stamp:
    """An annotation that is drawn: its rectangle (left, bottom, right, top) on the page, in points, and its appearance."""

    box: Rectangle
    appearance: pikepdf.Stream


def list_stamps(page: pikepdf.Page) -> tuple[Stamp, ...] | None:
    """Return what is drawn over the page's content, or None where that is more than plain stamps."""
    stamps = []
    for annotation in page.obj.get("/Annots", pikepdf.Array()):
        if is_hidden(annotation):
            continue
        appearance = annotation.get("/AP", pikepdf.Dictionary()).get("/N")
        if str(annotation.get("/Subtype")) not in PLAIN_KINDS or not isinstance(appearance, pikepdf.Stream):
            return None
        if "/OC" in annotation or "/OC" in appearance:
            return None
        left, bottom, right, top = (float(edge) for edge in annotation.Rect)
        stamps.append(Stamp((min(left, right), min(bottom, top), max(left, right), max(bottom, top)), appearance))
    return tuple(stamps) if len(stamps) <= MAX_STAMPS else None


def lay_stamps(scan: Pixels, stamps: Sequence[Stamp], page_box: Rectangle, writer: PageWriter) -> bool:
    """Lay stamps over a scan (height x width x 3, blue, green, red), which fills ``page_box`` (points), in place.

    Return False when they cover so much of it that the page is drawn sooner; the scan is of no use then. Raises what
    ``draw_pages`` raises.
    """
    height, width = scan.shape[:2]
    placed = [replace(stamp, box=_measure(stamp.box, page_box, (width, height))) for stamp in stamps]
    areas = join_overlapping([area for stamp in placed if (area := _surround(stamp.box, (width, height)))])
    if sum((right - left) * (bottom - top) for left, top, right, bottom in areas) > MAX_SHARE * width * height:
        return False
    if not areas:
        return True
    with tempfile.TemporaryDirectory(prefix="sohoa-stamps-") as folder:
        path = Path(folder) / "stamps.pdf"
        _write_stamped(scan, placed, areas, path)
        drawing = Drawing(path, 1, len(areas), round(POINTS_PER_INCH))
        drawn = draw_pages(drawing, writer.name, writer.limits.render_timeout_s)
    for (left, top, right, bottom), image in zip(areas, drawn, strict=True):
        if image.size != (right - left, bottom - top):
            return False
        scan[top:bottom, left:right] = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR)
    return True


def enlarge(scan: Pixels, size_px: tuple[int, int]) -> Pixels:
    """Return the scan (blue, green, red) larger, as poppler draws it: pixels lie where they begin, not around their middles."""
    colours = cv2.cvtColor(scan, cv2.COLOR_BGR2BGRA)  # of four channels OpenCV makes short work
    matrix = np.array([[scan.shape[1] / size_px[0], 0, 0], [0, scan.shape[0] / size_px[1], 0]], np.float64)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(colours, matrix, size_px, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return as_pixels(cv2.cvtColor(large, cv2.COLOR_BGRA2BGR))


def _measure(box: Rectangle, page_box: Rectangle, size_px: tuple[int, int]) -> Rectangle:
    """Return a box on the page in pixels of the scan, from its bottom left."""
    across, down = size_px[0] / (page_box[2] - page_box[0]), size_px[1] / (page_box[3] - page_box[1])
    left, bottom, right, top = box
    return (
        (left - page_box[0]) * across,
        (bottom - page_box[1]) * down,
        (right - page_box[0]) * across,
        (top - page_box[1]) * down,
    )


def _surround(box: Rectangle, size_px: tuple[int, int]) -> Area | None:
    """Return the part of the scan on which a stamp lies; None when it lies beside the page."""
    width, height = size_px
    left, top = max(0, math.floor(box[0]) - MARGIN_PX), max(0, math.floor(height - box[3]) - MARGIN_PX)
    right, bottom = min(width, math.ceil(box[2]) + MARGIN_PX), min(height, math.ceil(height - box[1]) + MARGIN_PX)
    return (left, top, right, bottom) if left < right and top < bottom else None


def join_overlapping(areas: Sequence[Area]) -> list[Area]:
    """Return areas of which none overlaps another: those that do are put into one around them."""
    apart: list[Area] = []
    for area in areas:
        joined = area
        while met := [other for other in apart if _overlap(joined, other)]:
            apart = [other for other in apart if other not in met]
            joined = (
                min(joined[0], *(other[0] for other in met)),
                min(joined[1], *(other[1] for other in met)),
                max(joined[2], *(other[2] for other in met)),
                max(joined[3], *(other[3] for other in met)),
            )
        apart.append(joined)
    return apart


def _overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _write_stamped(scan: Pixels, stamps: Sequence[Stamp], areas: Sequence[Area], path: Path) -> None:
    """Write a PDF of small pages, a point a pixel: each area of the scan with the stamps that lie there."""
    height = scan.shape[0]
    with pikepdf.Pdf.new() as pdf:
        annotations = [_add_stamp(pdf, stamp) for stamp in stamps]
        for area in areas:
            left, top, right, bottom = area
            own = [
                annotation
                for stamp, annotation in zip(stamps, annotations, strict=True)
                if (place := _surround(stamp.box, (right, height))) is not None and _overlap(place, area)
            ]
            page = pdf.add_blank_page()
            page.mediabox = pikepdf.Array([left, height - bottom, right, height - top])
            place_image(pdf, page, _add_part(pdf, scan[top:bottom, left:right]), (left, height - bottom))
            page.obj.Annots = pikepdf.Array(own)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)


def _add_part(pdf: pikepdf.Pdf, part: Pixels) -> pikepdf.Stream:
    image = pdf.make_stream(cv2.cvtColor(part, cv2.COLOR_BGR2RGB).tobytes())
    name = pikepdf.Name
    image.Type, image.Subtype, image.ColorSpace, image.BitsPerComponent = name.XObject, name.Image, name.DeviceRGB, 8
    image.Height, image.Width = part.shape[:2]
    return image


def _add_stamp(pdf: pikepdf.Pdf, stamp: Stamp) -> pikepdf.Object:
    looks = pikepdf.Dictionary(N=pdf.copy_foreign(stamp.appearance))
    name = pikepdf.Name
    return pdf.make_indirect(
        pikepdf.Dictionary(Type=name.Annot, Subtype=name.Stamp, Rect=pikepdf.Array(stamp.box), F=PRINTED, AP=looks)
    )
