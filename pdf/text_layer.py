"""The invisible text over a page: each recognised word where it is printed, in reading order.

Words of one line share a baseline and a font size, so that a viewer takes them for one line; each is stretched
horizontally (``Tz``) to its box, and each space to the gap it stands for. Text is invisible (rendering mode 3,
ISO 32000-1, 9.3.6).
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from statistics import median

from dossiers.page import BoxPx, RecognizedLine, RecognizedPage
from pdf.glyphless_font import ASCENT, DESCENT, GLYPH_WIDTH, UNITS_PER_EM, CharacterCodes

FONT_RESOURCE = "SohoaText"

# Fractions of the font size. Extractors such as poppler drop a space over a gap narrower than about 0.15 and start a new
# column over one wider than 0.7 (xpdf's minWordSpacing and minColSpacing1); both would change the line's text.
_NARROWEST_GAP = 0.25
_WIDEST_GAP = 0.65
_SMALLEST_SIZE_PT = 1.0
_SAME_PLACE_PT = 0.5  # nearer to where the run before it ended, a run needs no place of its own: half of a page's numbers
_ROUGH_PT = 0.4  # what a run may end off its place: 0.14 mm; the next one makes up for it
_LEAST_STRETCH_PERCENT = 0.1


@dataclass(frozen=True, slots=True)
class _Run:
    """Text units drawn as one string from ``left`` to ``right`` (points from the left edge of the page)."""

    units: list[str]
    left: float
    right: float


def build_text_layer(page: RecognizedPage, codes: CharacterCodes, points_per_px: float) -> bytes:
    """Return the content stream of a page's text, to be drawn with the font resource ``FONT_RESOURCE``.

    The stream expects user space in points with its origin at the lower left corner of the upright page. It is empty
    when the page has no words. ``codes`` learns every character used.
    """
    height_pt = page.height_px * points_per_px
    operators = [piece for line in page.lines for piece in _draw_line(line, codes, points_per_px, height_pt)]
    if not operators:
        return b""
    return b"\n".join([b"BT 3 Tr", *operators, b"ET"])


def _draw_line(line: RecognizedLine, codes: CharacterCodes, points_per_px: float, height_pt: float) -> list[bytes]:
    words = _clean_words(line)
    if not words:
        return []
    top = height_pt - points_per_px * median(box.top for _, box in words)
    bottom = height_pt - points_per_px * median(box.bottom for _, box in words)
    size = max((top - bottom) * UNITS_PER_EM / (ASCENT - DESCENT), _SMALLEST_SIZE_PT)
    baseline = bottom - size * DESCENT / UNITS_PER_EM
    operators = [f"/{FONT_RESOURCE} {_write(size)} Tf".encode()]
    cursor = math.inf
    for run in _lay_out_runs(words, points_per_px, size):
        place = ""
        if abs(run.left - cursor) > _SAME_PLACE_PT:
            place, cursor = f" 1 0 0 1 {_write(run.left)} {_write(baseline)} Tm", round(run.left, 2)
        natural = len(run.units) * size * GLYPH_WIDTH / UNITS_PER_EM
        # What rounding took from this run is given to the next one, so that a line ends where it is printed.
        digits = 0 if 0.005 * natural <= _ROUGH_PT else 1
        stretch_percent = max(round(100 * (run.right - cursor) / natural, digits), _LEAST_STRETCH_PERCENT)
        cursor += natural * stretch_percent / 100
        text = codes.encode(run.units).hex().upper()
        operators.append(f"{_write(stretch_percent)} Tz{place} <{text}> Tj".encode())
    return operators


def _write(value: float) -> str:
    """Return a number to two places, a hundredth of a point, without idle zeros: a page of words has a thousand of them."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clean_words(line: RecognizedLine) -> list[tuple[str, BoxPx]]:
    if not line.words:
        text = _clean(line.text)
        return [(text, line.bbox_px)] if text else []
    return [(text, word.bbox_px) for word in line.words if (text := _clean(word.text))]


def _clean(text: str) -> str:
    """Return the text in NFC, with runs of white space as single spaces and without what no line of text can hold."""
    kept = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cs" else char for char in text)
    kept = "".join(char if unicodedata.category(char) not in {"Cc", "Cn"} else " " for char in kept)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _lay_out_runs(words: list[tuple[str, BoxPx]], points_per_px: float, size: float) -> list[_Run]:
    runs: list[_Run] = []
    for position, (text, box) in enumerate(words):
        left, right = box.left * points_per_px, box.right * points_per_px
        right = max(right, left + 0.1 * size)
        units = list(text)
        if position + 1 == len(words):
            runs.append(_Run(_end_line(units), left, right))
            continue
        next_left = words[position + 1][1].left * points_per_px
        if next_left - right > _WIDEST_GAP * size:
            runs.append(_Run([*units[:-1], units[-1] + " "], left, next_left))
            continue
        right = max(min(right, next_left - _NARROWEST_GAP * size), left + 0.1 * size)
        runs.append(_Run(units, left, right))
        runs.append(_Run([" "], right, max(next_left, right + _NARROWEST_GAP * size)))
    return runs


def _end_line(units: list[str]) -> list[str]:
    """Guard a hyphen at the end of a line: extractors would swallow it and join the next line."""
    return [*units[:-1], "- "] if units[-1] == "-" else units
