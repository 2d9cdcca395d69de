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
from dossiers.model import PageSource, RecognizedLine
from ocr.cleaning import prepare_for_reading
from ocr.load import extract_pages
from ocr.orientation import find_skew
from ocr.page_image import Pixels, decode_page, straighten, turn
from ocr.quality import assess_quality
from training.readers import TwoReaders

STRAIGHTEN_FROM_DEG = 0.2
Transcript = tuple[list[str], int]  # lines, and how far the page is to be turned
FindTranscript = Callable[[int], Transcript | None]


def main() -> None:
    """Read, and write a line a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default=".", help="regular expression that a file's name must match")
    arguments = parser.parse_args()
    readers = TwoReaders()
    with gzip.open(arguments.out, "wt", encoding="utf-8") as out:
        for path, find_transcript in list_scans(arguments.folder):
            if re.search(arguments.only, path.name):
                for row in read_scan(path, find_transcript, readers):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
                    sys.stdout.write(f"{row['page']}: {len(row['lines'])} lines\n")


def list_scans(folder: Path) -> Iterator[tuple[Path, FindTranscript]]:
    """Yield the scans of a folder, each with what finds the transcript of its pages by their number."""
    if (folder / "gt").is_dir():
        for path in sorted((folder / "scans").iterdir()):
            yield path, partial(find_text, folder / "gt", path.stem)
    else:
        for path in sorted((folder / "dossiers").rglob("*.*")):
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


def read_scan(path: Path, find_transcript: FindTranscript, readers: TwoReaders) -> Iterator[dict[str, Any]]:
    """Yield each page of a scan, read twice; a scan that cannot be opened has none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            sources = extract_pages(path, path.name, Path(folder)).pages
        except InputError as error:
            sys.stderr.write(f"{path.name}: {error}\n")
            return
        for source in sources:
            if (transcript := find_transcript(source.number)) is not None:
                lines = readers.read(prepare_page(source, transcript[1]))
                shown = [{"first": _show(first), "second": _show(second)} for first, second in lines]
                yield {"page": f"{path.parent.name}/{path.name}:{source.number}", "truth": transcript[0], "lines": shown}


def prepare_page(source: PageSource, rotation_deg: int) -> Pixels:
    """Return a page's pixels upright, level and clean."""
    page = decode_page(source)
    letter_height_px = assess_quality(page.pixels, page.dpi).letter_height_px
    turned = turn(page.pixels, rotation_deg)
    skew_deg = find_skew(turned)
    level = straighten(turned, skew_deg) if abs(skew_deg) >= STRAIGHTEN_FROM_DEG else turned
    return prepare_for_reading(level, page.dpi, letter_height_px).pixels


def _show(line: RecognizedLine | None) -> list[list[Any]]:
    return [[word.text, round(word.confidence, 4), *word.bbox_px] for word in line.words] if line else []


if __name__ == "__main__":
    main()
