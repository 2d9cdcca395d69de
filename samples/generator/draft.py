"""A paper of one or more sheets on which text flows: wrapped, justified, broken into pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dossiers.page import BoxPx
from samples.generator.sheet import A4_MM, Sheet, Style

LINE_HEIGHT = 1.22  # of the size; NĐ 30/2020 allows single to 1.5 lines
_MARK = re.compile(r"(\*\*|__)")


@dataclass(frozen=True, slots=True)
class Margins:
    """NĐ 30/2020, Appendix I: top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm."""

    top: float = 20.0
    bottom: float = 20.0
    left: float = 30.0
    right: float = 17.0


Fragment = tuple[str, Style]


class Draft:
    """A paper being written. ``y`` is the baseline of the line written last, in millimetres on the last sheet."""

    def __init__(self, dpi: int, margins: Margins | None = None, size_mm: tuple[float, float] = A4_MM) -> None:
        self.dpi = dpi
        self.margins = margins or Margins()
        self.size_mm = size_mm
        self.sheets = [Sheet(dpi, size_mm)]
        self.y = self.margins.top

    @property
    def sheet(self) -> Sheet:
        """The sheet being written on."""
        return self.sheets[-1]

    @property
    def left(self) -> float:
        return self.margins.left

    @property
    def right(self) -> float:
        return self.size_mm[0] - self.margins.right

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def turn_page(self) -> None:
        """Begin the next sheet, with its number centred in the top margin (NĐ 30/2020, App. I)."""
        self.sheets.append(Sheet(self.dpi, self.size_mm))
        self.sheet.put(self.size_mm[0] / 2, 14, str(len(self.sheets)), Style(13), anchor="m")
        self.y = self.margins.top

    def need(self, height_mm: float) -> None:
        """Begin the next sheet unless ``height_mm`` is left on this one."""
        if self.y + height_mm > self.size_mm[1] - self.margins.bottom:
            self.turn_page()

    def skip(self, height_mm: float) -> None:
        """Leave some room."""
        self.y += height_mm

    def step(self, size_pt: float) -> None:
        """Go to the baseline of the next line of ``size_pt``, on a new sheet when this one is full."""
        height = size_pt * LINE_HEIGHT * 25.4 / 72
        self.need(height)
        self.y += height

    def centre(self, text: str, style: Style, x_mm: float | None = None) -> None:
        """Write one centred line."""
        self.step(style.size_pt)
        self.sheet.put(self.middle if x_mm is None else x_mm, self.y, text, style, anchor="m")

    def paragraph(
        self, text: str, style: Style | None = None, *, indent_mm: float = 10.0, after_mm: float = 1.6, hang_mm: float = 0.0
    ) -> None:
        """Write a justified paragraph; ``**`` switches bold and ``__`` italic."""
        style = style or Style()
        words = _split_words(text, style)
        rows = self._wrap(words, indent_mm, hang_mm)
        for number, row in enumerate(rows):
            self.step(style.size_pt)
            start = self.left + (indent_mm if number == 0 else hang_mm)
            self._set_row(row, start, justify=number < len(rows) - 1)
        self.y += after_mm

    def _wrap(self, words: list[list[Fragment]], indent_mm: float, hang_mm: float) -> list[list[list[Fragment]]]:
        rows: list[list[list[Fragment]]] = [[]]
        used = indent_mm
        for word in words:
            width = self._width(word)
            gap = self.sheet.measure_mm(" ", word[0][1]) if rows[-1] else 0.0
            if rows[-1] and used + gap + width > self.right - self.left:
                rows.append([])
                used, gap = hang_mm, 0.0
            rows[-1].append(word)
            used += gap + width
        return rows

    def _width(self, word: list[Fragment]) -> float:
        return sum(self.sheet.measure_mm(text, style) for text, style in word)

    def _set_row(self, row: list[list[Fragment]], start_mm: float, *, justify: bool) -> None:
        widths = [self._width(word) for word in row]
        gap = self.sheet.measure_mm(" ", row[0][0][1])
        if justify and len(row) > 1:
            gap = (self.right - start_mm - sum(widths)) / (len(row) - 1)
        x = start_mm
        box: BoxPx | None = None
        for word, width in zip(row, widths, strict=True):
            at = x
            for text, style in word:
                part = self.sheet.put(at, self.y, text, style, truth=False)
                box = part if box is None else box.union(part)
                at += self.sheet.measure_mm(text, style)
            x += width + gap
        if box is not None:
            self.sheet.record(" ".join("".join(text for text, _ in word) for word in row), box)


def _split_words(text: str, style: Style) -> list[list[Fragment]]:
    words: list[list[Fragment]] = [[]]
    for piece in _MARK.split(text):
        if piece == "**":
            style = replace(style, bold=not style.bold)
        elif piece == "__":
            style = replace(style, italic=not style.italic)
        else:
            parts = piece.split(" ")
            for number, part in enumerate(parts):
                if number:
                    words.append([])
                if part:
                    words[-1].append((part, style))
    return [word for word in words if word]
