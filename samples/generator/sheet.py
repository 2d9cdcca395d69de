"""One upright page: a picture in millimetres and the text lines that stand on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from dossiers.page import BoxPx
from samples.generator.fonts import SERIF, load_font

INK = (22, 22, 26)
A4_MM = (210.0, 297.0)
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look; ``size_pt`` in points."""

    size_pt: float = 13.5
    bold: bool = False
    italic: bool = False
    family: str = SERIF
    colour: Colour = INK


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One printed line of the ground truth, its box in pixels of the upright page."""

    text: str
    bbox_px: BoxPx


class Sheet:
    """A page under the pen. Lengths are in millimetres from the top left; ``dpi`` is the scan's."""

    def __init__(self, dpi: int, size_mm: tuple[float, float] = A4_MM, paper: Colour = (255, 255, 255)) -> None:
        self.dpi = dpi
        self.size_mm = size_mm
        self.image = Image.new("RGB", (round(size_mm[0] * dpi / 25.4), round(size_mm[1] * dpi / 25.4)), paper)
        self.pen = ImageDraw.Draw(self.image)
        self.lines: list[PlacedLine] = []
        self._row: list[PlacedLine] | None = None

    def px(self, length_mm: float) -> float:
        """Return ``length_mm`` in pixels."""
        return length_mm * self.dpi / 25.4

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the font of ``style`` at this page's resolution."""
        return load_font(style.family, style.size_pt * self.dpi / 72, bold=style.bold, italic=style.italic)

    def measure_mm(self, text: str, style: Style) -> float:
        """Return how wide ``text`` is set in ``style``."""
        return self.font(style).getlength(text) * 25.4 / self.dpi

    def put(self, x_mm: float, y_mm: float, text: str, style: Style, *, anchor: str = "l", truth: bool = True) -> BoxPx:
        """Set one line of text with its baseline at ``y_mm``; ``anchor`` is l, m or r of ``x_mm``.

        Unless ``truth`` is False the line enters the ground truth, joined to others of an open row.
        """
        font = self.font(style)
        at = (self.px(x_mm), self.px(y_mm))
        self.pen.text(at, text, font=font, fill=style.colour, anchor=anchor + "s")
        left, top, right, bottom = self.pen.textbbox(at, text, font=font, anchor=anchor + "s")
        box = BoxPx(int(left), int(top), int(right) + 1, int(bottom) + 1)
        if truth and text.strip():
            self.record(text, box)
        return box

    def record(self, text: str, box: BoxPx) -> None:
        """Add a line to the ground truth, or a part of a line while a row is open."""
        line = PlacedLine(" ".join(text.split()), box)
        (self.lines if self._row is None else self._row).append(line)

    @contextmanager
    def row(self) -> Iterator[None]:
        """Join everything set inside into one line of the ground truth: a table row, or two entries side by side."""
        self._row = []
        yield
        parts, self._row = self._row, None
        if parts:
            box = parts[0].bbox_px
            for part in parts[1:]:
                box = box.union(part.bbox_px)
            self.lines.append(PlacedLine(" ".join(part.text for part in parts), box))

    def rule(
        self, x1_mm: float, y1_mm: float, x2_mm: float, y2_mm: float, width_mm: float = 0.25, colour: Colour = INK
    ) -> None:
        """Draw a straight rule."""
        ends = (self.px(x1_mm), self.px(y1_mm), self.px(x2_mm), self.px(y2_mm))
        self.pen.line(ends, fill=colour, width=max(1, round(self.px(width_mm))))

    def frame(
        self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, width_mm: float = 0.25, colour: Colour = INK
    ) -> None:
        """Draw an empty rectangle."""
        corners = (self.px(left_mm), self.px(top_mm), self.px(right_mm), self.px(bottom_mm))
        self.pen.rectangle(corners, outline=colour, width=max(1, round(self.px(width_mm))))

    def dots(self, x1_mm: float, x2_mm: float, y_mm: float, colour: Colour = (70, 70, 74)) -> None:
        """Draw a dotted leader on the baseline ``y_mm``; leaders are no part of the ground truth."""
        size = self.px(0.42)
        x = self.px(x1_mm)
        y = self.px(y_mm)
        while x < self.px(x2_mm) - size:
            self.pen.ellipse((x, y - size, x + size, y), fill=colour)
            x += self.px(1.14)

    def tick_box(self, x_mm: float, y_mm: float, *, ticked: bool, size_mm: float = 3.6) -> None:
        """Draw a square to tick, its foot on the baseline ``y_mm``."""
        self.frame(x_mm, y_mm - size_mm, x_mm + size_mm, y_mm, 0.3)
        if ticked:
            self.rule(x_mm + 0.5, y_mm - size_mm + 0.5, x_mm + size_mm - 0.5, y_mm - 0.5, 0.45, (30, 45, 130))
            self.rule(x_mm + 0.5, y_mm - 0.5, x_mm + size_mm - 0.5, y_mm - size_mm + 0.5, 0.45, (30, 45, 130))
