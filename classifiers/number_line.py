"""The line "Số: 47/QĐ-UBND" of a letterhead, taken apart (ND 30/2020 App. I, cell 3).

The number itself is often written by hand or stamped into a printed "Số:      /QĐ-UBND"; what is read there is seldom
right, so a number that does not stand like the print around it is marked as not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from classifiers.folding import fold
from classifiers.layout import Segment
from dossiers.page import RecognizedWord

_PLAIN = str.maketrans({"⁄": "/", "∕": "/", "Ð": "Đ", "ð": "đ", "–": "-", "—": "-", "‐": "-", "−": "-"})
_HEAD = re.compile(r"^\W{0,3}(?:luat\s+)?[s5]\W?[o0]\s*[:;.,]*\s*")
_LETTERS = r"[A-ZĐ][A-Za-zĐđ0-9&.]*"
_SYMBOL = re.compile(rf"/\s*({_LETTERS}(?:\s*-\s*{_LETTERS})*)[^A-Za-z0-9]*$")
_NUMBER = re.compile(r"(\d{1,6})(?:\s*/\s*((?:19|20)\d{2}))?\s*(?=/)")
_PARTY = re.compile(rf"(\d{{1,5}})\s*-\s*([A-ZĐ][A-Za-zĐ]{{0,4}})\s*/\s*({_LETTERS})\W*$")
_BARE = re.compile(r"(\d{1,10}|[0-9A-Z]{2,4}\d{6,9})(?:\s*/\s*((?:19|20)\d{2}))?\W*$")
_LONGEST = 120
_HAND_SIZE = 1.3
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class NumberLine:
    """What a number line says. ``number`` and ``symbol`` are empty when not readable.

    ``value`` is number and symbol as one, without blanks around the slash; ``type_symbol`` is the part that names the type
    ("QĐ"). ``is_printed`` is False when the digits look written by hand or stamped.
    """

    segment: Segment
    number: str
    symbol: str
    type_symbol: str
    value: str
    number_words: tuple[RecognizedWord, ...]
    symbol_words: tuple[RecognizedWord, ...]
    is_printed: bool


def read_number_line(segment: Segment, known_symbols: Iterable[str] = ()) -> NumberLine | None:
    """Take ``segment`` apart, or return None when it is no number line.

    ``known_symbols`` are abbreviations of types; one that was read without its stroke ("QD") is mended ("QĐ").
    """
    text = segment.text.translate(_PLAIN)
    if len(text) > _LONGEST:
        return None
    head = _HEAD.match(fold(text))
    if head is None or not (":" in head[0] or "/" in text):
        return None
    start = head.end()
    party = _PARTY.match(text, start)
    if party:
        symbol = f"{party[2]}/{party[3]}"
        return _make_line(
            segment, (party.start(1), party.end(1)), party.span(2), party[1], symbol, party[2], f"{party[1]}-{symbol}"
        )
    found = _SYMBOL.search(text, max(0, start - 1))
    if found is None:
        bare = _BARE.match(text, start)
        if bare is None:
            return None
        value = f"{bare[1]}/{bare[2]}" if bare[2] else bare[1]
        return _make_line(segment, bare.span(), (0, 0), value, "", "", value)
    symbol = _mend_symbol(_BLANKS.sub("", found[1]).rstrip("."), known_symbols)
    number = _NUMBER.fullmatch(text, start, found.start()) or _NUMBER.match(text, start)
    if number is not None and number.end() != found.start():
        number = None
    digits = "" if number is None else f"{number[1]}/{number[2]}" if number[2] else number[1]
    value = f"{digits}/{symbol}" if digits else ""
    span = number.span() if number else (0, 0)
    return _make_line(segment, span, found.span(1), digits, symbol, symbol.split("-")[0], value)


def _mend_symbol(symbol: str, known_symbols: Iterable[str]) -> str:
    """Give the type's abbreviation its strokes back where only one abbreviation is meant."""
    symbol = re.sub("ĐĐ+", "Đ", symbol)
    first, _, rest = symbol.partition("-")
    known = set(known_symbols)
    if first not in known:
        meant = [candidate for candidate in known if fold(candidate) == fold(first)]
        if len(meant) == 1:
            first = meant[0]
    return f"{first}-{rest}" if rest else first


def _make_line(
    segment: Segment,
    number_span: tuple[int, int],
    symbol_span: tuple[int, int],
    number: str,
    symbol: str,
    type_symbol: str,
    value: str,
) -> NumberLine:
    number_words = _words_in(segment, number_span)
    symbol_words = _words_in(segment, symbol_span)
    return NumberLine(
        segment,
        number,
        symbol,
        type_symbol,
        value,
        number_words,
        symbol_words,
        _is_printed(segment, number_words, symbol_words),
    )


def _words_in(segment: Segment, span: tuple[int, int]) -> tuple[RecognizedWord, ...]:
    """Return the words of ``segment`` that a span of its text touches."""
    found, position = [], 0
    for word in segment.words:
        end = position + len(word.text)
        if position < span[1] and end > span[0]:
            found.append(word)
        position = end + 1
    return tuple(found)


def _is_printed(segment: Segment, number_words: tuple[RecognizedWord, ...], symbol_words: tuple[RecognizedWord, ...]) -> bool:
    """Guess whether the digits were printed with the line: no blank before the slash, no other size than "Số"."""
    if not number_words or not symbol_words:
        return True
    if number_words[-1] not in symbol_words:
        return False
    # One word with the symbol: printed, unless it is taller than "Số:". In print it is at most as tall, accents included.
    return number_words[-1].bbox_px.height < _HAND_SIZE * max(1, segment.words[0].bbox_px.height)
