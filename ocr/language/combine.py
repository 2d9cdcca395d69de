"""Two readings of one line laid side by side. Pure.

The letters of both are aligned without regard to diacritics and case; wherever both have a space at the same place, a *slot*
ends. A slot mostly holds one word of each; where the readers split words differently it holds several of one or both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from dossiers.model import RecognizedWord
from ocr.language.letters import fold_letters

MIN_SIMILARITY = 0.4  # two readings less alike are not of the same print


@dataclass(frozen=True, slots=True)
class Slot:
    """What the readers saw in one place: ``first`` is never empty, ``second`` is when there is no second reading."""

    first: tuple[RecognizedWord, ...]
    second: tuple[RecognizedWord, ...] = ()

    @property
    def first_text(self) -> str:
        return _join(self.first)

    @property
    def second_text(self) -> str:
        return _join(self.second)

    @property
    def is_agreed(self) -> bool:
        """True when both readers gave the very same words."""
        return bool(self.second) and self.first_text == self.second_text


def align_readings(first: Sequence[RecognizedWord], second: Sequence[RecognizedWord]) -> tuple[Slot, ...]:
    """Return the slots of a line, left to right; together they hold every word of ``first``, and of ``second`` if it is alike.

    A second reading that is not alike (below MIN_SIMILARITY, or empty) is left out: each word of ``first`` is a slot.
    """
    one, two = _fold(first), _fold(second)
    if not second or Levenshtein.normalized_similarity(one, two) < MIN_SIMILARITY:
        return tuple(Slot((word,)) for word in first)
    slots, start_one, start_two = [], 0, 0
    for at_one, at_two in [*_find_common_spaces(one, two), (len(one), len(two))]:
        end_one, end_two = one.count(" ", 0, at_one) + 1, two.count(" ", 0, at_two) + 1
        slots.append(Slot(tuple(first[start_one:end_one]), tuple(second[start_two:end_two])))
        start_one, start_two = end_one, end_two
    return tuple(slots)


def _find_common_spaces(one: str, two: str) -> list[tuple[int, int]]:
    return [
        (block.a + offset, block.b + offset)
        for block in Levenshtein.opcodes(one, two).as_matching_blocks()
        for offset in range(block.size)
        if one[block.a + offset] == " "
    ]


def _fold(words: Sequence[RecognizedWord]) -> str:
    return fold_letters(_join(words))


def _join(words: Sequence[RecognizedWord]) -> str:
    return " ".join(word.text for word in words)
