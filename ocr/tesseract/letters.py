"""What a line model's chances spell: the best path of CTC (Graves 2006), word by word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.tesseract.network import Chances
from ocr.text import clean_word

MIN_CHANCE = 1e-6  # so that one step, or one look, cannot make all others worthless


@dataclass(frozen=True, slots=True)
class SpelledWord:
    """A word, NFC, from its first letter's step to behind its last one's, and how sure it is, 0 to 1."""

    text: str
    start: int
    end: int
    confidence: float


def spell(chances: Chances, letters: Sequence[str], blank: int) -> list[SpelledWord]:
    """Return the words of a line by the likeliest output of each step; ``chances`` is steps x outputs.

    A word's confidence is the product, over its steps, of the chance of all that agrees with it there: the letter begun
    last, the next one, or none. What else a step might have been is what the word may have lost or mistaken. It tells right
    words from wrong ones better than the letters' own chances do (``python -m training.channel``).
    """
    best = chances.argmax(axis=1) if len(chances) else np.zeros(0, np.intp)
    starts = np.flatnonzero(np.concatenate(([True], best[1:] != best[:-1])) & (best != blank)) if len(best) else best
    if len(starts) == 0:
        return []
    ends = np.append(starts[1:], len(best))
    sure = np.log(np.maximum(_weigh_agreeing(chances, best[starts], starts, blank), MIN_CHANCE))
    words: list[SpelledWord] = []
    first = 0
    is_space = np.array([letters[best[start]] == " " for start in starts])
    for last in np.append(np.flatnonzero(is_space), len(starts)):
        text = clean_word("".join(letters[best[start]] for start in starts[first:last]))
        if text:
            start, end = int(starts[first]), int(ends[last - 1])
            words.append(
                SpelledWord(text, start, _end_of_run(best, int(starts[last - 1])), float(np.exp(sure[start:end].sum())))
            )
        first = int(last) + 1
    return words


def average_looks(looks: Sequence[Chances]) -> Chances:
    """Return the geometric mean of several looks at one line, steps x outputs each, made to add up to 1 at each step."""
    mean = np.exp(np.mean(np.log(np.maximum(looks, MIN_CHANCE)), axis=0))
    return np.asarray(mean / mean.sum(axis=1, keepdims=True), np.float32)


def _weigh_agreeing(chances: Chances, spelled: NDArray[np.intp], starts: NDArray[np.intp], blank: int) -> NDArray[np.float64]:
    """Return for each step the chance of the letter begun last, the next one, or none."""
    steps = np.arange(len(chances))
    at = np.searchsorted(starts, steps, side="right") - 1
    begun, following = spelled[np.maximum(at, 0)], spelled[np.minimum(at + 1, len(spelled) - 1)]
    agreeing = chances[steps, blank] + chances[steps, begun] + np.where(begun == following, 0, chances[steps, following])
    return np.asarray(np.minimum(agreeing, 1.0), np.float64)


def _end_of_run(best: NDArray[np.intp], start: int) -> int:
    others = np.flatnonzero(best[start:] != best[start])
    return start + int(others[0]) if len(others) else len(best)
