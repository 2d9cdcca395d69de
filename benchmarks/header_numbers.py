"""Measure the reading of handwritten and stamped header cells.

``python -m benchmarks.header_numbers --drawn 400`` draws headers of its own seed, filled in by pens the training never saw
(``--data`` adds MNIST's held-out digits; the fonts of docs/handwriting.md are used where installed).
``python -m benchmarks.header_numbers FOLDER [--held]`` reads real scans: FOLDER holds ``scans/`` and ``fields.tsv``
(path, number, date). Pages named in HELD are measured on demand only, and never looked at.
``--calibrate 6000`` fits the two figures of ``ocr.handwriting.digits.CALIBRATION``.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.drawn_headers import Hand, draw_header
from classifiers.fields.document_number import find_document_number
from classifiers.fields.issue_date import find_issue_date
from classifiers.reading import read_written_pages
from dossiers.document_type import load_document_types
from dossiers.model import ExtractedField
from ocr.handwriting.cells import Ink
from ocr.handwriting.digits import DAYS, judge_strip
from ocr.handwriting.header import CellReading, read_header_cells
from ocr.load import extract_pages
from ocr.pages import read_page
from ocr.two_readers import open_engine
from samples.generator.dice import Dice
from training.digit_sources import HAND_FONTS, STAMP_FONTS, group_mnist, load_fonts, make_pens, read_mnist
from training.digit_sources import Hand as Source
from training.digit_strips import Pool, make_batch

SEED = 7700
HELD = ("01CT_2021", "07CT_2018", "23BC_2025", "299UBND_2025", "51QD_2025", "851QD", "999TB_2021")
SURE_FIELD = 0.7  # the review threshold for a field


@dataclass(frozen=True)
class Outcome:
    """What was wanted in a place, what was read, and whether the reading passes without a person."""

    kind: str
    wanted: str
    found: str
    is_sure: bool

    @property
    def is_right(self) -> bool:
        return self.wanted == self.found


def gather_hands(data: Path | None, seed: int) -> list[tuple[float, list[Source]]]:
    """Return ways of writing with their weights: new pens, stamps, with ``data`` MNIST's held-out digits and fonts."""
    rng = np.random.default_rng(seed)
    hands = [(0.5, make_pens(150, rng)), (0.1, load_fonts(STAMP_FONTS[1:], "stamp"))]
    if data is not None:
        hands.append((0.25, group_mnist(read_mnist(data, is_held_out=True), 300, rng)))
        hands.append((0.15, load_fonts(HAND_FONTS, "hand")))
    return hands


def choose_hand(hands: list[tuple[float, list[Source]]], rng: Random) -> Hand:
    """Return one way of writing."""
    source = rng.choice(rng.choices([group for _, group in hands], [weight for weight, _ in hands])[0])

    def draw(digit: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        tile = rng.choice(source.tiles[digit])
        rows, columns = np.flatnonzero(tile.max(axis=1) > 60), np.flatnonzero(tile.max(axis=0) > 60)
        return tile[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    return Hand(draw, source.kind == "stamp")


def measure_drawn(count: int, data: Path | None, seed: int, *, shows: bool) -> list[Outcome]:
    """Read ``count`` drawn headers; printed cells count as right when they were left alone."""
    rng, hands, outcomes = Dice(seed), gather_hands(data, seed), []
    for number in range(count):
        drawn = draw_header(rng, choose_hand(hands, rng))
        cells = {cell.kind: cell for cell in read_header_cells(drawn.pixels, drawn.lines).cells}
        for kind, wanted in drawn.truth.items():
            outcome = _compare_cell(kind, wanted, cells.get(kind), is_written=drawn.is_written[kind])
            outcomes.append(outcome)
            if shows and not outcome.is_right:
                sys.stdout.write(f"  {number:4} {drawn.dpi} dpi {outcome}\n")
    return outcomes


def _compare_cell(kind: str, wanted: str, cell: CellReading | None, *, is_written: bool) -> Outcome:
    if cell is None:
        return Outcome(kind, wanted, "not found", is_sure=False)
    if not is_written:
        # Read anew although printed is no harm when the digits are the same.
        found = wanted if cell.ink is Ink.PRINTED else cell.text
        return Outcome(f"{kind} printed", wanted, found, cell.ink is Ink.PRINTED or cell.is_sure)
    if not wanted:
        return Outcome(f"{kind} empty", "", cell.text, cell.is_sure)
    return Outcome(kind, wanted, "taken for print" if cell.ink is Ink.PRINTED else cell.text, cell.is_sure)


def measure_scans(folder: Path, *, is_held: bool, shows: bool) -> list[Outcome]:
    """Read the scans of one half and compare number and date as the fields give them."""
    engine, outcomes = open_engine(), []
    symbols = {symbol for kind in load_document_types().values() for symbol in kind.symbols}
    with (folder / "fields.tsv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["path"].startswith(HELD) == is_held]
    for row in rows:
        path = folder / "scans" / row["path"]
        with tempfile.TemporaryDirectory() as scratch:
            source = extract_pages(path, path.name, Path(scratch)).pages[0]
            page = read_page(source, engine)
        readings = read_written_pages([page])
        number = next((f for f in find_document_number(readings, symbols) if f.name == "document_number"), None)
        date = find_issue_date(readings)
        wanted = row["number"].split("/")[0], row["date"]
        outcomes.append(_compare_field("number", wanted[0], number, (number.value if number else "").split("/")[0]))
        outcomes.append(_compare_field("day", wanted[1][-2:], date, (date.value if date else "")[-2:]))
        outcomes.append(_compare_field("date", wanted[1], date, date.value if date else ""))
        if shows:
            sys.stdout.write(f"  {row['path']} {outcomes[-3:]}\n")
    return outcomes


def _compare_field(kind: str, wanted: str, field: ExtractedField | None, found: str) -> Outcome:
    return Outcome(kind, wanted, found, field is not None and field.confidence >= SURE_FIELD)


def print_outcomes(title: str, outcomes: Sequence[Outcome]) -> None:
    """Print a row a kind: how many, right, sure, and sure but wrong."""
    sys.stdout.write(f"{title:18} {'of':>5} {'right':>7} {'sure':>7} {'sure and right':>15} {'sure and wrong':>15}\n")
    for kind in dict.fromkeys(outcome.kind for outcome in outcomes):
        chosen = [outcome for outcome in outcomes if outcome.kind == kind]
        sure = [outcome for outcome in chosen if outcome.is_sure]
        right, good = sum(o.is_right for o in chosen), sum(o.is_right for o in sure)
        precision = good / len(sure) if sure else math.nan
        sys.stdout.write(
            f"{kind:18} {len(chosen):5} {right / len(chosen):7.1%} {len(sure) / len(chosen):7.1%}"
            f" {precision:15.2%} {len(sure) - good:15}\n"
        )


def calibrate_shares(count: int, data: Path, seed: int) -> None:
    """Fit the log odds of being right to the log odds of the network's share, and print precision by threshold."""
    pool = Pool(
        {str(i): hands for i, (_, hands) in enumerate(gather_hands(data, seed))}, {"0": 0.5, "1": 0.1, "2": 0.25, "3": 0.15}
    )
    strips, texts = make_batch(count, pool, np.random.default_rng(seed))
    shares, rights = [], []
    for strip, text in zip(strips, texts, strict=True):
        allowed = DAYS if text in DAYS else None
        found, share = judge_strip(strip, allowed)
        if found:
            shares.append(min(max(share, 1e-6), 1 - 1e-6))
            rights.append(found == text)
    x, y = np.log(np.array(shares) / (1 - np.array(shares))), np.array(rights, dtype=np.float64)
    slope, offset = 1.0, 0.0
    for _ in range(50):  # Newton's method for logistic regression
        p = 1 / (1 + np.exp(-(slope * x + offset)))
        weight = p * (1 - p) + 1e-9
        slopes = np.array([((p - y) * x).sum(), (p - y).sum()])
        curve = np.array([[(weight * x * x).sum(), (weight * x).sum()], [(weight * x).sum(), weight.sum()]])
        change = np.linalg.solve(curve + 1e-6 * np.eye(2), slopes)
        slope, offset = slope - change[0], offset - change[1]
    sys.stdout.write(f"right {y.mean():.2%} of {len(y)}; CALIBRATION = ({slope:.3f}, {offset:.3f})\n")
    p = 1 / (1 + np.exp(-(slope * x + offset)))
    for low, high in zip(
        (0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995), (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.01), strict=True
    ):
        chosen = (p >= low) & (p < high)
        if chosen.any():
            sys.stdout.write(f"  said {low:.3f}-{min(high, 1):.3f}: {chosen.sum():5} strings, right {y[chosen].mean():.2%}\n")
    for least in (0.9, 0.95, 0.98, 0.99, 0.995):
        chosen = p >= least
        sys.stdout.write(f"  from {least:.3f} on: {chosen.mean():.1%} of all, right {y[chosen].mean():.2%}\n")


def main() -> None:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--held", action="store_true", help="measure the held-out scans as well")
    parser.add_argument("--drawn", type=int, default=0)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--calibrate", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is wrong (never for held-out scans)")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    if arguments.calibrate:
        calibrate_shares(arguments.calibrate, arguments.data, arguments.seed + 1)
    if arguments.drawn:
        print_outcomes("drawn headers", measure_drawn(arguments.drawn, arguments.data, arguments.seed, shows=arguments.show))
    if arguments.folder:
        print_outcomes("scans, DEV", measure_scans(arguments.folder, is_held=False, shows=arguments.show))
        if arguments.held:
            print_outcomes("scans, HELD", measure_scans(arguments.folder, is_held=True, shows=False))


if __name__ == "__main__":
    main()
