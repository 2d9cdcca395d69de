"""Measure reading on a folder of real scans with transcripts: ``python -m benchmarks.read_realscans FOLDER``.

FOLDER holds ``scans/`` and ``gt/NAME[_pN].txt``, one printed line a line. Each transcript line is matched to the output
line most like it, whatever the order; output left over is insertion. Prints character error without and with insertions,
bag-of-words F1 and seconds, a page a row and over all.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from ocr.load import extract_pages
from ocr.pages import read_page
from ocr.two_readers import open_engine

MIN_SIMILARITY = 0.3
PAGE_SUFFIX = re.compile(r"_p(\d+)$")


@dataclass(frozen=True)
class Score:
    """Counts of one page: characters, edits on matched lines and missing lines, inserted characters, words."""

    letters: int
    edits: int
    inserted: int
    hits: int
    expected_words: int
    read_words: int

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def error(self) -> float:
        return self.edits / self.letters

    @property
    def error_with_insertions(self) -> float:
        return (self.edits + self.inserted) / self.letters

    @property
    def word_f1(self) -> float:
        return 2 * self.hits / (self.expected_words + self.read_words)


def normalize(line: str) -> str:
    """Write a line so that only reading errors differ: NFC, single spaces, none around a slash."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", line)).strip()
    return re.sub(r"\s*/\s*", "/", spaced).translate(str.maketrans("“”–—’", '""--\''))


def score_page(expected: list[str], read: list[str], *, show: bool = False) -> Score:
    """Match lines greedily, the most alike first, and count."""
    pairs = sorted(
        ((Levenshtein.normalized_similarity(want, got), i, j) for i, want in enumerate(expected) for j, got in enumerate(read)),
        reverse=True,
    )
    match: dict[int, int] = {}
    taken: set[int] = set()
    for similarity, i, j in pairs:
        if similarity >= MIN_SIMILARITY and i not in match and j not in taken:
            match[i] = j
            taken.add(j)
    edits = 0
    for i, want in enumerate(expected):
        got = read[match[i]] if i in match else ""
        distance = Levenshtein.distance(want, got)
        edits += distance
        if show and distance:
            sys.stdout.write(f"    {distance:3d} - {want}\n        + {got}\n")
    left_over = [got for j, got in enumerate(read) if j not in taken]
    if show:
        sys.stdout.writelines(f"        ! {got}\n" for got in left_over)
    want_words, got_words = Counter(" ".join(expected).split()), Counter(" ".join(read).split())
    return Score(
        letters=sum(map(len, expected)),
        edits=edits,
        inserted=sum(map(len, left_over)),
        hits=sum((want_words & got_words).values()),
        expected_words=sum(want_words.values()),
        read_words=sum(got_words.values()),
    )


def main() -> None:
    """Read every page that has a transcript, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print the lines that differ")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    engine = open_engine()
    total, seconds = Score(0, 0, 0, 0, 0, 0), 0.0
    sys.stdout.write(f"{engine.name}\n{'page':26} {'error':>7} {'+ins':>7} {'F1':>7} {'s':>6}\n")
    for transcript in sorted((arguments.folder / "gt").glob("*.txt")):
        found = PAGE_SUFFIX.search(transcript.stem)
        stem, number = PAGE_SUFFIX.sub("", transcript.stem), int(found[1]) if found else 1
        scan = next((arguments.folder / "scans").glob(f"{stem}.*"))
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            source = extract_pages(scan, scan.name, Path(folder)).pages[number - 1]
            page = read_page(source, engine)
            taken_s = time.perf_counter() - started
        expected = [normalize(line) for line in transcript.read_text(encoding="utf-8").splitlines() if line.strip()]
        score = score_page(expected, [normalize(line.text) for line in page.lines], show=arguments.show)
        total, seconds = total + score, seconds + taken_s
        _print_row(transcript.stem, score, taken_s)
    _print_row("all", total, seconds)


def _print_row(label: str, score: Score, seconds: float) -> None:
    sys.stdout.write(f"{label:26} {score.error:7.2%} {score.error_with_insertions:7.2%} {score.word_f1:7.1%} {seconds:6.2f}\n")


if __name__ == "__main__":
    main()
