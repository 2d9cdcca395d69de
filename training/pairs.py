"""Read every line of a folder of scans twice: ``python -m training.pairs FOLDER OUT.jsonl.gz``.

FOLDER is laid out as ``samples.generator`` and ``training.pages`` write it, or holds ``scans/`` and ``gt/NAME[_pN].txt``. The
output, one JSON object a page with its transcript, is what ``training.confidence`` and ``benchmarks.ablation`` take; it is
never committed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from dossiers.errors import InputError
from dossiers.page import PageSource, RecognizedLine
from ocr.cleaning import prepare_for_reading
from ocr.engine import OcrEngine, Reading
from ocr.line_detector import detect_lines
from ocr.load import extract_pages
from ocr.orientation import find_skew
from ocr.page_image import decode_page, straighten, turn
from ocr.quality import assess_quality
from ocr.regions.find import find_marks
from ocr.regions.lifting import lift_ink
from ocr.two_readers import open_engine

PAGE_TIMEOUT_S = 300.0
Transcript = tuple[list[str], int]  # lines, and how far the page is to be turned
FindTranscript = Callable[[int], Transcript | None]


def main() -> None:
    """Read, and write a line a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default=".", help="regular expression that a file's name must match")
    arguments = parser.parse_args()
    engine = open_engine()
    with gzip.open(arguments.out, "wt", encoding="utf-8") as out:
        for path, find_transcript in list_scans(arguments.folder):
            if re.search(arguments.only, path.name):
                for row in read_scan(path, find_transcript, engine):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
                    sys.stdout.write(f"{row['page']}: {len(row['lines'])} lines\n")


def list_scans(folder: Path) -> Iterator[tuple[Path, FindTranscript]]:
    """Yield the scans of a folder, each with what finds the transcript of its pages by their number."""
    if (folder / "gt").is_dir():
        for path in sorted((folder / "scans").iterdir()):
            yield path, partial(find_text, folder / "gt", path.stem)
    else:
        for path in sorted(path for path in (folder / "dossiers").rglob("*") if path.is_file()):
            inner = path.relative_to(folder / "dossiers")
            yield path, partial(find_truth, folder / "ground_truth" / inner.parent / f"{path.name}.json")


def find_text(folder: Path, stem: str, number: int) -> Transcript | None:
    """Return a real page's transcript; no lines where there is none."""
    named = [folder / f"{stem}_p{number}.txt", *([folder / f"{stem}.txt"] if number == 1 else [])]
    path = next((path for path in named if path.is_file()), None)
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8")) if path else ""
    return [line for line in text.splitlines() if line.strip()], 0


def find_truth(path: Path, number: int) -> Transcript | None:
    """Return a drawn page's transcript and turn; None when it is blank."""
    pages = json.loads(path.read_text(encoding="utf-8"))["pages"]
    page = next(page for page in pages if page["number"] == number)
    return None if page["blank"] else (page["lines"], page["rotation_deg"])


def read_scan(path: Path, find_transcript: FindTranscript, engine: OcrEngine) -> Iterator[dict[str, Any]]:
    """Yield each page of a scan, read twice; a scan that cannot be opened has none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            sources = extract_pages(path, path.name, Path(folder)).pages
        except InputError as error:
            sys.stderr.write(f"{path.name}: {error}\n")
            return
        for source in sources:
            if (transcript := find_transcript(source.number)) is not None:
                readings = read_page_twice(source, transcript[1], engine)
                shown = [{"first": _show(one.first), "second": _show(one.second)} for one in readings]
                yield {"page": f"{path.parent.name}/{path.name}:{source.number}", "truth": transcript[0], "lines": shown}


def read_page_twice(source: PageSource, rotation_deg: int, engine: OcrEngine) -> tuple[Reading, ...]:
    """Read a page as ``ocr.pages`` does up to the mending, turned as its transcript says."""
    page = decode_page(source)
    letter_height_px = assess_quality(page.pixels, page.dpi).letter_height_px
    turned = turn(page.pixels, rotation_deg)
    level = straighten(turned, find_skew(turned))
    marks = find_marks(level, page.dpi)
    readable = prepare_for_reading(lift_ink(level, marks), page.dpi, letter_height_px)
    return engine.read_lines(readable.pixels, detect_lines(readable.pixels), PAGE_TIMEOUT_S)


def _show(line: RecognizedLine | None) -> list[list[Any]]:
    return [[word.text, round(word.confidence, 4), *word.bbox_px] for word in line.words] if line else []


if __name__ == "__main__":
    main()
