"""The cheapest way through a page's slots: what the readers say, weighed with the model of office Vietnamese. Pure.

The cost of a text is what its words cost by the readers (``channel``) plus MendSettings.weight times what they cost by the
model and by their look; the cheapest way through all lines is found by dynamic programming over the last two words. Words that
must not be touched (``protect``) can only be one of their readings. What was mended before stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dossiers.page import RecognizedWord
from ocr.language.candidates import Candidate, list_candidates
from ocr.language.combine import Slot, join_texts
from ocr.language.ngrams import NgramModel
from ocr.language.page_habits import PageHabits, observe_page
from ocr.language.protect import is_abbreviation, is_code, is_named
from ocr.language.syllables import is_syllable
from ocr.language.tokens import BREAK, COMMA, split_word

START = (BREAK, BREAK)
BEAM_NATS = 20.0
MAX_WAYS = 64
SURE_CONFIDENCE = 0.9
LIKELY_NATS = -7.0  # an agreed word this likely in its place, and with the next one behind it, needs no alternatives
MIN_SHARE = 0.02
NO_WORD_SHARE = 0.3  # what a reading's confidence is worth where it spells nothing
RARE_SYLLABLE_NATS = 12.0
FLOOR_NATS = 11.0  # no word is unlikelier than one in 60,000: office papers know words that laws do not
UNKNOWN_NATS, UNKNOWN_LETTER_NATS = 6.0, 1.0  # a word that nobody knows; the longer, the less likely
MARKS = frozenset({BREAK, COMMA})  # punctuation is context: what it costs by itself would only teach to leave it out
ITEM = re.compile(r"[-+•*]|(?:[0-9]{1,2}|[a-zđ]|[IVX]{1,4})[.)]|Điều")
MIN_CAPITALS = 0.8  # of a heading's letters
STRANGE_CAPITALS_COST = 3.0  # "luật TỔ chức": one word in capitals among small ones, which no rule of writing gives


@dataclass(frozen=True, slots=True)
class MendSettings:
    """How far to go: the ``weight`` of the model's nats against the readers' (0 does without the model), and whether words
    may be taken that neither reader gave.
    """

    weight: float = 0.9
    may_mend: bool = True


DEFAULT_SETTINGS = MendSettings()


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    keys: tuple[str, str]
    texts: tuple[str, ...]


def choose_texts(lines: Sequence[Sequence[Slot]], model: NgramModel, settings: MendSettings = DEFAULT_SETTINGS) -> list[str]:
    """Return the text of every slot of every line, in order: the cheapest way through them all."""
    habits = observe_page(lines)
    ways = [_Way(0.0, START, ())]
    done: list[str] = []
    before: list[str] = []
    for line in lines:
        words = [slot.first_text for slot in line]
        if begins_anew(before, words):
            done += min(ways, key=lambda way: way.cost).texts
            ways = [_Way(0.0, START, ())]
        before = words
        for at, slot in enumerate(line):
            offered = offer_candidates(slot, words, at, model, settings, habits)
            ways = _extend(ways, offered, model, settings.weight)
            if len(ways) == 1:  # all agree on what went before
                done += ways[0].texts
                ways = [replace(ways[0], cost=0.0, texts=())]
    return [*done, *min(ways, key=lambda way: way.cost).texts]


def offer_candidates(
    slot: Slot,
    words: Sequence[str],
    at: int,
    model: NgramModel,
    settings: MendSettings,
    habits: PageHabits,
) -> list[Candidate]:
    """Return what the slot at ``at`` of a line may say. ``words`` are the first reader's texts of the line's slots."""
    if any(word.raw_text is not None for word in slot.first):
        return [Candidate(slot.first_text, 0.0)]
    if slot.second and not slot.is_alike:
        better = max((slot.first, slot.second), key=lambda reading: rate_reading(reading, model))
        return [Candidate(join_texts(better), 0.0)]
    is_locked = is_named(words, at) or any(is_code(word) for word in f"{slot.first_text} {slot.second_text}".split())
    if slot.is_agreed and (is_locked or _is_likely(slot, words, at, model)):
        return [Candidate(slot.first_text, 0.0)]
    offered = list_candidates(slot, model, habits, may_mend=settings.may_mend and not is_locked)
    before, behind = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    read = [text for text in (slot.first_text, slot.second_text) if text]
    offered = [
        replace(one, cost=one.cost + max(habits.weigh_repeated(text, before, behind, one.text) for text in read))
        for one in offered
    ]
    return [replace(one, cost=one.cost + settings.weight * _weigh_look(one.text, words, at, model)) for one in offered]


def begins_anew(before: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether a line says nothing about how the one before it ends: a heading begins or ended, or an item of a list."""
    if not before or not words:
        return True
    if ITEM.fullmatch(words[0]):
        return True
    return _is_capital_line(before) != _is_capital_line(words)


def _is_capital_line(words: Sequence[str]) -> bool:
    letters = "".join(words)
    return letters.isupper() or sum(letter.isupper() for letter in letters) > MIN_CAPITALS * sum(map(str.isalpha, letters))


def rate_reading(words: Sequence[RecognizedWord], model: NgramModel) -> float:
    """Return how good a reading looks by itself, 0 to 1: its confidence, by length, and whether its words are words."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence * _rate_spelling(word.text, model) for word in words) / letters


def follow_key(last: tuple[str, str], key: str) -> tuple[str, str]:
    """Return the last two keys behind ``key``; what stands before a break does not matter behind it."""
    return START if key == BREAK else (last[1], key)


def _extend(ways: list[_Way], offered: Sequence[Candidate], model: NgramModel, weight: float) -> list[_Way]:
    best: dict[tuple[str, str], _Way] = {}
    for candidate in offered:
        keys = _list_keys(candidate.text)
        for way in ways:
            cost, (before, last) = way.cost + candidate.cost, way.keys
            for key in keys:
                if key not in MARKS and model.knows(key):
                    cost += weight * min(FLOOR_NATS, -model.score(before, last, key))
                before, last = follow_key((before, last), key)
            state = (before, last)
            if state not in best or cost < best[state].cost:
                best[state] = _Way(cost, state, (*way.texts, candidate.text))
    bound = min(way.cost for way in best.values()) + BEAM_NATS
    kept = [way for way in best.values() if way.cost <= bound]
    return sorted(kept, key=lambda way: way.cost)[:MAX_WAYS]


def _weigh_look(text: str, words: Sequence[str], at: int, model: NgramModel) -> float:
    """Return what a text costs by its look alone: words that nobody knows, strange capitals."""
    return _weigh_unknown(text, model) + _weigh_capitals(text, words, at, model)


def _weigh_unknown(text: str, model: NgramModel) -> float:
    """Return what words cost that are not in the model: abbreviations little, what spells nothing by its length."""
    cores = [token.core for token in map(split_word, text.split()) if token.core and not model.knows(token.key)]
    return sum(map(_weigh_core, cores))


def _weigh_core(core: str) -> float:
    if is_syllable(core):
        return RARE_SYLLABLE_NATS
    return UNKNOWN_NATS if is_abbreviation(core) else UNKNOWN_NATS + UNKNOWN_LETTER_NATS * len(core)


def _list_keys(text: str) -> list[str]:
    return [key for word in text.split() for key in split_word(word).keys]


def _is_likely(slot: Slot, words: Sequence[str], at: int, model: NgramModel) -> bool:
    """Tell whether an agreed word fits its place so well that nothing else needs to be thought of."""
    if min(word.confidence for word in (*slot.first, *slot.second)) < SURE_CONFIDENCE:
        return False
    keys = _list_keys(slot.first_text)
    if not keys or not all(model.knows(key) for key in keys):
        return False
    before = _list_keys(words[at - 1])[-1:] if at else []
    last = before[0] if before else BREAK
    if model.score(BREAK, last, keys[0]) <= LIKELY_NATS:
        return False
    behind = _list_keys(words[at + 1])[:1] if at + 1 < len(words) else []
    return not behind or not model.knows(behind[0]) or model.score(last, keys[-1], behind[0]) > LIKELY_NATS


def _weigh_capitals(text: str, words: Sequence[str], at: int, model: NgramModel) -> float:
    """Return what a word's case costs where it stands: by its neighbours in capitals, and by how it is mostly written."""
    core = split_word(text).core
    if not core.isalpha() or not is_syllable(core):
        return 0.0
    near = [split_word(words[other]).core for other in (at - 1, at + 1) if 0 <= other < len(words)]
    around = {word.isupper() for word in near if word.isalpha() and len(word) > 1}
    is_capital = core.isupper() and len(core) > 1
    cost = 0.0
    if (around and is_capital not in around) or not (is_capital or core[1:].islower() or len(core) == 1):
        cost += STRANGE_CAPITALS_COST
    if True not in around and at and words[at - 1][-1].isalpha():
        share = min(max(model.share_capitals(split_word(text).key), MIN_SHARE), 1 - MIN_SHARE)
        cost -= math.log(share if core[0].isupper() else 1 - share)
    return cost


def _rate_spelling(text: str, model: NgramModel) -> float:
    core = split_word(text).core
    if not core:
        return NO_WORD_SHARE
    return 1.0 if is_syllable(core) or model.knows(split_word(text).key) else NO_WORD_SHARE
