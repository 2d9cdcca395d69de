"""What the two readings of a whole page tell about each of its words. Pure.

How often the readers differ says how good the page is: where they differ on every fifth word, a hook that both lost is many
times as likely as where they differ on every twentieth. And what both read alike again and again, in the same company, is
printed so, even where the model of the language would have it otherwise; but not where that is sure: blur repeats its errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ocr.language.combine import Slot
from ocr.language.letters import is_modern_placed
from ocr.language.tokens import split_word

USUAL_TROUBLE, USUAL_SLOTS = 0.1, 20  # what is believed of a page before it is seen, and how firmly
REPEATED_NATS, MAX_REPEATED_NATS = 2.5, 5.0  # for each further time that a pair of words is read alike, and at most


@dataclass(frozen=True, slots=True)
class PageHabits:
    """How a page is printed and read.

    ``is_modern`` is where it puts tones (``hoà``); ``trouble`` the share of words on which the readers differ, 0 to 1;
    ``alike`` how often both readers gave a word alike (by its key), and ``pairs`` how often a word with the one behind it.
    """

    is_modern: bool = False
    trouble: float = USUAL_TROUBLE
    alike: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def weigh_repeated(self, text: str, before: str, behind: str, believed: str) -> float:
        """Return what it costs, in nats, not to believe ``text``, which both readers gave, between its neighbours.

        Nothing where ``believed`` is itself read alike anywhere on the page: then the page shows both.
        """
        key, other = split_word(text).key, split_word(believed).key
        if key == other or self.alike[other]:
            return 0.0
        times = max(self.pairs[split_word(before).key, key], self.pairs[key, split_word(behind).key])
        return min(REPEATED_NATS * max(0, times - 1), MAX_REPEATED_NATS)


def observe_page(lines: Sequence[Sequence[Slot]]) -> PageHabits:
    """Return the habits of a page from the slots of its lines."""
    slots = [slot for line in lines for slot in line]
    votes = [style for slot in slots if (style := is_modern_placed(split_word(slot.first_text).core)) is not None]
    read_twice = [slot for slot in slots if slot.second]
    differing = sum(not slot.is_agreed for slot in read_twice)
    trouble = (differing + USUAL_TROUBLE * USUAL_SLOTS) / (len(read_twice) + USUAL_SLOTS)
    alike: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for line in lines:
        keys = [split_word(slot.first_text).key if slot.is_agreed else "" for slot in line]
        alike.update(filter(None, keys))
        pairs.update(pair for pair in pairwise(keys) if all(pair))
    return PageHabits(sum(votes) * 2 > len(votes), trouble, alike, pairs)
