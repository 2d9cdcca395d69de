"""How a field is made from the words that show it."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.layout import Segment, bounds_of, mean_confidence
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord

_MARGINS = " .,:;-–—_|*'\"“”‘’`~^<>[]{}\\"


def make_field(name: str, value: str, words: Sequence[RecognizedWord], page: int, certainty: float) -> ExtractedField:
    """Make a field from ``words``, of which there is at least one.

    ``certainty``, 0 to 1, is how sure the place and the pattern are; it scales the words' own confidence.
    """
    confidence = max(0.0, min(1.0, certainty * mean_confidence(words)))
    # The Icelandic letter looks the same and is often what the reader gives.
    mended = value.replace("Ð", "Đ").replace("ð", "đ")
    return ExtractedField(name, mended, round(confidence, 3), page, bounds_of(words))


def words_in(segment: Segment, start: int, end: int) -> tuple[RecognizedWord, ...]:
    """Return the words of ``segment`` that the characters from ``start`` to ``end`` of its text touch."""
    found, position = [], 0
    for word in segment.words:
        stop = position + len(word.text)
        if position < end and stop > start:
            found.append(word)
        position = stop + 1
    return tuple(found)


def strip_marks(text: str) -> str:
    """Return ``text`` without the punctuation and specks at its ends."""
    return text.strip(_MARGINS)
