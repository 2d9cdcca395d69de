"""Read real scans with transcripts, quickly and by themselves: ``python -m benchmarks.read_realscans FOLDER [--show]``.

FOLDER holds ``scans/`` and ``gt/NAME[_pN].txt``, one printed line a line. Prints character error, spurious characters, F1 of
the bags of words and seconds, a page a row and over all; the measure is that of ``benchmarks.scoring``. The pages held out are
read with ``--held`` only, and what is wrong on them is never shown.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.page_sets import BenchFile, load_real
from benchmarks.scoring import Score, list_differences, score_page
from ocr.engine import OcrEngine
from ocr.load import extract_pages
from ocr.pages import read_page
from ocr.two_readers import open_engine


def main() -> None:
    """Read every page that has a transcript, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held", action="store_true", help="read the pages held out for the last measurement")
    parser.add_argument("--show", action="store_true", help="print the lines that differ")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    engine = open_engine()
    total, seconds = Score(), 0.0
    sys.stdout.write(f"{engine.name}\n{'page':26} {'error':>7} {'insert':>7} {'F1':>7} {'s':>6}\n")
    with tempfile.TemporaryDirectory() as scratch:
        dev, held = load_real(arguments.folder, Path(scratch))
        for file in (held if arguments.held else dev).files:
            started = time.perf_counter()
            lines = read_lines(file, engine, Path(scratch) / file.name)
            taken_s = time.perf_counter() - started
            score = score_page(file.pages[0].lines, lines)
            total, seconds = total + score, seconds + taken_s
            _print_row(file.name, score, taken_s)
            if arguments.show and not arguments.held:
                sys.stdout.writelines(f"    {row}\n" for row in list_differences(file.pages[0].lines, lines))
    _print_row("all", total, seconds)


def read_lines(file: BenchFile, engine: OcrEngine, scratch: Path) -> list[str]:
    """Return the lines of a file's first page."""
    source = extract_pages(file.path, file.path.name, scratch).pages[0]
    return [line.text for line in read_page(source, engine).lines]


def _print_row(label: str, score: Score, seconds: float) -> None:
    sys.stdout.write(f"{label:26} {score.error:7.2%} {score.insertions:7.2%} {score.word_f1:7.1%} {seconds:6.2f}\n")


if __name__ == "__main__":
    main()
