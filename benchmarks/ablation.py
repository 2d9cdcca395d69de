"""What each step of the after-care gains: ``python -m benchmarks.ablation PAIRS...``.

PAIRS are files of ``training.pairs``: every line of a page as both readers gave it, with the page's transcript. Prints for each
step the character error of the lines whose print is known (detector's misses and insertions are not the after-care's matter),
how many lines the step made better and worse than the one before it, and its seconds a page.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from dossiers.page import RecognizedLine
from ocr.engine import Reading
from ocr.language.lattice import MendSettings
from ocr.language.mend import mend_lines
from ocr.language.patterns import mend_patterns
from training.readings import KnownPage, normalize, read_pages

Step = Callable[[Sequence[Reading]], Sequence[RecognizedLine]]
WITHOUT_MODEL = MendSettings(weight=0, may_mend=False)
CHOOSING_ONLY = MendSettings(may_mend=False)
STEPS: dict[str, Step] = {
    "first reader": lambda readings: [reading.first for reading in readings],
    "second reader": lambda readings: [reading.second or reading.first for reading in readings],
    "both, by confidence": lambda readings: mend_lines(readings, settings=WITHOUT_MODEL),
    "both, by the model": lambda readings: mend_lines(readings, settings=CHOOSING_ONLY),
    "and mended": mend_lines,
    "and known phrases": lambda readings: mend_patterns(mend_lines(readings)),
    "first reader, mended": lambda readings: mend_lines([Reading(reading.first) for reading in readings]),
}


def main() -> None:
    """Print a table for each file of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="+")
    arguments = parser.parse_args()
    for path in arguments.pairs:
        pages = [page for page in read_pages(path) if any(line.printed for line in page.lines)]
        sys.stdout.write(
            f"{path.name}: {len(pages)} pages\n{'step':22} {'error':>8} {'better':>7} {'worse':>6} {'s/page':>7}\n"
        )
        before: list[int] = []
        for name, step in STEPS.items():
            errors, letters, seconds = measure(pages, step)
            better = sum(now < then for now, then in zip(errors, before, strict=False))
            worse = sum(now > then for now, then in zip(errors, before, strict=False))
            error = sum(errors) / letters
            sys.stdout.write(f"{name:22} {error:8.3%} {better:7d} {worse:6d} {seconds / len(pages):7.3f}\n")
            before = errors


def measure(pages: Sequence[KnownPage], step: Step) -> tuple[list[int], int, float]:
    """Return the edits of each known line after ``step``, the letters printed, and the seconds it took."""
    errors, letters, seconds = [], 0, 0.0
    for page in pages:
        started = time.process_time()
        lines = step([line.reading for line in page.lines])
        seconds += time.process_time() - started
        for known, line in zip(page.lines, lines, strict=True):
            if known.printed is not None:
                errors.append(Levenshtein.distance(known.printed, normalize(line.text)))
                letters += len(known.printed)
    return errors, letters, seconds


if __name__ == "__main__":
    main()
