"""The door: read what was written or stamped into a page's header, and put it into the page's lines.

What the reader of print made of it stays beside the new text (``raw_text``). Print is left alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.handwriting.anchors import Gap, find_gaps, join_pieces
from ocr.handwriting.cells import Cell, Ink, cut_gap_row, find_cell, trust_read
from ocr.handwriting.digits import DAYS, MONTHS, DigitReading, read_digits
from ocr.handwriting.metrics import strip_marks
from ocr.handwriting.row import Row
from ocr.handwriting.swallowed import place_month_word
from ocr.lines import join_words
from ocr.page_image import Pixels

DOUBT_CEILING = 0.6  # a reading that is not sure never says more, so that a person looks
SURE_PRINT_CONFIDENCE = 0.9
DISPUTE_CONFIDENCE = 0.75  # what is written by hand is read as print with at most 0.6 (docs/handwriting.md)
AGREEMENT_SHARE = 0.3  # of the doubt stays when the reader of print read the same digits
_ALLOWED = {"day": DAYS, "month": MONTHS}
_WORDS = {"day": ("ngày", "tháng"), "month": ("tháng", "năm")}


@dataclass(frozen=True, slots=True)
class CellReading:
    """A header cell (``number``, ``day`` or ``month``), what it holds, and for written ones what was read."""

    kind: str
    ink: Ink
    bbox_px: BoxPx
    text: str
    confidence: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """The page's lines with the cells put in; the cells; and the boxes of what is written by hand or stamped."""

    lines: tuple[RecognizedLine, ...]
    cells: tuple[CellReading, ...]
    regions_px: tuple[BoxPx, ...]


def read_header_cells(pixels: Pixels, lines: Sequence[RecognizedLine]) -> HeaderReading:
    """Read number, day and month in the header of an upright, level page (uint8, gray or BGR) with its recognized lines.

    The lines' boxes are in pixels of ``pixels``. A page without such a header comes back as it was. A word that was read here
    has the calibrated confidence of its reading, at most DOUBT_CEILING when not sure.
    """
    height, width = pixels.shape[:2]
    joined = join_pieces(lines, width, height)
    gaps = _settle_gaps(pixels, find_gaps(joined, width, height))
    rows: dict[tuple[int, bool], Row] = {}  # day and month stand on one
    for gap in gaps:
        if (key := _row_key(gap)) not in rows:
            rows[key] = cut_gap_row(pixels, gap)
    cells = [find_cell(pixels, gap, rows[_row_key(gap)]) for gap in gaps]
    readings = [_read_cell(cell) for cell in cells]
    written = [(cell, reading) for cell, reading in zip(cells, readings, strict=True) if reading.text]
    mended = joined
    for line in {id(cell.gap.line): cell.gap.line for cell, _ in written}.values():
        own = [(cell, reading) for cell, reading in written if cell.gap.line is line]
        new = _mend_line(line, own)
        mended = tuple(new if other is line else other for other in mended)
    regions = tuple(reading.bbox_px for reading in readings if reading.ink is Ink.WRITTEN)
    # Pieces of a line are only joined for good when something was read between them.
    return HeaderReading(mended if written else tuple(lines), tuple(readings), regions)


def _row_key(gap: Gap) -> tuple[int, bool]:
    return id(gap.line), gap.kind == "number"


def _settle_gaps(pixels: Pixels, gaps: list[Gap]) -> list[Gap]:
    """Find the word between day and month where the reader swallowed it."""
    dates = {gap.kind: gap for gap in gaps}
    if "month" not in dates or dates["month"].before.is_whole:
        return gaps
    placed = place_month_word(pixels, dates["day"], dates["month"])
    return [gap for gap in gaps if gap.kind == "number"] + list(placed)


def _read_cell(cell: Cell) -> CellReading:
    if cell.ink is not Ink.WRITTEN:
        return CellReading(cell.kind, cell.ink, cell.bbox_px, "", 0.0, is_sure=False)
    reading = read_digits(cell.darkness, cell.least_height_px, _ALLOWED.get(cell.kind))
    if reading.text and re.sub(r"\D", "", cell.gap.read) == reading.text:
        reading = DigitReading(reading.text, 1 - (1 - reading.confidence) * AGREEMENT_SHARE)
    is_disputed = _is_disputed(cell, reading.text)
    if is_disputed and not (cell.has_sure_edges and reading.is_sure):
        # Print next to a slash that was not found where it should be, or with the other side of the sheet shining through.
        return CellReading(cell.kind, Ink.PRINTED, cell.bbox_px, "", 0.0, is_sure=False)
    is_sure = reading.is_sure and cell.has_sure_edges and not is_disputed
    confidence = reading.confidence if is_sure else min(reading.confidence, DOUBT_CEILING)
    is_print_surer = is_disputed and trust_read(cell.gap) >= SURE_PRINT_CONFIDENCE
    text = _strip_read(cell) if is_print_surer else reading.text
    return CellReading(cell.kind, cell.ink, cell.bbox_px, text, round(confidence, 4), is_sure)


def _is_disputed(cell: Cell, text: str) -> bool:
    """Say whether the reader of print read other digits there, and was sure of them."""
    read = _strip_read(cell)
    return read.isdecimal() and read != text and trust_read(cell.gap) >= DISPUTE_CONFIDENCE


def _strip_read(cell: Cell) -> str:
    return cell.gap.read.strip(" .,")


def _mend_line(line: RecognizedLine, written: list[tuple[Cell, CellReading]]) -> RecognizedLine:
    """Put the readings in place of what stood between their anchors; words that reached into a gap are cut."""
    cuts = sorted({0, len(line.text), *itertools.chain(*((c.gap.before.end, c.gap.after.start) for c, _ in written))})
    spans = {(cell.gap.before.end, cell.gap.after.start): reading for cell, reading in written}
    words: list[RecognizedWord] = []
    done: set[tuple[int, int]] = set()
    for start, end in [*itertools.pairwise(cuts), *((at, at) for at in cuts)]:
        if (start, end) in spans and (start, end) not in done:
            reading = spans[start, end]
            raw = line.text[start:end].strip()
            words.append(RecognizedWord(reading.text, reading.bbox_px, reading.confidence, raw, is_by_hand=True))
            done.add((start, end))
        elif start < end:
            words.extend(_cut_words(line, start, end, written))
    return join_words(sorted(words, key=lambda word: word.bbox_px.left))


def _cut_words(line: RecognizedLine, start: int, end: int, written: list[tuple[Cell, CellReading]]) -> list[RecognizedWord]:
    """Return the words of a span of the line's text; what is cut off, or a misread word of a date, is mended."""
    position, found = 0, []
    cells, readings = [cell for cell, _ in written], [reading for _, reading in written]
    for word in line.words:
        first, last = max(start, position), min(end, position + len(word.text))
        text = line.text[first:last].strip()
        if first < last and text:
            left, right = word.bbox_px.left, word.bbox_px.right
            for cell in cells:
                if cell.gap.before.end == last and last < position + len(word.text):
                    right = min(right, cell.bbox_px.left)
                if cell.gap.after.start == first and first > position:
                    left = max(left, cell.bbox_px.right)
            box = BoxPx(left, word.bbox_px.top, max(left + 1, right), word.bbox_px.bottom)
            name = next((name for cell in cells if (name := _name_anchor(cell, first, last))), text)
            name = name if strip_marks(name).lower() != strip_marks(text).lower() else text
            if name == word.text:
                found.append(replace(word, bbox_px=box))
            else:
                sure = min(reading.confidence for reading in readings) if name != text else 0.0
                found.append(RecognizedWord(name, box, max(word.confidence, sure), word.text))
        position += len(word.text) + 1
    return found


def _name_anchor(cell: Cell, first: int, last: int) -> str | None:
    """Return the printed word of a date that stands at a span, when the span is that of one of the cell's anchors."""
    for name, anchor in zip(_WORDS.get(cell.kind, ()), (cell.gap.before, cell.gap.after), strict=False):
        if (anchor.start, anchor.end) == (first, last):
            return name
    return None
