"""Document numbers and dates of real letters, most of them written or stamped by hand: are they read right?

Both engines are judged by their text alone: the number must stand behind "Số" and before its slash, the day and the month
in "ngày … tháng …". What Sohoa also gives as fields, with a confidence, is told besides; ``benchmarks.header_numbers`` measures
the reader of such digits by itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import OURS, PEER, Figure
from benchmarks.measure import SetResult
from benchmarks.page_sets import DEV_STEMS, BenchFile, PageSet, PrintedPage, take_page
from benchmarks.reading import Reading
from benchmarks.scoring import normalize

HEADERS_DEV, HEADERS_HELD = "headers-dev", "headers-held"
SURE = 0.7  # the review threshold of a field
LEAST_RIGHT, LEAST_SURE_RIGHT = 0.8, 0.99


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What stands in a letter's header: ``number`` with its symbol, ``date`` ISO 8601."""

    number: str
    date: str

    def is_number_in(self, lines: Sequence[str]) -> bool:
        """Say whether the number stands in its place in a text."""
        digits, _, symbol = self.number.partition("/")
        pattern = rf"số\s*[:.;]?\s*0*{re.escape(digits.lstrip('0'))}\s*{re.escape('/' + symbol[:2])}"
        return any(re.search(pattern, normalize(line), re.IGNORECASE) for line in lines)

    def is_day_in(self, lines: Sequence[str]) -> bool:
        """Say whether day and month stand in their places in a text."""
        _, month, day = (int(part) for part in self.date.split("-"))
        pattern = rf"ngày\s+0?{day}\s+tháng\s+0?{month}\b"
        return any(re.search(pattern, normalize(line), re.IGNORECASE) for line in lines)


def read_facts(folder: Path) -> dict[str, HeaderFacts]:
    """Return the facts of every scan in ``fields.tsv``, by the file's name."""
    with (folder / "fields.tsv").open(encoding="utf-8", newline="") as table:
        return {row["path"]: HeaderFacts(row["number"], row["date"]) for row in csv.DictReader(table, delimiter="\t")}


def load_headers(folder: Path, scratch: Path) -> tuple[PageSet, PageSet]:
    """Load the first page of every scan whose header is known: those looked at, and those held out."""
    dev: list[BenchFile] = []
    held: list[BenchFile] = []
    for name in sorted(read_facts(folder)):
        scan = folder / "scans" / name
        page = take_page(scan, 1, scratch / f"{scan.stem}_p1.pdf") if scan.suffix == ".pdf" else scan
        (dev if scan.stem in DEV_STEMS else held).append(BenchFile(name, page, (PrintedPage((), 0),)))
    return PageSet(HEADERS_DEV, tuple(dev)), PageSet(HEADERS_HELD, tuple(held))


def list_header_figures(facts: dict[str, HeaderFacts], sets: dict[str, dict[str, SetResult]]) -> list[Figure]:
    """Return the shares of numbers and days read right, and of the sure ones among Sohoa's fields."""
    figures = []
    for name in (HEADERS_DEV, HEADERS_HELD):
        results = sets.get(name, {})
        rights = {engine: _count_right(facts, result) for engine, result in results.items()}
        for place, what in enumerate(("number", "day and month")):
            ours, peer = (rights[engine][place] if engine in rights else None for engine in (OURS, PEER))
            if rights:
                met = None if ours is None else ours >= LEAST_RIGHT
                figures.append(Figure(f"{name}: {what} read right", "%", ours, peer, f">= {LEAST_RIGHT:.0%}", met))
        if OURS in results:
            figures += _judge_sure(name, facts, results[OURS])
    return figures


def _count_right(facts: dict[str, HeaderFacts], result: SetResult) -> tuple[float, float]:
    numbers = days = 0
    for file in result.files:
        lines = [line for page in file.reading.pages for line in page.lines]
        numbers += facts[file.file.name].is_number_in(lines)
        days += facts[file.file.name].is_day_in(lines)
    return numbers / len(result.files), days / len(result.files)


def _judge_sure(name: str, facts: dict[str, HeaderFacts], result: SetResult) -> list[Figure]:
    sure = [right for file in result.files for right in _list_sure(facts[file.file.name], file.reading)]
    if not sure:
        return []
    share = sum(sure) / len(sure)
    label = f"{name}: right among the {len(sure)} number and date fields that are sure"
    return [Figure(label, "%", share, None, f">= {LEAST_SURE_RIGHT:.0%}", share >= LEAST_SURE_RIGHT)]


def _list_sure(wanted: HeaderFacts, reading: Reading) -> list[bool]:
    number, number_confidence = reading.fields.get("document_number", ("", 0.0))
    date, date_confidence = reading.fields.get("issue_date", ("", 0.0))
    found = []
    if number and number_confidence >= SURE:
        found.append(_digits(number) == _digits(wanted.number))
    if date and date_confidence >= SURE:
        found.append(date == wanted.date)
    return found


def _digits(number: str) -> str:
    return number.partition("/")[0].strip().lstrip("0")
