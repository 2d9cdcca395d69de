"""Choose what each line says between two readings and their likely errors, by the model of office Vietnamese. Pure.

The cost of a line is what its words cost by the readers (``channel``) plus WEIGHT times what they cost by the model; the
cheapest way through all lines is found by dynamic programming over the last two words. Words that must not be touched
(``protect``) can only be one of their readings. What was mended before stays.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dossiers.model import BoxPx, RecognizedLine, RecognizedWord
from ocr.language.candidates import Candidate, list_candidates
from ocr.language.combine import Slot, align_readings, join_texts
from ocr.language.confidence import Rating, describe_word
from ocr.language.letters import is_modern_placed
from ocr.language.ngrams import NgramModel, load_model
from ocr.language.protect import is_abbreviation, is_code, is_named
from ocr.language.syllables import is_syllable
from ocr.language.tokens import BREAK, COMMA, split_word
from ocr.lines import join_words

START = (BREAK, BREAK)
WEIGHT = 0.9  # of the model's nats against the readers'
BEAM_NATS = 20.0
MAX_WAYS = 64
SURE_CONFIDENCE = 0.9
LIKELY_NATS = -7.0  # an agreed word this likely in its place needs no alternatives
MIN_SHARE = 0.02
NO_WORD_SHARE = 0.3  # what a reading's confidence is worth where it spells nothing
RARE_SYLLABLE_NATS = 13.0
FLOOR_NATS = 11.0  # no word is unlikelier than one in 60,000: office papers know words that laws do not
UNKNOWN_NATS, UNKNOWN_LETTER_NATS = 6.0, 1.0  # a word that nobody knows; the longer, the less likely
MARKS = frozenset({BREAK, COMMA})  # punctuation is context: what it costs by itself would only teach to leave it out
STRANGE_CAPITALS_COST = 3.0  # "luật TỔ chức": one word in capitals among small ones, which no rule of writing gives


@dataclass(frozen=True, slots=True)
class Reading:
    """One printed line as the first reader gave it, and as a second one did, if there is one."""

    first: RecognizedLine
    second: RecognizedLine | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot with the text chosen for it."""

    slot: Slot
    text: str


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    keys: tuple[str, str]
    texts: tuple[str, ...]


def mend_lines(
    readings: Iterable[Reading], model: NgramModel | None = None, rating: Rating | None = None
) -> tuple[RecognizedLine, ...]:
    """Return one line for each reading, in reading order, with words mended where that is much likelier.

    A word whose text is not the first reader's carries that reader's text as ``raw_text``; several words that the reader had
    run together all carry it. Boxes are those of the readers. Numbers, codes and names are only ever one of the readings.
    With a ``rating`` (``load_rating()``) confidences become calibrated chances; without, they stay the readers'.
    """
    model = model or load_model()
    asked = list(readings)
    lines, last = [], START
    for reading, choices in zip(asked, choose_lines(asked, model), strict=True):
        words: list[RecognizedWord] = []
        for choice in choices:
            placed = place_words(choice)
            if rating:
                described, last = describe_choice(choice, last, model)
                rates = [rating.rate(features, is_twice=bool(choice.slot.second)) for features in described]
                placed = [replace(word, confidence=rate) for word, rate in zip(placed, rates, strict=True)]
            words += placed
        lines.append(replace(join_words(words), bbox_px=reading.first.bbox_px) if words else reading.first)
    return tuple(lines)


def choose_lines(readings: Sequence[Reading], model: NgramModel) -> list[list[Choice]]:
    """Return for each reading its slots, left to right, with the text chosen for each."""
    slots = [align_readings(reading.first.words, reading.second.words if reading.second else ()) for reading in readings]
    chosen = iter(choose_texts(slots, model))
    return [[Choice(slot, next(chosen)) for slot in line] for line in slots]


def describe_choice(
    choice: Choice, last: tuple[str, str], model: NgramModel
) -> tuple[list[tuple[float, ...]], tuple[str, str]]:
    """Return the features (``confidence.FEATURES``) of a choice's words behind the keys ``last``, and the keys to go on with."""
    described = []
    for word in choice.text.split():
        fit_nats = 0.0
        for key in split_word(word).keys:
            fit_nats, last = min(fit_nats, model.score(*last, key)), _follow(last, key)
        described.append(describe_word(choice.slot, choice.text, word, fit_nats, model))
    return described, last


def choose_texts(lines: Sequence[Sequence[Slot]], model: NgramModel) -> list[str]:
    """Return the text of every slot of every line, in order: the cheapest way through them all."""
    is_modern = prefers_modern_tones(slot.first_text for line in lines for slot in line)
    ways = [_Way(0.0, START, ())]
    done: list[str] = []
    for line in lines:
        words = [slot.first_text for slot in line]
        for at, slot in enumerate(line):
            offered = offer_candidates(slot, words, at, model, is_modern=is_modern)
            ways = _extend(ways, offered, model)
            if len(ways) == 1:  # all agree on what went before
                done += ways[0].texts
                ways = [replace(ways[0], cost=0.0, texts=())]
    return [*done, *min(ways, key=lambda way: way.cost).texts]


def offer_candidates(slot: Slot, words: Sequence[str], at: int, model: NgramModel, *, is_modern: bool) -> list[Candidate]:
    """Return what the slot at ``at`` of a line may say. ``words`` are the first reader's texts of the line's slots."""
    if any(word.raw_text is not None for word in slot.first):
        return [Candidate(slot.first_text, 0.0)]
    if slot.second and not slot.is_alike:
        better = max((slot.first, slot.second), key=lambda reading: rate_reading(reading, model))
        return [Candidate(join_texts(better), 0.0)]
    is_locked = is_named(words, at) or any(is_code(word) for word in f"{slot.first_text} {slot.second_text}".split())
    if slot.is_agreed and (is_locked or _is_likely(slot, words, at, model)):
        return [Candidate(slot.first_text, 0.0)]
    offered = list_candidates(slot, model, may_mend=not is_locked, is_modern=is_modern)
    return [replace(one, cost=one.cost + _weigh_capitals(one.text, words, at, model)) for one in offered]


def rate_reading(words: Sequence[RecognizedWord], model: NgramModel) -> float:
    """Return how good a reading looks by itself, 0 to 1: its confidence, by length, and whether its words are words."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence * _rate_spelling(word.text, model) for word in words) / letters


def _rate_spelling(text: str, model: NgramModel) -> float:
    core = split_word(text).core
    if not core:
        return NO_WORD_SHARE
    return 1.0 if is_syllable(core) or model.knows(split_word(text).key) else NO_WORD_SHARE


def prefers_modern_tones(texts: Iterable[str]) -> bool:
    """Tell whether a page mostly writes ``hoà`` rather than ``hòa``."""
    votes = [style for text in texts if (style := is_modern_placed(split_word(text).core)) is not None]
    return sum(votes) * 2 > len(votes)


def place_words(choice: Choice) -> list[RecognizedWord]:
    """Return the words of a chosen text with boxes, confidences and, where it is not the first reading, the raw text."""
    slot, parts = choice.slot, choice.text.split()
    if parts == [word.text for word in slot.first]:
        return list(slot.first)
    source = next((words for words in (slot.first, slot.second) if len(words) == len(parts)), None)
    boxes = [word.bbox_px for word in source] if source else _divide_box(slot.first, parts)
    confidence = min(word.confidence for word in (slot.second if choice.text == slot.second_text else slot.first))
    words = []
    for index, (part, box) in enumerate(zip(parts, boxes, strict=True)):
        raw = slot.first[index] if len(slot.first) == len(parts) else None
        if raw and raw.text == part:
            words.append(replace(raw, confidence=confidence))
        else:
            words.append(RecognizedWord(part, box, confidence, raw.text if raw else slot.first_text))
    return words


def _divide_box(words: Sequence[RecognizedWord], parts: Sequence[str]) -> list[BoxPx]:
    """Divide the box of ``words`` among ``parts`` by their length."""
    box = words[0].bbox_px
    for word in words[1:]:
        box = box.union(word.bbox_px)
    letters = sum(map(len, parts)) + len(parts) - 1
    boxes, start = [], 0
    for part in parts:
        left = box.left + box.width * start // letters
        right = box.left + box.width * (start + len(part)) // letters
        boxes.append(BoxPx(left, box.top, max(left + 1, right), box.bottom))
        start += len(part) + 1
    return boxes


def _extend(ways: list[_Way], offered: Sequence[Candidate], model: NgramModel) -> list[_Way]:
    best: dict[tuple[str, str], _Way] = {}
    for candidate in offered:
        keys = _list_keys(candidate.text)
        own_cost = candidate.cost + _weigh_unknown(candidate.text, model)
        for way in ways:
            cost, (before, last) = way.cost + own_cost, way.keys
            for key in keys:
                if key not in MARKS and model.knows(key):
                    cost += WEIGHT * min(FLOOR_NATS, -model.score(before, last, key))
                before, last = _follow((before, last), key)
            state = (before, last)
            if state not in best or cost < best[state].cost:
                best[state] = _Way(cost, state, (*way.texts, candidate.text))
    bound = min(way.cost for way in best.values()) + BEAM_NATS
    kept = [way for way in best.values() if way.cost <= bound]
    return sorted(kept, key=lambda way: way.cost)[:MAX_WAYS]


def _follow(last: tuple[str, str], key: str) -> tuple[str, str]:
    """Return the last two keys behind ``key``; what stands before a break does not matter behind it."""
    return START if key == BREAK else (last[1], key)


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
    return model.score(BREAK, last, keys[0]) > LIKELY_NATS


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
