"""Fit how likely a chosen word is right: ``python -m training.confidence PAIRS... --out ocr/language/confidence.json``.

PAIRS are files of ``training.pairs``. Logistic regression by Newton's method with a small ridge; the same input gives the same
coefficients. With ``--check`` other pairs are rated and the reliability table is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr.engine import Reading
from ocr.language.confidence import FEATURES, Rating, load_rating
from ocr.language.lattice import START
from ocr.language.mend import choose_lines, describe_choice
from ocr.language.ngrams import load_model
from training.readings import KnownPage, normalize, read_pages

RIDGE = 1.0
STEPS = 30
BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.01)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RatedWord:
    """A chosen word: its features, whether two readers read it, and whether it is what is printed."""

    features: tuple[float, ...]
    is_twice: bool
    is_right: bool


def main() -> None:
    """Fit, write, and check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="*")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    rating = load_rating()
    if arguments.pairs:
        twice = list(judge_words(page for path in arguments.pairs for page in read_pages(path)))
        once = list(judge_words(drop_second(page) for path in arguments.pairs for page in read_pages(path)))
        rating = Rating(fit(word for word in once if not word.is_twice), fit(word for word in twice if word.is_twice))
        print_table(rating, twice)
        if arguments.out:
            write_rating(rating, arguments.pairs, arguments.out)
    for path in arguments.check:
        sys.stdout.write(f"{path.name}\n")
        print_table(rating, list(judge_words(read_pages(path))))


def judge_words(pages: Iterable[KnownPage]) -> Iterable[RatedWord]:
    """Yield every word chosen on lines whose print is known, judged."""
    model = load_model()
    for page in pages:
        last = START
        for known, choices in zip(page.lines, choose_lines([line.reading for line in page.lines], model), strict=True):
            described, twice, words = [], [], []
            for choice in choices:
                features, last = describe_choice(choice, last, model)
                described += features
                twice += [bool(choice.slot.second)] * len(features)
                words += choice.text.split()
            if known.printed is not None:
                right = _find_right(words, known.printed)
                yield from map(RatedWord, described, twice, right)


def drop_second(page: KnownPage) -> KnownPage:
    """Return the page as if there were no second reader."""
    lines = tuple(type(line)(Reading(line.reading.first), line.printed) for line in page.lines)
    return KnownPage(page.name, lines)


def fit(words: Iterable[RatedWord]) -> tuple[float, ...]:
    """Return the coefficients that rate ``words`` best."""
    rows = list(words)
    x: Matrix = np.array([row.features for row in rows], dtype=np.float64)
    y: Matrix = np.array([row.is_right for row in rows], dtype=np.float64)
    weights: Matrix = np.zeros(len(FEATURES))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - chance) - RIDGE * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + RIDGE * np.eye(len(FEATURES))
        weights = np.asarray(weights + np.linalg.solve(curve, slope))
    return tuple(round(float(weight), 4) for weight in weights)


def print_table(rating: Rating, words: list[RatedWord]) -> None:
    """Print for each band of confidence how many words there are, what is promised and what holds."""
    rates = np.array([rating.rate(word.features, is_twice=word.is_twice) for word in words])
    right = np.array([word.is_right for word in words])
    sys.stdout.write(f"{'confidence':>15} {'words':>7} {'stated':>8} {'right':>8}\n")
    for low, high in itertools.pairwise(BANDS):
        inside = (rates >= low) & (rates < high)
        if inside.any():
            stated, held = rates[inside].mean(), right[inside].mean()
            sys.stdout.write(f"{low:7.3f}-{min(high, 1):6.3f} {inside.sum():8d} {stated:8.2%} {held:8.2%}\n")
    for least in (0.9, 0.95, 0.98):
        taken = rates >= least
        sys.stdout.write(f">= {least}: {taken.mean():.1%} of the words, {(~right[taken]).mean():.2%} of them wrong\n")


def write_rating(rating: Rating, pairs: list[Path], out: Path) -> None:
    """Write the coefficients with what they were fitted on."""
    about = {
        "command": "python -m training.confidence " + " ".join(path.name for path in pairs),
        "pairs": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in pairs},
        "features": list(FEATURES),
    }
    found = {"about": about, "once": list(rating.once), "twice": list(rating.twice)}
    out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _find_right(words: list[str], printed: str) -> list[bool]:
    right = [False] * len(words)
    edits = Levenshtein.opcodes(printed.split(), [normalize(word) for word in words])
    for block in edits.as_matching_blocks():
        right[block.b : block.b + block.size] = [True] * block.size
    return right


if __name__ == "__main__":
    main()
