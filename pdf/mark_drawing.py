"""Draw the visible mark: its lines in an embedded serif, 10 pt, upright and black, and beside them a QR code.

It is drawn with reportlab, since pyHanko's own text stamp breaks PDF/A (glyph widths, ISO 19005-2, 6.2.11.5). The code is drawn
as rectangles, at error level M (ISO/IEC 18004), each module wide enough for a print that is scanned at 200 dpi.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont as FontToolsFont
from fontTools.ttLib import TTLibError
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from dossiers.errors import ConfigurationError
from pdf.mark_text import MarkText

_TIME_LETTERS = "0123456789-:+T/ "  # of every mark, so that one font serves many
_POSTSCRIPT_NAME = 6  # OpenType, name identifiers
_SIZE_PT = 10
_LEADING_PT = 11.5
_DESCENT_PT = 2.5
_WIDEST_PT = 230.0
_NARROWEST_PT = 60.0
_MODULE_PT = 1.15  # 0.41 mm: three dots of a scan at 200 dpi
_QUIET_MODULES = 4
_GAP_PT = 4.0


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A mark as a PDF of one page, and its size in points."""

    pdf: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Code:
    """A QR code: the runs of dark modules as (row, first column, length), rows from the top."""

    runs: tuple[tuple[int, int, int], ...]
    modules: int

    @property
    def size_pt(self) -> float:
        return (self.modules + 2 * _QUIET_MODULES) * _MODULE_PT


def draw_mark(mark: MarkText, filled: Sequence[str], room_pt: float) -> DrawnMark:
    """Draw a mark that is at most ``room_pt`` wide where its words allow; the code stands right of them, or below.

    Raises ``ConfigurationError`` for a missing font, a character that it lacks, or an address too long for a code.
    """
    font = _register_font(mark.font_path, "".join(sorted({*_TIME_LETTERS, *"".join(filled)})))
    code = _make_code(mark.link) if mark.link else None
    beside = room_pt - (code.size_pt + _GAP_PT if code else 0.0)
    is_beside = code is not None and beside >= _NARROWEST_PT
    lines = _wrap(filled, font, min(_WIDEST_PT, beside if is_beside or code is None else room_pt))
    text_width = max((pdfmetrics.stringWidth(line, font, _SIZE_PT) for line in lines), default=0.0) + 2
    text_height = _LEADING_PT * len(lines) + _DESCENT_PT
    width, height, code_top = text_width, text_height, 0.0
    if code is not None and is_beside:
        width, height = text_width + _GAP_PT + code.size_pt, max(text_height, code.size_pt)
    elif code is not None:
        width, height, code_top = max(text_width, code.size_pt), text_height + code.size_pt, text_height
    size = int(width) + 1, int(height) + 1
    return DrawnMark(_draw(lines, font, code, code_top, size), *size)


def _draw(lines: Sequence[str], font: str, code: _Code | None, code_top: float, size: tuple[int, int]) -> bytes:
    """Draw the lines from the top left, and the code at the right, ``code_top`` below the top."""
    width, height = size
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1, initialFontName=font, initialFontSize=_SIZE_PT)
    canvas.setFont(font, _SIZE_PT)
    for number, line in enumerate(lines, start=1):
        canvas.drawString(1, height - _LEADING_PT * number + (_LEADING_PT - _SIZE_PT), line)
    if code is not None:
        left, top = width - code.size_pt, height - code_top
        for row, column, length in code.runs:
            x, y = left + (column + _QUIET_MODULES) * _MODULE_PT, top - (row + 1 + _QUIET_MODULES) * _MODULE_PT
            canvas.rect(x, y, length * _MODULE_PT, _MODULE_PT, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _make_code(link: str) -> _Code:
    code = QRCode(None, QRErrorCorrectLevel.M)
    try:
        code.addData(QR8bitByte(link))
        code.make()
    except (ValueError, IndexError) as error:
        raise ConfigurationError(detail=f"the mark's verification address is too long for a QR code: {len(link)}") from error
    count = code.getModuleCount()
    runs: list[tuple[int, int, int]] = []
    for row in range(count):
        column = 0
        while column < count:
            length = 0
            while column + length < count and code.isDark(row, column + length):
                length += 1
            if length:
                runs.append((row, column, length))
            column += length or 1
    return _Code(tuple(runs), count)


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


def _wrap(lines: Sequence[str], font: str, width_pt: float) -> list[str]:
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    missing = sorted({char for line in lines for char in line if ord(char) not in glyphs})
    if missing:
        raise ConfigurationError(detail=f"the mark's font has no glyph for {' '.join(missing)}")
    return [part for line in lines for part in balance(line, width_pt, lambda text: _measure(text, font))]


def _measure(text: str, font: str) -> float:
    width: float = pdfmetrics.stringWidth(text, font, _SIZE_PT)
    return width


def balance(line: str, width_pt: float, measure: Callable[[str], float]) -> list[str]:
    """Break a line into as few parts as fit, of as even a width as words allow, so that no single word is left over.

    A word that is wider than ``width_pt`` is broken within.
    """
    parts = _fill(line, width_pt, measure)
    narrowest, widest = max(map(measure, line.split()), default=0.0), width_pt
    while widest - narrowest > 1:
        middle = (narrowest + widest) / 2
        tried = _fill(line, middle, measure)
        if len(tried) <= len(parts):
            parts, widest = tried, middle
        else:
            narrowest = middle
    return parts


def _fill(line: str, width_pt: float, measure: Callable[[str], float]) -> list[str]:
    parts: list[str] = []
    current = ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        if current and measure(longer) > width_pt:
            parts.append(current)
            longer = word
        while measure(longer) > width_pt and len(longer) > 1:
            end = next((at for at in range(len(longer) - 1, 1, -1) if measure(longer[:at]) <= width_pt), 1)
            parts.append(longer[:end])
            longer = longer[end:]
        current = longer
    return [*parts, current] if current else parts
