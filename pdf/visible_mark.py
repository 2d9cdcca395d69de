"""The visible mark at the top right of page 1 (NĐ 30/2020, Appendix I, II.I.3): text only, 10 pt, upright, black.

The mark is the appearance of the signature field, not page content: it appears with the signature, viewers link the two,
and the OCR text of the page stays alone in its content stream. It is drawn with reportlab in an embedded serif, since
pyHanko's own text stamp breaks PDF/A (glyph widths, ISO 19005-2, 6.2.11.5).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from string import Formatter

import pdf2image
from fontTools import subset
from fontTools.ttLib import TTFont as FontToolsFont
from fontTools.ttLib import TTLibError
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from PIL import Image, ImageFilter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from dossiers.errors import ConfigurationError

VIETNAM_TIME = timezone(timedelta(hours=7))
DEFAULT_FONT = Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf")
DEFAULT_TEMPLATE = "{form}\n{agency}\n{person}\n{time}"

# Draws page 1 in grey at a number of dots an inch; None when that cannot be done.
DrawPage = Callable[[int], Image.Image | None]

_FIELDS = {"form", "agency", "person", "time"}
_TIME_LETTERS = "0123456789-:+T "  # of every mark, so that one font serves many
_POSTSCRIPT_NAME = 6  # OpenType, name identifiers
_SIZE_PT = 10
_LEADING_PT = 11.5
_DESCENT_PT = 2.5
_MARGIN_RIGHT_PT = 28.35  # 10 mm
_MARGIN_TOP_PT = 11.34  # 4 mm: a mark of four lines ends above the 20 mm where the text of a letter begins
_WIDEST_PT = 230.0
_CLEARANCE_PT = 4.0
_LOOK_DPI = 100
_LOOK_MAX_PX = 3000
_LOOK_TIMEOUT_S = 60
_DARKEST_PAPER = 150
_INK_CONTRAST = 45
_INK_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class MarkText:
    """What the mark says. ``template`` has one line a line and may use {form}, {agency}, {person} and {time}.

    {time} is the signing time in ISO 8601 at +07:00. Lines that are empty once filled are left out.
    """

    form: str
    agency: str
    person: str
    template: str = DEFAULT_TEMPLATE
    font_path: Path = DEFAULT_FONT


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A drawn mark and where it stands: ``box`` in points of page 1 (left, bottom, right, top).

    ``page_top_pt`` is the top of the page's MediaBox to set: higher than it was when the mark would have covered ink.
    """

    pdf: bytes
    box: tuple[int, int, int, int]
    page_top_pt: float


def fill_template(mark: MarkText, signed_at: datetime) -> list[str]:
    """Return the mark's lines. Raises ``ConfigurationError`` for a template with anything but the four names."""
    values = {"form": mark.form, "agency": mark.agency, "person": mark.person}
    values = {name: " ".join(value.split()) for name, value in values.items()}
    values["time"] = signed_at.astimezone(VIETNAM_TIME).isoformat(timespec="seconds")
    try:
        parts = list(Formatter().parse(mark.template))
    except ValueError as error:
        raise ConfigurationError(detail=f"the mark's template is malformed: {error}") from error
    for _, name, specification, conversion in parts:
        if name is not None and (name not in _FIELDS or specification or conversion):
            raise ConfigurationError(detail=f"the mark's template may use {sorted(_FIELDS)} only, not {{{name}}}")
    filled = mark.template.format_map(values)
    return [line.strip() for line in filled.splitlines() if line.strip()]


def place_mark(
    mark: MarkText, signed_at: datetime, draw_page: DrawPage, page_box: tuple[float, float, float, float]
) -> PlacedMark:
    """Draw the mark and find its place on page 1, whose MediaBox is ``page_box`` and which ``draw_page`` shows.

    Where the scan leaves no room at the top right, the page grows upwards and the mark stands above the scan, so that
    nothing is covered. Raises ``ConfigurationError`` for a missing font, a character that it lacks, or a bad template.
    """
    left, bottom, right, top = page_box
    filled = fill_template(mark, signed_at)
    font = _register_font(mark.font_path, "".join(sorted({*_TIME_LETTERS, *"".join(filled)})))
    margin = min(_MARGIN_RIGHT_PT, (right - left) / 10)
    lines = _wrap(filled, font, min(_WIDEST_PT, right - left - 2 * margin))
    width = max((pdfmetrics.stringWidth(line, font, _SIZE_PT) for line in lines), default=0.0)
    width, height = int(width + 2), int(_LEADING_PT * len(lines) + _DESCENT_PT)
    box_left = max(int(right - margin) - width, int(left))
    box_top = int(top - _MARGIN_TOP_PT)
    page_top = top
    if box_top - height < bottom or not _is_free(draw_page, page_box, (box_left, box_top - height, box_left + width, box_top)):
        page_top = top + int(height + _MARGIN_TOP_PT + _CLEARANCE_PT) + 1
        box_top = int(page_top - _MARGIN_TOP_PT)
    box = (box_left, box_top - height, box_left + width, box_top)
    return PlacedMark(_draw(lines, font, width, height), box, page_top)


def _register_font(path: Path, letters: str) -> str:
    digest = hashlib.sha256(f"{path}\n{letters}".encode()).hexdigest()[:12]
    name = f"SohoaMark-{digest}"
    if name not in pdfmetrics.getRegisteredFontNames():
        try:
            pdfmetrics.registerFont(TTFont(name, _take_letters(path, letters, digest), asciiReadable=False))
        except (TTFError, TTLibError, OSError) as error:
            raise ConfigurationError(
                detail=f"the mark's font {path} cannot be read; install fonts-liberation2 or set another"
            ) from error
    return name


def _take_letters(path: Path, letters: str, digest: str) -> io.BytesIO:
    """Return a font of these letters alone, without hints for coarse screens: a third of what reportlab would embed."""
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[1, 2, 4, _POSTSCRIPT_NAME], glyph_names=False, notdef_outline=True
    )
    options.drop_tables = [*options.drop_tables, "FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    small = io.BytesIO()
    with FontToolsFont(path, lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        for record in font["name"].names:
            if record.nameID == _POSTSCRIPT_NAME:  # by which reportlab would take two sets of letters for one font
                record.string = f"{record.toUnicode()}-{digest}"
        font.save(small)
    small.seek(0)
    return small


def _wrap(lines: list[str], font: str, width_pt: float) -> list[str]:
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    missing = sorted({char for line in lines for char in line if ord(char) not in glyphs})
    if missing:
        raise ConfigurationError(detail=f"the mark's font has no glyph for {' '.join(missing)}")
    wrapped: list[str] = []
    for line in lines:
        current = ""
        for word in line.split():
            longer = f"{current} {word}".strip()
            if current and pdfmetrics.stringWidth(longer, font, _SIZE_PT) > width_pt:
                wrapped.append(current)
                longer = word
            current = longer
        wrapped.append(current)
    return wrapped


def _draw(lines: list[str], font: str, width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1, initialFontName=font, initialFontSize=_SIZE_PT)
    canvas.setFont(font, _SIZE_PT)
    for number, line in enumerate(lines, start=1):
        canvas.drawString(1, height - _LEADING_PT * number + (_LEADING_PT - _SIZE_PT), line)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _is_free(draw_page: DrawPage, page_box: tuple[float, float, float, float], box: tuple[int, int, int, int]) -> bool:
    longest_pt = max(page_box[2] - page_box[0], page_box[3] - page_box[1])
    page = draw_page(min(_LOOK_DPI, int(_LOOK_MAX_PX * 72 / longest_pt) or 1))
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
