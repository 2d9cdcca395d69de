"""What a slot may really say: the readings, words that differ in diacritics or look-alike letters, other splits. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr.language.channel import FIRST_READER, NEITHER_SHARE, SECOND_READER, weigh_agreed, weigh_reading
from ocr.language.combine import Slot
from ocr.language.letters import fold_letters, is_modern_placed, place_tone, split_key, strip_marks
from ocr.language.ngrams import NgramModel
from ocr.language.page_habits import PageHabits
from ocr.language.protect import is_address, is_code, is_surname
from ocr.language.syllables import is_syllable
from ocr.language.tokens import split_word

MARGIN = 2.0  # nats: what neither reader gave must be so much better before it is taken
MAX_EXTRA_COST = 14.0  # nats above the cheapest: no context makes up for more
MAX_MIXED_PLACES = 4
MAX_SYLLABLE_LETTERS = 7  # nghiêng
ILL_FORMED_COST = 6.0
LOST_SPACE_COST = 10.0  # more: a word that nobody knows costs the model less than the two that it was
NO_SURNAME_COST = 2.0
MIXED_WORD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
DATE = re.compile(r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")
RUN_TOGETHER = re.compile(r"[^\W\d_][,;:!?)](?=[^\W\d_]{2})")
SWAPPED = "rn>m m>rn cl>d ii>u vv>w l>i i>l c>e e>c l>t"
SWAPS = tuple(pair.split(">") for pair in SWAPPED.split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text of a slot, single spaces between words, and its cost in nats by the readers alone."""

    text: str
    cost: float


def list_candidates(slot: Slot, model: NgramModel, habits: PageHabits, *, may_mend: bool) -> list[Candidate]:
    """Return a slot's candidates, the cheapest first. Without ``may_mend`` only what the readers gave."""
    readings = list(dict.fromkeys(text for text in (slot.first_text, slot.second_text) if text))
    candidates = [Candidate(text, weigh_text(slot, text, habits.trouble) + _weigh_form(text, readings)) for text in readings]
    if may_mend:
        extra = dict.fromkeys(text for reading in readings for text in _vary(reading, model, is_modern=habits.is_modern))
        if len(readings) == 2:
            extra |= dict.fromkeys(_mix(readings[0], readings[1], model))
        candidates += [
            Candidate(text, MARGIN + weigh_text(slot, text, habits.trouble)) for text in extra if text not in readings
        ]
    candidates.sort(key=lambda candidate: candidate.cost)
    bound = candidates[0].cost + MAX_EXTRA_COST
    return [candidate for candidate in candidates if candidate.cost <= bound or candidate.text in readings]


def weigh_text(slot: Slot, text: str, trouble: float) -> float:
    """Return what it costs, by both readings, to believe that the slot says ``text``, on a page of this ``trouble``."""
    first = min(word.confidence for word in slot.first)
    one = weigh_reading(slot.first_text, text, first, FIRST_READER)
    if not slot.second:
        return one
    second = min(word.confidence for word in slot.second)
    if slot.is_agreed:
        return weigh_agreed(slot.first_text, text, first, second, trouble)
    two = weigh_reading(slot.second_text, text, second, SECOND_READER)
    if text in (slot.first_text, slot.second_text):
        return one + two
    return max(one, two) + NEITHER_SHARE * min(one, two)


def _weigh_form(text: str, readings: list[str]) -> float:
    """Return a cost for a broken word, address or date where the other reading has a well-formed one, and for each space that
    a reading has lost.
    """
    others = [other for other in readings if other != text]
    is_worse_address = not is_address(text) and any(map(is_address, others))
    is_worse_word = MIXED_WORD.search(text) and any(is_syllable(split_word(other).core) for other in others)
    is_worse_date = not DATE.search(text) and any(map(DATE.search, others))
    if is_worse_address or is_worse_word or is_worse_date:
        return ILL_FORMED_COST
    lost = sum(_count_lost_spaces(split_word(word).core) for word in text.split() if not word.isascii())
    run_together = len(RUN_TOGETHER.findall(text)) - min((len(RUN_TOGETHER.findall(other)) for other in others), default=0)
    if lost or run_together > 0:
        return LOST_SPACE_COST * (lost + max(0, run_together))
    is_worse_name = text[:1].isupper() and not is_surname(text) and any(map(is_surname, others))
    return NO_SURNAME_COST if is_worse_name else 0.0


def _vary(reading: str, model: NgramModel, *, is_modern: bool) -> Iterator[str]:
    """Yield words of the model that differ from a one-word reading in diacritics or look-alikes, and its splits in two."""
    if " " in reading or is_code(reading):
        return
    token = split_word(reading)
    skeletons = [strip_marks(token.core)]
    is_known = model.knows(token.key) and is_syllable(token.core)
    if not is_known:
        skeletons += _swap_look_alikes(skeletons[0])
    style = is_modern_placed(token.core)
    for skeleton in skeletons:
        for key in model.by_skeleton.get(skeleton, ()):
            if key != token.key:
                letters, tone = split_key(key)
                small = place_tone(letters, tone, is_modern=is_modern if style is None else style)
                yield f"{token.before}{copy_case(token.core, small)}{token.after}"
    if not is_known:
        for cut in _list_cuts(token.core):
            yield f"{token.before}{token.core[:cut]} {token.core[cut:]}{token.after}"


def _count_lost_spaces(core: str) -> int:
    """Return how many spaces a word has lost that can only be several: Vietnamese is written syllable by syllable."""
    if not core.isalpha() or is_syllable(core):
        return 0
    return max(0, _count_syllables(core) - 1)


def _count_syllables(core: str) -> int:
    """Return into how few syllables of two letters or more a word falls; 0 when it does not."""
    fewest = {0: 0}  # by how many of its letters they make up
    for end in range(2, len(core) + 1):
        starts = range(max(0, end - MAX_SYLLABLE_LETTERS), end - 1)
        ways = [fewest[start] + 1 for start in starts if start in fewest and is_syllable(core[start:end])]
        if ways:
            fewest[end] = min(ways)
    return fewest.get(len(core), 0)


def _list_cuts(core: str) -> list[int]:
    """Return the places where a word falls into two syllables of at least two letters."""
    return [cut for cut in range(2, len(core) - 1) if is_syllable(core[:cut]) and is_syllable(core[cut:])]


def _mix(one: str, other: str, model: NgramModel) -> Iterator[str]:
    """Yield texts made of letters of both readings where they differ in a few letters or only in spaces."""
    if len(one) == len(other):
        places = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if 1 < len(places) <= MAX_MIXED_PLACES and fold_letters(one) == fold_letters(other):
            for choice in itertools.product((one, other), repeat=len(places)):
                letters = list(one)
                for index, source in zip(places, choice, strict=True):
                    letters[index] = source[index]
                text = "".join(letters)
                if all(model.knows(split_word(word).key) for word in text.split() if not is_code(word)):
                    yield text
    elif len(one.replace(" ", "")) == len(other.replace(" ", "")):
        yield _space_like(one, other)
        yield _space_like(other, one)


def _space_like(letters: str, spaces: str) -> str:
    """Return the letters of one text with the spaces of another, whose letters are as many."""
    source = iter(letters.replace(" ", ""))
    return "".join(letter if letter == " " else next(source) for letter in spaces)


def _swap_look_alikes(skeleton: str) -> list[str]:
    return [
        skeleton[:at] + new + skeleton[at + len(old) :]
        for old, new in SWAPS
        for at in range(len(skeleton))
        if skeleton.startswith(old, at)
    ]


def copy_case(model: str, small: str) -> str:
    """Write ``small`` with the case of ``model``: all capitals, a capital first, letter by letter when as long, or small."""
    if model.isupper() and len(model) > 1:
        return small.upper()
    if len(model) == len(small):
        return "".join(b.upper() if a.isupper() else b for a, b in zip(model, small, strict=True))
    return small[:1].upper() + small[1:] if model[:1].isupper() else small
