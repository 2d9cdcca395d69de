"""Measure how readers err: ``python -m training.channel PAIRS...`` prints what ``ocr.language.channel`` is written by.

PAIRS are files of ``training.pairs``. For each reader: how often its word is wrong at each confidence, how often each kind of
change happens however sure it is (in the words of its highest confidence), and what a change costs once a word is wrong. For
two readers that agree: the logistic model of how likely both are wrong, and the costs. For two that differ: how often neither
is right.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr.language.channel import FIRST_READER, SECOND_READER, Change, Reader, list_changes
from ocr.language.combine import Slot, align_readings
from ocr.language.letters import fold_letters
from ocr.language.page_habits import observe_page
from training.readings import KnownLine, KnownPage, normalize, read_pages

RIDGE, STEPS = 1.0, 30
MIN_PAGE_SLOTS = 30
MAX_CHANGES = 3  # more is another text
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KnownSlot:
    """A slot read twice, what is printed there, and the page's trouble."""

    slot: Slot
    printed: str
    trouble: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="+")
    slots = list(list_known(page for path in parser.parse_args().pairs for page in read_pages(path)))
    print_reader("first reader", FIRST_READER, [_take_first(one) for one in slots])
    print_reader("second reader", SECOND_READER, [_take_second(one) for one in slots])
    print_agreed([one for one in slots if one.slot.is_agreed])
    differing = [one for one in slots if not one.slot.is_agreed and one.slot.is_alike]
    neither = sum(one.printed not in (normalize(one.slot.first_text), normalize(one.slot.second_text)) for one in differing)
    sys.stdout.write(f"readers differ: {len(differing)} words, neither is right in {neither / max(1, len(differing)):.1%}\n")


def list_known(pages: Iterable[KnownPage]) -> Iterator[KnownSlot]:
    """Yield the slots of which the print is known and that both readers read."""
    for page in pages:
        lines = [
            align_readings(line.reading.first.words, line.reading.second.words if line.reading.second else ())
            for line in page.lines
        ]
        if sum(map(len, lines)) < MIN_PAGE_SLOTS:
            continue
        trouble = observe_page(lines).trouble
        for known, slots in zip(page.lines, lines, strict=True):
            for slot, printed in find_printed_words(known, slots):
                if slot.second:
                    yield KnownSlot(slot, printed, trouble)


def find_printed_words(known: KnownLine, slots: Sequence[Slot]) -> Iterator[tuple[Slot, str]]:
    """Yield the slots of a line whose both ends are spaces in the print too, with what is printed between."""
    if known.printed is None:
        return
    texts = [fold_letters(normalize(slot.first_text)) for slot in slots]
    read, printed = " ".join(texts), fold_letters(known.printed)
    blocks = Levenshtein.opcodes(read, printed).as_matching_blocks()
    ends = {block.a + step: block.b + step for block in blocks for step in range(block.size) if read[block.a + step] == " "}
    ends[len(read)] = len(printed)
    at, start = 0, 0
    for slot, text in zip(slots, texts, strict=True):
        end = ends.get(at + len(text), -1)
        if 0 <= start <= end:
            yield slot, known.printed[start:end]
        at, start = at + len(text) + 1, end + 1 if end >= 0 else -1


def print_reader(name: str, reader: Reader, words: Sequence[tuple[str, str, float]]) -> None:
    """Print a reader's habits from its words: what it gave, what is printed, its confidence."""
    sys.stdout.write(f"{name}: {len(words)} words\n  wrong at a confidence of about\n")
    knots = np.array(reader.confidences)
    nearest = np.abs(np.array([word[2] for word in words])[:, None] - knots).argmin(axis=1)
    wrong = np.array([read != printed for read, printed, _ in words])
    for at, knot in enumerate(knots):
        if (here := nearest == at).any():
            sys.stdout.write(f"    {knot:5.2f} {wrong[here].mean():8.4f} of {here.sum()}\n")
    sure = [word for word, at in zip(words, nearest, strict=True) if at == len(knots) - 1]
    unsure = [word for word, at in zip(words, nearest, strict=True) if at < len(knots) - 1]
    _print_changes("however sure", sure, lambda count, _: f"{count / max(1, len(sure)):.5f}")
    _print_changes("once wrong", unsure, lambda count, errors: f"{-math.log(count / errors):.2f} nats")


def print_agreed(slots: Sequence[KnownSlot]) -> None:
    """Print when two readers that agree are wrong, and in which way."""
    x: Matrix = np.array([[1.0, _log_error(one.slot), math.log(one.trouble)] for one in slots])
    words = [(normalize(one.slot.first_text), one.printed, 0.0) for one in slots]
    y: Matrix = np.array([float(read != printed) for read, printed, _ in words])
    weights: Matrix = np.zeros(3)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - chance) - RIDGE * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + RIDGE * np.eye(3)
        weights = np.asarray(weights + np.linalg.solve(curve, slope))
    base, by_error, by_trouble = weights
    sys.stdout.write(f"readers agree: {len(slots)} words, {int(y.sum())} wrong\n")
    sys.stdout.write(f"  base {base:.2f}, by error {by_error:.2f}, by trouble {by_trouble:.2f}\n")
    _print_changes("once wrong", words, lambda count, errors: f"{-math.log(count / errors):.2f} nats")


def _print_changes(title: str, words: Sequence[tuple[str, str, float]], show: Callable[[int, int], str]) -> None:
    changed = [changes for read, printed, _ in words if 0 < len(changes := list_changes(printed, read)) <= MAX_CHANGES]
    counts = Counter(change for changes in changed for change in changes)
    sys.stdout.write(f"  {title}\n")
    for change in Change:
        if counts[change]:
            sys.stdout.write(f"    {change:14} {show(counts[change], len(changed))}\n")


def _log_error(slot: Slot) -> float:
    first, second = (min(word.confidence for word in words) for words in (slot.first, slot.second))
    return math.log(FIRST_READER.expect_error(first) * SECOND_READER.expect_error(second)) / 2


def _take_first(one: KnownSlot) -> tuple[str, str, float]:
    return normalize(one.slot.first_text), one.printed, min(word.confidence for word in one.slot.first)


def _take_second(one: KnownSlot) -> tuple[str, str, float]:
    return normalize(one.slot.second_text), one.printed, min(word.confidence for word in one.slot.second)


if __name__ == "__main__":
    main()
