"""Lines as readers give them, for the tests of what is done with readings."""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.engine import Reading
from ocr.lines import join_words

LETTER_PX, HEIGHT_PX = 12, 30
UNSURE, SURE = 0.72, 0.97


def make_line(text: str, confidence: float = SURE, unsure: Sequence[str] = ()) -> RecognizedLine:
    """Return a line whose words have ``confidence``, those in ``unsure`` that of an unsure reader."""
    words, left = [], 0
    for part in text.split():
        box = BoxPx(left, 0, left + LETTER_PX * len(part), HEIGHT_PX)
        words.append(RecognizedWord(part, box, UNSURE if part in unsure else confidence))
        left = box.right + LETTER_PX
    return join_words(words)


def make_reading(first: str, second: str | None = None, *, unsure: Sequence[str] = (), confidence: float = SURE) -> Reading:
    """Return the two readings of a line; ``unsure`` words have a low confidence in both."""
    return Reading(make_line(first, confidence, unsure), make_line(second, confidence, unsure) if second else None)
