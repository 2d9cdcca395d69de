"""What the search index takes and gives, whichever database holds it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.folding import find_words

FIELD_BREAK = "___"  # a word no text has: phrases do not reach over the end of a field
FIELD_WEIGHT, PAGE_WEIGHT = 8.0, 1.0

Forms = tuple[list[str], list[str]]
"""The words of a field or page, folded and toned."""


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document that was found. ``is_exact``: as typed, diacritics and order of words included; higher scores are better."""

    row_id: int
    score: float
    is_exact: bool


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page's words in both forms, each form with a space before, between and after them."""

    folded: str
    toned: str


def write_forms(content: str) -> Forms:
    """Return the words of a text in both forms."""
    words = list(find_words(content))
    return [word.folded for word in words], [word.toned for word in words]
