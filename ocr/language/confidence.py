"""How likely a chosen word is right: a logistic model of what is known of it. Pure.

Its coefficients are fitted by ``python -m training.confidence`` on drawn pages of held-out text, so that of the words rated
0.9 nine in ten are right (docs/ocr.md has the reliability table).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ocr.language.combine import Slot
from ocr.language.ngrams import NgramModel
from ocr.language.syllables import is_syllable
from ocr.language.tokens import split_word

DEFAULT_PATH = Path(__file__).parent / "confidence.json"
FEATURES = (
    "always",
    "odds of the first reader",
    "odds of the second reader",
    "both agree",
    "differ in spaces",
    "is the second reading",
    "is neither reading",
    "is a syllable or known",
    "has a digit",
    "fits its place",
)
MIN_CONFIDENCE, MAX_CONFIDENCE = 0.001, 0.9999
UNLIKELY_NATS = 15.0


@dataclass(frozen=True, slots=True)
class Rating:
    """Coefficients of FEATURES, for words read once and words read twice."""

    once: tuple[float, ...]
    twice: tuple[float, ...]

    def rate(self, features: tuple[float, ...], *, is_twice: bool) -> float:
        """Return the chance, 0 to 1, that the word is right."""
        coefficients = self.twice if is_twice else self.once
        score = math.fsum(weight * value for weight, value in zip(coefficients, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@lru_cache(maxsize=2)
def load_rating(path: Path = DEFAULT_PATH) -> Rating:
    """Load the fitted coefficients, once a process. Raises OSError, ValueError or KeyError when the file is damaged."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Rating(tuple(found["once"]), tuple(found["twice"]))


def describe_word(slot: Slot, text: str, word: str, fit_nats: float, model: NgramModel) -> tuple[float, ...]:
    """Return FEATURES of ``word``, one of the words of the ``text`` chosen for ``slot``.

    ``fit_nats`` is the model's log-probability of it in its place, at most 0.
    """
    core = split_word(word)
    first = min(item.confidence for item in slot.first)
    second = min((item.confidence for item in slot.second), default=0.5)
    is_read = text in (slot.first_text, slot.second_text)
    return (
        1.0,
        _take_odds(first),
        _take_odds(second),
        float(slot.is_agreed),
        float(bool(slot.second) and len(slot.first) != len(slot.second)),
        float(is_read and text != slot.first_text),
        float(not is_read),
        float(is_syllable(core.core) or model.knows(core.key)),
        float(any(letter.isdigit() for letter in word)),
        max(-UNLIKELY_NATS, fit_nats) / UNLIKELY_NATS,
    )


def _take_odds(confidence: float) -> float:
    kept = min(MAX_CONFIDENCE, max(MIN_CONFIDENCE, confidence))
    return math.log(kept / (1 - kept))
