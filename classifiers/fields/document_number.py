"""Number and symbol of a document: "Số: 47/QĐ-UBND" (ND 30/2020 App. I, cell 3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from classifiers.fields.field import make_field
from classifiers.folding import fold
from classifiers.layout import Segment
from classifiers.number_line import NumberLine, read_number_line
from classifiers.reading import PageReading
from classifiers.titles import TitleMatch
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord

# Digits written by hand or stamped are read wrong more often than right: they are left out unless read very surely, and
# never pass without a person.
_NOT_PRINTED_CERTAINTY = 0.45
_LEAST_CONFIDENCE = 0.6
_LEAST_CONFIDENCE_NOT_PRINTED = 0.85
# What the reader of handwriting doubts is still a better hint for the person who looks than nothing.
_LEAST_CONFIDENCE_AS_HAND = 0.2
_LEAST_SYMBOL_CONFIDENCE = 0.25
_REACH_BELOW_TITLE = 0.09
_LABEL = re.compile(r"^\W{0,2}so\s*:")


def find_document_number(
    pages: Sequence[PageReading], known_symbols: Collection[str], title: TitleMatch | None = None
) -> list[ExtractedField]:
    """Return ``document_number`` ("47/QĐ-UBND") and ``document_symbol`` ("QĐ-UBND"), each only where it can be read.

    ``known_symbols`` are the abbreviations of the types. Contracts and certificates bear their number under ``title``.
    A number without digits ("Số:    /UBND-TTHC") gives the symbol only.
    """
    letterhead = pages[0].letterhead if pages else None
    line = read_number_line(letterhead.number, known_symbols) if letterhead and letterhead.number else None
    if line is None and pages:
        line = _find_below_title(pages[0].segments, title, known_symbols)
    if line is None:
        return []
    page = line.segment.page
    fields = []
    least = _LEAST_CONFIDENCE if line.is_printed else _LEAST_CONFIDENCE_NOT_PRINTED
    if _is_read_as_hand(line):
        least = _LEAST_CONFIDENCE_AS_HAND
    if line.number and line.value and min(word.confidence for word in line.number_words) >= least:
        words = _distinct((*line.number_words, *line.symbol_words))
        weakest = min(word.confidence for word in line.number_words)
        whole = make_field("document_number", line.value, words, page, _certainty(line, known_symbols))
        fields.append(ExtractedField(whole.name, whole.value, round(min(whole.confidence, weakest), 3), page, whole.bbox_px))
    if line.symbol:
        certainty = 0.98 if line.type_symbol in known_symbols else 0.92
        symbol = make_field("document_symbol", line.symbol, line.symbol_words, page, certainty)
        if symbol.confidence >= _LEAST_SYMBOL_CONFIDENCE:
            fields.append(symbol)
    return fields


def _find_below_title(
    segments: Sequence[Segment], title: TitleMatch | None, known_symbols: Collection[str]
) -> NumberLine | None:
    """Return the "Số: …" that stands under the title or its abstract, on the right half of the middle."""
    last = title.candidate.lines[-1] if title else None
    top, bottom = (last.top, last.bottom + _REACH_BELOW_TITLE) if last else (0.1, 0.3)
    for segment in segments:
        if top < segment.top < bottom and segment.centre_x > 0.35 and segment.width < 0.35 and _LABEL.match(fold(segment.text)):
            return read_number_line(segment, known_symbols)
    return None


def _is_read_as_hand(line: NumberLine) -> bool:
    """Say whether the digits were read anew as handwriting: their confidence is then that of their own reader."""
    return bool(line.number_words) and all(word.is_by_hand for word in line.number_words)


def _certainty(line: NumberLine, known_symbols: Collection[str]) -> float:
    if _is_read_as_hand(line):
        return 0.98 if line.type_symbol in known_symbols else 0.93
    if not line.is_printed:
        return _NOT_PRINTED_CERTAINTY
    if not line.symbol:
        return 0.85
    return 0.98 if line.type_symbol in known_symbols else 0.93


def _distinct(words: Sequence[RecognizedWord]) -> tuple[RecognizedWord, ...]:
    return tuple(dict.fromkeys(words))
