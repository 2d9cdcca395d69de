"""Show where a document was found: the best page and a few of its words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.folding import Word, find_words
from catalog.fts_words import PageWords
from catalog.query import Query, Term
from dossiers.codes import find_dossier_spans

SNIPPET_LETTERS = 160
_ELLIPSIS = "…"
_BEFORE_MATCH_LETTERS = 40
_MASK = "•"
_KEPT_DIGITS = 3
# 12 or 9 digits and no more: in one run, set apart by blanks, or by dots and dashes when they begin with 0 (money does not).
_PERSONAL_ID = re.compile(
    r"(?<![0-9])(?:[0-9]{12,}|[0-9]{9}"
    r"|[0-9](?:[ \u00a0]?[0-9]){8}(?:(?:[ \u00a0]?[0-9]){3})?"
    r"|0(?:[ .\u00a0-]?[0-9]){8}(?:(?:[ .\u00a0-]?[0-9]){3})?"
    r")(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text on one line. ``highlights`` are (start, end) in it, in order and apart."""

    text: str
    highlights: tuple[tuple[int, int], ...]


def mask_personal_ids(text: str) -> str:
    """Return the text with runs of 9, or of 12 and more, digits masked but for the last three; its length stays the same.

    A longer run may hold an ID number, as the machine-readable lines on a card do. Dossier numbers stay as they are: they
    hold as many digits, and a clerk goes by them.
    """
    pieces, position = [], 0
    for start, end in find_dossier_spans(text):
        pieces += [_PERSONAL_ID.sub(_mask, text[position:start]), text[start:end]]
        position = end
    return "".join([*pieces, _PERSONAL_ID.sub(_mask, text[position:])])


def choose_page(pages: Sequence[PageWords], query: Query) -> int | None:
    """Return the index of the page to show, or None when no page has any term.

    A page that has the query as typed goes before others, then one with more of the terms, then the earlier.
    """
    best: int | None = None
    best_rank = (False, 0)
    for index, page in enumerate(pages):
        found = sum(_spell(term.folded, term.is_prefix) in page.folded for term in query.terms)
        if found == 0:
            continue
        exact = all(_spell(phrase.toned, phrase.is_prefix) in page.toned for phrase in query.phrases)
        if (exact, found) > best_rank:
            best, best_rank = index, (exact, found)
    return best


def cut_snippet(text: str, query: Query, letters: int = SNIPPET_LETTERS) -> Snippet:
    """Return about so many letters of a text, around the place with most of the query's terms, ID numbers masked."""
    words = list(find_words(text))
    spans = _find_spans(words, query)
    shown = _flatten(mask_personal_ids(text))
    start = _choose_start(spans, letters)
    start, end = _snap_to_words(words, start, start + letters, len(shown))
    head = _ELLIPSIS if shown[:start].strip() else ""
    tail = _ELLIPSIS if shown[end:].strip() else ""
    shift = len(head) - start
    inside = tuple((first + shift, last + shift) for first, last, _ in _merge(spans) if first >= start and last <= end)
    return Snippet(head + shown[start:end].rstrip() + tail, inside)


def _mask(found: re.Match[str]) -> str:
    digits = found.group()
    kept = [index for index, letter in enumerate(digits) if letter.isdigit()][-_KEPT_DIGITS]
    return "".join(_MASK if letter.isdigit() else letter for letter in digits[:kept]) + digits[kept:]


def _spell(words: Sequence[str], is_prefix: bool) -> str:
    return f" {' '.join(words)}" if is_prefix else f" {' '.join(words)} "


def _find_spans(words: Sequence[Word], query: Query) -> list[tuple[int, int, int]]:
    """Return (start, end, which term) of every place of every term, by start."""
    spans = [
        (words[index].start, words[index + len(term.folded) - 1].end, number)
        for number, term in enumerate(query.terms)
        for index in range(len(words) - len(term.folded) + 1)
        if _stands_at(words, index, term)
    ]
    return sorted(spans)


def _stands_at(words: Sequence[Word], index: int, term: Term) -> bool:
    last = len(term.folded) - 1
    if any(words[index + offset].folded != term.folded[offset] for offset in range(last)):
        return False
    end = words[index + last].folded
    return end.startswith(term.folded[last]) if term.is_prefix else end == term.folded[last]


def _choose_start(spans: Sequence[tuple[int, int, int]], letters: int) -> int:
    best, most = 0, (0, 0)
    room = letters - _BEFORE_MATCH_LETTERS
    low_end = 0
    for index, (start, _, _) in enumerate(spans):
        low_end = max(low_end, index)
        while low_end < len(spans) and spans[low_end][1] <= start + room:
            low_end += 1
        inside = spans[index:low_end]
        rank = (len({number for _, _, number in inside}), len(inside))
        if rank > most:
            best, most = start, rank
    return max(0, best - _BEFORE_MATCH_LETTERS)


def _snap_to_words(words: Sequence[Word], start: int, end: int, length: int) -> tuple[int, int]:
    for word in words:
        if word.start < start < word.end:
            start = word.end
        if word.start < end < word.end:
            end = word.start
    return min(start, length), min(max(end, start), length)


def _merge(spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for start, end, number in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, number))
    return merged


def _flatten(text: str) -> str:
    """Return the text with line ends and control characters as blanks, so that no scan can steer a terminal."""
    return "".join(" " if letter.isspace() or unicodedata.category(letter).startswith("C") else letter for letter in text)
