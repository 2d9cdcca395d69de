"""Lines read twice, with what is printed: the pairs that ``training.pairs`` writes."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.engine import Reading
from ocr.lines import join_words

MIN_LIKENESS = 0.5  # a line less like anything printed is a stamp or a signature, and is left out


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line read twice and what the page prints there; None where it is not known."""

    reading: Reading
    printed: str | None


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page's lines in the order the detector gave them."""

    name: str
    lines: tuple[KnownLine, ...]


def read_pages(path: Path) -> Iterator[KnownPage]:
    """Yield the pages of a file of pairs (gzipped, one JSON object a page)."""
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            page = json.loads(row)
            printed = [normalize(text) for text in page["truth"]]
            readings = filter(None, (_make_reading(line) for line in page["lines"]))
            yield KnownPage(page["page"], tuple(KnownLine(one, find_printed(one, printed)) for one in readings))


def normalize(text: str) -> str:
    """Write a text so that only reading errors differ: NFC, single spaces, none around a slash, plain quotes and dashes."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    return re.sub(r"\s*/\s*", "/", spaced).translate(str.maketrans("“”–—’", '""--\''))


def find_printed(reading: Reading, printed: Sequence[str]) -> str | None:
    """Return the printed line, or the words within one, that are most like the reading."""
    found: tuple[float, str] = (0.0, "")
    for text in (normalize(line.text) for line in (reading.first, reading.second) if line):
        for line in printed:
            part = _cut_like(text, line)
            found = max(found, (Levenshtein.normalized_similarity(text, part), part))
    return found[1] if found[0] >= MIN_LIKENESS else None


def _cut_like(text: str, line: str) -> str:
    """Return the whole words of ``line`` that lie where ``text`` fits it best."""
    if len(text) > len(line):
        return line
    place = fuzz.partial_ratio_alignment(text, line)
    if place is None:
        return line
    start, end = place.dest_start, place.dest_end
    while start > 0 and line[start - 1] != " ":
        start -= 1
    while end < len(line) and line[end] != " ":
        end += 1
    return line[start:end].strip()


def _make_reading(line: dict[str, Any]) -> Reading | None:
    first, second = _make_line(line["first"]), _make_line(line["second"])
    return Reading(first, second) if first else Reading(second) if second else None


def _make_line(words: list[list[Any]]) -> RecognizedLine | None:
    made = [RecognizedWord(text, BoxPx(*box), confidence) for text, confidence, *box in words]
    return join_words(made) if made else None
