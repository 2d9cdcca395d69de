"""Where the printed words around a header cell stand, in spite of what the reader made of the handwriting between them.

Pure: works on the reader's lines alone. Edges are guesses in pixels, which the ink then corrects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from dossiers.page import RecognizedLine, RecognizedWord
from ocr.handwriting.metrics import measure, strip_marks
from ocr.lines import join_words

HEADER_SHARE = 0.36  # of the page's height: no header reaches lower
LIKENESS = 60
_SLASHES = str.maketrans({"⁄": "/", "∕": "/", "–": "-", "—": "-"})
_LABEL = re.compile(r"^\W{0,2}(?:luat\s*)?[s5]\W?[o06]\w?(?:\s?[:;.,]+)?")
_CAPITALS = r"[A-ZĐ][A-Za-zĐđƯư0-9&.]*"
_YEAR = r"(?:(?:19|20)\d{2}\s*/\s*)?"
_SYMBOL = re.compile(rf"/\s*{_YEAR}[A-ZĐ][A-Za-zĐđ]*")
_PARTY = re.compile(rf"-\s*[A-ZĐ]{{1,5}}\s*/\s*{_CAPITALS}")
_BARE_SYMBOL = re.compile(r"[A-ZĐ]{1,4}[a-z]?-[A-ZĐ]{2,}|[A-ZĐ]{3,}")
_DATE_HINT = re.compile(r"n\w{0,3}[mn]?\W{0,3}(?:19|20)\w{2}")
_LONGEST_LABEL_GAP = 40
_LONGEST_HEADER_LINE = 110  # letters; both columns of a header read as one line
_MOST_AFTER_YEAR = 3
_WIDEST_BLANK = 0.15  # of the page's width, between the pieces of a number line or a date line


@dataclass(frozen=True, slots=True)
class Anchor:
    """A printed word next to a cell: its span in the line's text, its edges in pixels, and whether the reader gave both."""

    start: int
    end: int
    left_px: int
    right_px: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A place for digits between two printed anchors, ``before`` and ``after``.

    ``words`` are the line's words from the one before to the one after; ``read`` is what the reader has between them.
    ``is_slashed`` says that ``after`` begins with the slash (or dash) of a symbol, ``is_guessed`` that an anchor was looked for
    in the ink because the reader swallowed it.
    """

    kind: str
    line: RecognizedLine
    before: Anchor
    after: Anchor
    read: str
    is_slashed: bool
    is_guessed: bool = False


def find_gaps(lines: Sequence[RecognizedLine], width_px: int, height_px: int) -> list[Gap]:
    """Return the gaps for the number, the day and the month in a page's header, each at most once."""
    head = [line for line in lines if line.words and line.bbox_px.top < HEADER_SHARE * height_px]
    number = next((gap for line in head if (gap := _find_number_gap(line, width_px))), None)
    dates = next((gaps for line in head if (gaps := _find_date_gaps(line, width_px))), [])
    return [*([number] if number else []), *dates]


def is_number_line(text: str) -> bool:
    """Say whether a line reads like "Số: … /UBND", whatever stands between: handwriting makes the reader doubt all of it."""
    plain = text.translate(_SLASHES)
    label = _LABEL.match(strip_marks(plain).lower())
    if label is None or ":" not in label[0] or len(plain) > _LONGEST_LABEL_GAP:
        return False
    return _find_symbol(plain, label.end())[1]


def join_pieces(lines: Sequence[RecognizedLine], width_px: int, height_px: int) -> tuple[RecognizedLine, ...]:
    """Join the pieces of a number line or a date line that the reader parted at the blank for the handwriting.

    Other lines, and lines that need nothing, stay as they are; a joined line stands where its first piece stood.
    """
    joined = list(lines)
    for is_number in (True, False):
        found = find_gaps(joined, width_px, height_px)
        if any((gap.kind == "number") == is_number for gap in found):
            continue
        for line in joined:
            if not line.words or line.bbox_px.top >= HEADER_SHARE * height_px:
                continue
            pieces = _collect_pieces(line, joined, width_px, is_number=is_number)
            whole = join_words([word for piece in pieces for word in piece.words])
            has_gap = _find_number_gap(whole, width_px) if is_number else _find_date_gaps(whole, width_px)
            if len(pieces) > 1 and has_gap:
                first = joined.index(line)
                joined = [whole if at == first else other for at, other in enumerate(joined) if other not in pieces[1:]]
                break
    return tuple(joined)


def _collect_pieces(
    line: RecognizedLine, lines: Sequence[RecognizedLine], width_px: int, *, is_number: bool
) -> list[RecognizedLine]:
    """Return ``line`` and those that follow it on its row and in its column of the header, from left to right."""
    pieces = [line]
    for other in sorted(lines, key=lambda item: item.bbox_px.left):
        box, last = other.bbox_px, pieces[-1].bbox_px
        overlap = min(box.bottom, last.bottom) - max(box.top, last.top)
        is_in_column = box.right <= 0.56 * width_px if is_number else line.bbox_px.left >= 0.36 * width_px
        is_next = last.left < box.left and box.left - last.right <= _WIDEST_BLANK * width_px
        if other.words and is_next and is_in_column and overlap >= 0.4 * min(box.height, last.height):
            pieces.append(other)
    return pieces


def _find_number_gap(line: RecognizedLine, width_px: int) -> Gap | None:
    text = line.text.translate(_SLASHES)
    if len(text) > _LONGEST_HEADER_LINE:
        return None
    for start in [0, *(match.end() for match in re.finditer(r"\s", text))]:
        first = _word_at(line, start)
        if first is None or first.bbox_px.left > 0.45 * width_px:
            return None
        label = _LABEL.match(strip_marks(text[start:]).lower())
        if label is None or (start > 0 and text[start] not in "Ss5"):
            continue
        rest = start + label.end()
        found, is_slashed = _find_symbol(text, rest)
        if found is None or found - rest > _LONGEST_LABEL_GAP or not (":" in label[0] or (is_slashed and start == 0)):
            continue
        end = _next_blank(text, found)
        before, after = _make_anchor(line, start, rest), _make_anchor(line, found, end)
        if after.left_px > 0.62 * width_px:
            continue
        return Gap("number", line, before, after, text[rest:found].strip(), is_slashed)
    return None


def _find_symbol(text: str, start: int) -> tuple[int | None, bool]:
    """Return where the symbol begins, and whether with its slash or dash."""
    for pattern in (_PARTY, _SYMBOL):
        match = pattern.search(text, start)
        if match:
            return match.start(), True
    bare = _BARE_SYMBOL.search(text, start)
    return (bare.start(), False) if bare else (None, False)


def _find_date_gaps(line: RecognizedLine, width_px: int) -> list[Gap]:
    text = strip_marks(line.text).lower()
    hint = _DATE_HINT.search(text)
    if hint is None or line.bbox_px.right < 0.5 * width_px or len(text) > _LONGEST_HEADER_LINE:
        return []
    if len(text) - hint.end() > _MOST_AFTER_YEAR:
        return []
    year = _find_like(text, "nam", max(0, hint.start() - 2), hint.end()) or (hint.start(), hint.start() + 3)
    month = _find_like(text, "thang", 0, year[0])
    day = _find_like(text, "ngay", 0, month[0]) if month else None
    if month is None or day is None or month[0] - day[1] > _LONGEST_LABEL_GAP:
        return []
    anchors = [_make_anchor(line, *span) for span in (day, month, year)]
    if anchors[0].left_px < 0.3 * width_px:
        return []
    pairs = zip(("day", "month"), anchors, anchors[1:], strict=False)
    return [
        Gap(kind, line, before, after, line.text[before.end : after.start].strip(), is_slashed=False)
        for kind, before, after in pairs
    ]


def _find_like(text: str, word: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the last span of ``text`` between ``start`` and ``end`` that is most like ``word``."""
    best, found = float(LIKENESS), None
    for length in (len(word), len(word) - 1, len(word) + 1):
        for at in range(start, end - length + 1):
            part = text[at : at + length]
            if " " in part.strip() or part != part.strip():
                continue
            likeness = fuzz.ratio(part, word) + (2 if at == 0 or text[at - 1] in " ," else 0)
            if likeness >= best:
                best, found = likeness, (at, at + length)
    return found


def _make_anchor(line: RecognizedLine, start: int, end: int) -> Anchor:
    """Find the edges of a span of the line's text: the words' own, or in proportion to the letters' widths."""
    position, left, right, is_whole = 0, None, line.bbox_px.right, True
    for word in line.words:
        stop = position + len(word.text)
        if stop > start and position < end:
            inner, outer = max(start, position) - position, min(end, stop) - position
            if left is None:
                left = _edge_within(word, inner)
            right = _edge_within(word, outer)
            is_whole = is_whole and inner == 0 and outer == len(word.text)
        position = stop + 1
    return Anchor(start, end, line.bbox_px.left if left is None else left, right, is_whole)


def _edge_within(word: RecognizedWord, index: int) -> int:
    """Return the pixel at which the letter ``index`` of a word begins."""
    whole = measure(word.text)
    share = measure(word.text[:index]) / whole if whole else 0.0
    return round(word.bbox_px.left + share * word.bbox_px.width)


def _word_at(line: RecognizedLine, index: int) -> RecognizedWord | None:
    position = 0
    for word in line.words:
        if position <= index < position + max(1, len(word.text)):
            return word
        position += len(word.text) + 1
    return None


def _next_blank(text: str, start: int) -> int:
    """Return the end of the symbol that begins at ``start``; a blank after its slash does not end it."""
    match = re.compile(r"[/-]?\s*\S+").match(text, start)
    return match.end() if match else len(text)
