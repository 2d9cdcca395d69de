"""The visible mark at the top right of page 1 (NĐ 30/2020, Appendix I, II.I.3): text only, 10 pt, upright, black.

The mark is the appearance of the signature field, not page content: it appears with the signature, viewers link the two,
and the OCR text of the page stays alone in its content stream. What it says is ``pdf.mark_text``, how it looks
``pdf.mark_drawing``; here is where it stands: never over ink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pdf2image
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from PIL import Image, ImageFilter

from dossiers.errors import ConfigurationError
from pdf.mark_drawing import draw_mark
from pdf.mark_text import MarkText, fill_template

# Draws page 1 in grey at a number of dots an inch; None when that cannot be done.
DrawPage = Callable[[int], Image.Image | None]

_MARGIN_RIGHT_PT = 28.35  # 10 mm
_MARGINS_TOP_PT = (11.34, 5.67)  # 4 mm: a mark of four lines ends above the 20 mm where the text of a letter begins; else 2 mm
_CLEARANCE_PT = 4.0
_LOOK_DPI = 100
_LOOK_MAX_PX = 3000
_LOOK_TIMEOUT_S = 60
_DARKEST_PAPER = 150
_INK_CONTRAST = 45
_INK_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A drawn mark and where it stands: ``box`` in points of page 1 (left, bottom, right, top).

    ``page_top_pt`` is the top of the page's MediaBox to set: higher than it was when the mark would have covered ink.
    """

    pdf: bytes
    box: tuple[int, int, int, int]
    page_top_pt: float


def place_mark(
    mark: MarkText, signed_at: datetime, draw_page: DrawPage, page_box: tuple[float, float, float, float]
) -> PlacedMark:
    """Draw the mark and find its place on page 1, whose MediaBox is ``page_box`` and which ``draw_page`` shows.

    Where the scan leaves no room at the top right, the page grows upwards and the mark stands above the scan, so that
    nothing is covered. Raises ``ConfigurationError`` for a missing font, a character that it lacks, or a bad template.
    """
    left, bottom, right, top = page_box
    margin = min(_MARGIN_RIGHT_PT, (right - left) / 10)
    drawn = draw_mark(mark, fill_template(mark, signed_at), right - left - 2 * margin)
    box_left = max(int(right - margin) - drawn.width, int(left))
    page = _LookedAt(draw_page, page_box)
    for margin_top in _MARGINS_TOP_PT:
        box_top = int(top - margin_top)
        box = (box_left, box_top - drawn.height, box_left + drawn.width, box_top)
        if box[1] >= bottom and page.is_free(box):
            return PlacedMark(drawn.pdf, box, top)
    page_top = top + int(drawn.height + _MARGINS_TOP_PT[0] + _CLEARANCE_PT) + 1
    box_top = int(page_top - _MARGINS_TOP_PT[0])
    return PlacedMark(drawn.pdf, (box_left, box_top - drawn.height, box_left + drawn.width, box_top), page_top)


class _LookedAt:
    """Page 1 as it looks, drawn once."""

    def __init__(self, draw_page: DrawPage, page_box: tuple[float, float, float, float]) -> None:
        longest_pt = max(page_box[2] - page_box[0], page_box[3] - page_box[1])
        self._page = draw_page(min(_LOOK_DPI, int(_LOOK_MAX_PX * 72 / longest_pt) or 1))
        self._page_box = page_box

    def is_free(self, box: tuple[int, int, int, int]) -> bool:
        """Say whether a part of the page, in points, and a little around it shows bare paper."""
        page, page_box = self._page, self._page_box
        if page is None:
            return False
        scale = page.width / (page_box[2] - page_box[0])
        left, bottom, right, top = (edge * scale for edge in (box[0] - page_box[0], box[1], box[2] - page_box[0], box[3]))
        reach = _CLEARANCE_PT * scale
        page_top = page_box[3] * scale
        area = (left - reach, page_top - top - reach, right + reach, page_top - bottom + reach)
        clipped = (max(area[0], 0), max(area[1], 0), min(area[2], page.width), min(area[3], page.height))
        return is_free_of_ink(page.crop((int(clipped[0]), int(clipped[1]), int(clipped[2]), int(clipped[3]))))


def is_free_of_ink(area: Image.Image) -> bool:
    """Say whether a grey picture shows bare, light paper; single specks count as paper."""
    histogram = area.filter(ImageFilter.MedianFilter(3)).histogram()
    total = sum(histogram)
    seen, paper = 0, 255
    for level, count in enumerate(histogram):
        seen += count
        if 2 * seen >= total:
            paper = level
            break
    ink = sum(histogram[: max(paper - _INK_CONTRAST, 0)])
    return paper >= _DARKEST_PAPER and ink <= _INK_SHARE * total


def render_first_page(pdf_path: Path, dpi: int) -> Image.Image | None:
    """Draw page 1 of a PDF in grey; None when poppler cannot. Raises ``ConfigurationError`` when there is no poppler."""
    try:
        pictures = pdf2image.convert_from_path(
            pdf_path, dpi=dpi, first_page=1, last_page=1, grayscale=True, timeout=_LOOK_TIMEOUT_S
        )
    except PDFInfoNotInstalledError as error:
        raise ConfigurationError(detail="poppler's pdftoppm is not installed") from error
    except (PDFPageCountError, PDFSyntaxError, PDFPopplerTimeoutError, OSError):
        return None
    return pictures[0] if pictures else None
