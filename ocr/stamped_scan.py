"""A scan with stamps laid over it: the scan's own pixels, and only the stamps drawn by poppler.

To draw the whole page takes twice as long, and moves the scan's pixels by fractions of one. What a stamp does to a pixel under
it is seen where it is drawn on white and on black paper: unless it blends in some odd way, the result lies between the two as
the pixel does between white and black (Porter and Duff 1984).
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from PIL import Image

from ocr.page_file import PageWriter
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.pdf_content import Rectangle
from ocr.pdf_structure import POINTS_PER_INCH, is_hidden
from ocr.poppler import Drawing, draw_pages

# What poppler draws as its appearance says, and only there.
PLAIN_KINDS = frozenset({"/Stamp", "/FreeText", "/Ink", "/Square", "/Circle", "/Line"})
MAX_STAMPS = 6
MAX_SHARE = 0.3  # of the page; more is drawn sooner in one go
MARGIN_PX = 2
TONES = (1, 0)
# Blend modes other than these: what they make of a pixel is not in between (ISO 32000-1, 11.3.5).
ODD_BLEND = re.compile(rb"/BM\s*(?!/(?:Normal|Compatible|Multiply|Screen)\b|\s)")
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


def lay_stamps(scan: Image.Image, stamps: Sequence[Stamp], page_box: Rectangle, writer: PageWriter) -> Image.Image | None:
    """Return the scan (mode L or RGB), which fills ``page_box`` (points), in colour with the stamps on it; it may be changed.

    None when they cover much of it or blend in an odd way. Raises what ``draw_pages`` raises.
    """
    stamped = scan if scan.mode == "RGB" else scan.convert("RGB")
    placed = [replace(stamp, box=_measure(stamp.box, page_box, scan.size)) for stamp in stamps]
    areas = join_overlapping([area for stamp in placed if (area := _surround(stamp.box, scan.size))])
    if sum((right - left) * (bottom - top) for left, top, right, bottom in areas) > MAX_SHARE * scan.width * scan.height:
        return None
    if not areas:
        return stamped
    with tempfile.TemporaryDirectory(prefix="sohoa-stamps-") as folder:
        path = Path(folder) / "stamps.pdf"
        _write_stamps(placed, areas, scan.height, path)
        if ODD_BLEND.search(path.read_bytes()):
            return None
        drawing = Drawing(path, 1, len(areas) * len(TONES), round(POINTS_PER_INCH))
        drawn = draw_pages(drawing, writer.name, writer.limits.render_timeout_s)
    for area, first in zip(areas, range(0, len(drawn), len(TONES)), strict=True):
        under, *on_papers = (np.asarray(image) for image in (stamped.crop(area), *drawn[first : first + len(TONES)]))
        if any(paper.shape != under.shape for paper in on_papers):
            return None
        stamped.paste(_blend(under, *on_papers), area[:2])
    return stamped


def enlarge(scan: Image.Image, size_px: tuple[int, int]) -> Image.Image:
    """Return the scan larger, in colour, as poppler draws it: pixels lie where they begin, not around their middles."""
    colours = cv2.cvtColor(np.asarray(scan.convert("RGB")), cv2.COLOR_RGB2RGBA)  # of four channels OpenCV makes short work
    matrix = np.array([[scan.width / size_px[0], 0, 0], [0, scan.height / size_px[1], 0]], np.float64)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(colours, matrix, size_px, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return Image.fromarray(as_pixels(cv2.cvtColor(large, cv2.COLOR_RGBA2RGB)))


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


def _write_stamps(stamps: Sequence[Stamp], areas: Sequence[Area], height_px: int, path: Path) -> None:
    """Write a PDF of small pages, a point a pixel: each area on paper of each tone, with the stamps that lie there."""
    with pikepdf.Pdf.new() as pdf:
        annotations = [_add_stamp(pdf, stamp) for stamp in stamps]
        for area in areas:
            left, top, right, bottom = area
            size = (right - left, bottom - top)
            own = [
                annotation
                for stamp, annotation in zip(stamps, annotations, strict=True)
                if (place := _surround(stamp.box, (right, height_px))) is not None and _overlap(place, area)
            ]
            for tone in TONES:
                page = pdf.add_blank_page()
                page.mediabox = pikepdf.Array([left, height_px - bottom, right, height_px - top])
                page.obj.Contents = pdf.make_stream(f"{tone} g {left} {height_px - bottom} {size[0]} {size[1]} re f".encode())
                page.obj.Annots = pikepdf.Array(own)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def _add_stamp(pdf: pikepdf.Pdf, stamp: Stamp) -> pikepdf.Object:
    looks = pikepdf.Dictionary(N=pdf.copy_foreign(stamp.appearance))
    name = pikepdf.Name
    return pdf.make_indirect(
        pikepdf.Dictionary(Type=name.Annot, Subtype=name.Stamp, Rect=pikepdf.Array(stamp.box), F=PRINTED, AP=looks)
    )


def _blend(scan: Pixels, on_white: Pixels, on_black: Pixels) -> Image.Image:
    """Return the scan's pixels with what was drawn on white and on black paper laid over them."""
    passing = cv2.multiply(cv2.subtract(on_white, on_black), scan, scale=1 / WHITE)
    return Image.fromarray(as_pixels(cv2.add(on_black, passing)))
