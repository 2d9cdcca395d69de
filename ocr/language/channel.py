"""How dear it is to believe a text when a reader gave another, in nats. Pure.

A reader's confidence says how likely its word is wrong; the kinds of letters changed say how likely this very error is. Of some
errors the confidence knows nothing: a reader is as sure of a word whose full stop it has lost as of any. And two readers that
agree have not looked at two pages: where a hook is lost in the print, both lose it. ``python -m training.channel`` measures all
this on drawn pages; the figures are rounded (docs/ocr.md).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from ocr.language.letters import fold_letters, split_tone


class Change(StrEnum):
    """What can happen to a letter between print and reading."""

    TONE = "tone"
    HAT = "hat"
    TONE_AND_HAT = "tone and hat"
    CASE = "case"
    LOOK_ALIKE = "look-alike"
    PERCENT = "percent"
    MARK = "mark"
    LETTER = "letter"
    LOST_SPACE = "lost space"
    ADDED_SPACE = "added space"
    LOST_STOP = "lost stop"
    ADDED_STOP = "added stop"
    LOST_MARK = "lost mark"
    ADDED_MARK = "added mark"
    LOST_LETTER = "lost letter"
    ADDED_LETTER = "added letter"


LOST = (Change.LOST_SPACE, Change.LOST_LETTER, Change.LOST_MARK)
ADDED = (Change.ADDED_SPACE, Change.ADDED_LETTER, Change.ADDED_MARK)
LIKE_PAIRS = "il lt ij ce co eo nu hb hn vy uo rt gq ft ao"
LOOK_ALIKES = frozenset(frozenset(pair) for pair in LIKE_PAIRS.split())


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's habits.

    ``errors`` is how often its word is wrong at each of ``confidences``, rising, straight lines between; ``costs`` is what
    each kind of change costs, in nats, given that a word is wrong; ``silent`` how often a change happens however sure it is.
    """

    confidences: tuple[float, ...]
    errors: tuple[float, ...]
    costs: Mapping[Change, float]
    silent: Mapping[Change, float]

    def expect_error(self, confidence: float) -> float:
        """Return the chance, 0 to 1 exclusive, that a word of this confidence is wrong."""
        at = bisect_left(self.confidences, confidence)
        if at == 0:
            return self.errors[0]
        if at == len(self.confidences):
            return self.errors[-1]
        low, high = self.confidences[at - 1], self.confidences[at]
        share = (confidence - low) / (high - low)
        return self.errors[at - 1] + share * (self.errors[at] - self.errors[at - 1])


FIRST_READER = Reader(  # Tesseract's fast model, a line at a time
    (0.0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.9, 0.95, 0.97, 0.985, 0.992, 0.996, 0.999, 0.9997, 1.0),
    (0.95, 0.83, 0.7, 0.48, 0.29, 0.19, 0.13, 0.065, 0.03, 0.022, 0.01, 0.0045, 0.002, 0.0007, 0.0002),
    {
        Change.TONE: 1.1,
        Change.HAT: 2.7,
        Change.TONE_AND_HAT: 3.9,
        Change.CASE: 3.8,
        Change.LOOK_ALIKE: 4.0,
        Change.PERCENT: 6.0,
        Change.MARK: 2.6,
        Change.LETTER: 1.6,
        Change.LOST_SPACE: 3.7,
        Change.ADDED_SPACE: 2.9,
        Change.LOST_STOP: 5.3,
        Change.ADDED_STOP: 3.5,
        Change.LOST_MARK: 4.6,
        Change.ADDED_MARK: 2.7,
        Change.LOST_LETTER: 2.1,
        Change.ADDED_LETTER: 2.1,
    },
    {
        Change.ADDED_SPACE: 0.0001,
        Change.MARK: 0.0001,
        Change.LOST_STOP: 0.0001,
        Change.ADDED_STOP: 0.0001,
        Change.LOST_MARK: 0.0001,
        Change.ADDED_MARK: 0.0001,
    },
)
SECOND_READER = Reader(  # TrueOCR
    (0.0, 0.2, 0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 0.97, 0.99, 1.0),
    (0.98, 0.88, 0.75, 0.5, 0.33, 0.22, 0.12, 0.07, 0.05, 0.025, 0.002),
    {
        Change.TONE: 0.6,
        Change.HAT: 3.0,
        Change.TONE_AND_HAT: 1.9,
        Change.CASE: 5.8,
        Change.LOOK_ALIKE: 4.8,
        Change.PERCENT: 4.5,
        Change.MARK: 2.6,
        Change.LETTER: 3.1,
        Change.LOST_SPACE: 2.6,
        Change.ADDED_SPACE: 5.2,
        Change.LOST_STOP: 3.4,
        Change.ADDED_STOP: 6.5,
        Change.LOST_MARK: 4.6,
        Change.ADDED_MARK: 5.6,
        Change.LOST_LETTER: 3.6,
        Change.ADDED_LETTER: 4.1,
    },
    {
        Change.TONE: 0.001,
        Change.TONE_AND_HAT: 0.0003,
        Change.PERCENT: 0.0003,
        Change.MARK: 0.0005,
        Change.LOST_SPACE: 0.003,
        Change.ADDED_SPACE: 0.0003,
        Change.LOST_STOP: 0.0035,
        Change.LOST_MARK: 0.001,
        Change.LOST_LETTER: 0.0008,
    },
)
# The odds that two readers who agree are wrong, as a power of their own chances of error and of the page's trouble. Trouble
# weighs more than on drawn pages (1.9, 1.5, 0.7): on good real pages what both read was hardly ever wrong.
AGREED_BASE, AGREED_BY_ERROR, AGREED_BY_TROUBLE = 1.6, 1.4, 0.4
AGREED_COSTS = {
    Change.TONE: 0.4,
    Change.HAT: 3.9,
    Change.TONE_AND_HAT: 3.5,
    Change.CASE: 4.5,
    Change.LOOK_ALIKE: 3.9,
    Change.PERCENT: 4.5,
    Change.MARK: 2.4,
    Change.LETTER: 3.1,
    Change.LOST_SPACE: 3.2,
    Change.ADDED_SPACE: 4.5,
    Change.LOST_STOP: 4.2,
    Change.ADDED_STOP: 5.0,
    Change.LOST_MARK: 4.2,
    Change.ADDED_MARK: 5.0,
    Change.LOST_LETTER: 2.7,
    Change.ADDED_LETTER: 4.2,
}
AGREED_SILENT = {Change.LOST_SPACE: 0.0002}  # however sure they are: letters set close
ASTRAY_NATS = 14.0  # no reading is unlikelier than this once it is wrong: of some lines a reader makes nothing at all
NEITHER_SHARE = 0.5  # of the lesser cost, where neither reader is believed: what misled the one misled the other


def weigh_reading(read: str, believed: str, confidence: float, reader: Reader) -> float:
    """Return what it costs to believe ``believed`` where ``reader`` gave ``read`` with ``confidence``; 0 is free."""
    error = reader.expect_error(confidence)
    if read == believed:
        return -math.log1p(-error)
    changes = list_changes(believed, read)
    silent = math.prod(reader.silent.get(change, 0.0) for change in changes)
    cost = min(ASTRAY_NATS, sum(reader.costs[change] for change in changes))
    return -math.log(error * math.exp(-cost) + silent)


def weigh_agreed(read: str, believed: str, first: float, second: float, trouble: float) -> float:
    """Return what it costs to believe ``believed`` where both readers gave ``read``, with their confidences.

    ``trouble``, 0 to 1 exclusive, is the share of the page's words on which the readers differ.
    """
    error = FIRST_READER.expect_error(first) * SECOND_READER.expect_error(second)
    odds = AGREED_BASE + AGREED_BY_ERROR * math.log(error) / 2 + AGREED_BY_TROUBLE * math.log(trouble)
    if read == believed:
        return math.log1p(math.exp(odds))
    changes = list_changes(believed, read)
    silent = math.prod(AGREED_SILENT.get(change, 0.0) for change in changes)
    return -math.log(math.exp(-sum(AGREED_COSTS[change] for change in changes)) / (1 + math.exp(-odds)) + silent)


@lru_cache(maxsize=16384)
def list_changes(printed: str, read: str) -> tuple[Change, ...]:
    """Return what happened to the letters of ``printed`` when it was read as ``read``."""
    return tuple(
        _name_edit(edit.tag, printed, read, edit.src_pos, edit.dest_pos) for edit in Levenshtein.editops(printed, read)
    )


def _name_edit(tag: str, printed: str, read: str, source: int, target: int) -> Change:
    if tag == "replace":
        return name_change(printed[source], read[target])
    letter = printed[source] if tag == "delete" else read[target]
    if letter == "%":
        return Change.PERCENT
    if letter == ".":
        return Change.LOST_STOP if tag == "delete" else Change.ADDED_STOP
    names = LOST if tag == "delete" else ADDED
    return names[0 if letter == " " else 1 if letter.isalnum() else 2]


def name_change(one: str, other: str) -> Change:
    """Tell what kind of change turns one letter into another; they differ."""
    if one.lower() == other.lower():
        return Change.CASE
    if "%" in (one, other):
        return Change.PERCENT
    if not one.isalnum() and not other.isalnum():
        return Change.MARK
    small_one, small_other = fold_letters(one), fold_letters(other)
    if small_one == small_other:
        (letter_one, tone_one), (letter_other, tone_other) = split_tone(one), split_tone(other)
        if letter_one == letter_other:
            return Change.TONE
        return Change.HAT if tone_one == tone_other else Change.TONE_AND_HAT
    return Change.LOOK_ALIKE if frozenset((small_one, small_other)) in LOOK_ALIKES else Change.LETTER
