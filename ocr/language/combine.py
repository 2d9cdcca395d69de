"""Two readings of one line laid side by side. Pure.

Leader dots that a reader gave with a word ("An Giang.......") are no part of its text.

The letters of both are aligned without regard to diacritics and case; wherever both have a space at the same place, a *slot*
ends. A slot mostly holds one word of each; where the readers split words differently it holds several of one or both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from dossiers.page import RecognizedWord
from ocr.language.letters import fold_letters

LEADERS = re.compile(r"(?<=[\w)])[.…·_]{5,}[\Wceinrsv]*$")  # with the letters that readers make of paler dots
MIN_SIMILARITY = 0.4  # of letters without diacritics; two readings less alike are not of the same print


@dataclass(frozen=True, slots=True)
class Slot:
    """What the readers saw in one place: ``first`` is never empty, ``second`` is when there is no second reading.

    ``is_alike`` is False when the two are hardly of the same print: one of them is noise.
    """

    first: tuple[RecognizedWord, ...]
    second: tuple[RecognizedWord, ...] = ()

    @property
    def is_alike(self) -> bool:
        return Levenshtein.normalized_similarity(_fold(self.first), _fold(self.second)) >= MIN_SIMILARITY

    @property
    def first_text(self) -> str:
        return join_texts(self.first)

    @property
    def second_text(self) -> str:
        return join_texts(self.second)

    @property
    def is_agreed(self) -> bool:
        """True when both readers gave the very same words."""
        return bool(self.second) and self.first_text == self.second_text


def align_readings(first: Sequence[RecognizedWord], second: Sequence[RecognizedWord]) -> tuple[Slot, ...]:
    """Return the slots of a line, left to right; together they hold every word of ``first`` and of ``second``.

    Without a second reading each word of ``first`` is a slot; one that is not alike makes one slot of the whole line.
    """
    if not second:
        return tuple(Slot((word,)) for word in first)
    whole = Slot(tuple(first), tuple(second))
    if not whole.is_alike:
        return (whole,)
    one, two = _fold(first), _fold(second)
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


def join_texts(words: Sequence[RecognizedWord]) -> str:
    """Return the words' texts with single spaces between, without leader dots."""
    return " ".join(trim_leaders(word.text) for word in words)


@lru_cache(maxsize=20_000)  # the same few hundred words are asked about ten thousand times a page
def trim_leaders(text: str) -> str:
    """Return a word without the leader dots behind it; a word of dots alone stays."""
    return LEADERS.sub("", text) or text


def _fold(words: Sequence[RecognizedWord]) -> str:
    return fold_letters(join_texts(words))
