"""Separator sheets to print: a QR code, a Code 128 and perhaps the bars of Patch T, with what to do in Vietnamese.

The sheet for another document of the same dossier bears Patch T, that for a dossier does not: were its code spoiled, the bars
would tell the wrong thing. Patch T is four bars across the leading edge, narrow, wide, narrow, wide (0.08 and 0.20 inch, 0.08
apart, 0.80 in all, at least 2 inches long); scanners with a patch detector know it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import inch, mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from dossiers.errors import ConfigurationError

_FONT = "SohoaSeparator"
_PATCH_T = (0.08, 0.20, 0.08, 0.20)  # inches
_PATCH_GAP = 0.08
_PATCH_LENGTH = 4.0
_PATCH_MARGIN = 0.3  # scanners want 0.25
_QR_MM = 80
_BAR_HEIGHT_MM = 22
_WIDEST_CODE_MM = 180


@dataclass(frozen=True, slots=True)
class SeparatorSheet:
    """One sheet: what its codes say, what people read on it, and whether it bears Patch T."""

    code: str
    title: str
    subtitle: str
    has_patch_t: bool = False


def draw_separators(sheets: Sequence[SeparatorSheet], font_path: Path) -> bytes:
    """Return a PDF with a page a sheet (A4). Raises ConfigurationError when the font cannot be used."""
    try:
        pdfmetrics.registerFont(TTFont(_FONT, str(font_path)))
    except (TTFError, OSError) as error:
        raise ConfigurationError(detail=f"the font {font_path} cannot be used: {error}") from error
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle("Tờ phân cách hồ sơ")
    for sheet in sheets:
        _draw_sheet(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_sheet(canvas: Canvas, sheet: SeparatorSheet) -> None:
    width, height = A4
    if sheet.has_patch_t:
        _draw_patch(canvas, height - _PATCH_MARGIN * inch)
    canvas.setFont(_FONT, 30)
    canvas.drawCentredString(width / 2, height - 60 * mm, "TỜ PHÂN CÁCH")
    canvas.setFont(_FONT, 22 if len(sheet.title) > 24 else 26)
    canvas.drawCentredString(width / 2, height - 75 * mm, sheet.title)
    canvas.setFont(_FONT, 14)
    canvas.drawCentredString(width / 2, height - 86 * mm, sheet.subtitle)
    _draw_qr(canvas, sheet.code, (width - _QR_MM * mm) / 2, height - 180 * mm)
    _draw_bars(canvas, sheet.code, height - 215 * mm)
    canvas.setFont(_FONT, 13)
    for row, line in enumerate(
        (
            "Đặt tờ này ngay trước giấy tờ đầu tiên, mặt có mã hướng lên như các trang khác.",
            "Tờ này không được lưu thành trang hồ sơ; dùng lại được, nhưng in lại khi mờ, nhàu.",
        )
    ):
        canvas.drawCentredString(width / 2, 40 * mm - row * 7 * mm, line)


def _draw_patch(canvas: Canvas, top: float) -> None:
    left = (A4[0] - _PATCH_LENGTH * inch) / 2
    for bar in _PATCH_T:
        canvas.rect(left, top - bar * inch, _PATCH_LENGTH * inch, bar * inch, stroke=0, fill=1)
        top -= (bar + _PATCH_GAP) * inch


def _draw_qr(canvas: Canvas, code: str, left: float, bottom: float) -> None:
    widget = qr.QrCodeWidget(code, barLevel="Q", barWidth=_QR_MM * mm, barHeight=_QR_MM * mm)
    drawing = Drawing(_QR_MM * mm, _QR_MM * mm)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, left, bottom)


def _draw_bars(canvas: Canvas, code: str, bottom: float) -> None:
    """Draw the Code 128 as wide as the sheet allows: the wider its bars, the worse a scan may be."""
    narrow = code128.Code128(code, barHeight=_BAR_HEIGHT_MM * mm, barWidth=1, quiet=1)
    wide = min(1.4, _WIDEST_CODE_MM * mm / narrow.width)
    bars = code128.Code128(code, barHeight=_BAR_HEIGHT_MM * mm, barWidth=wide, quiet=1)
    bars.drawOn(canvas, (A4[0] - bars.width) / 2, bottom)
