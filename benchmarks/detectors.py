"""Compare ways to find the lines of print, and to read them: ``python -m benchmarks.detectors FOLDER [--peer PYTHON]``.

FOLDER holds real scans with transcripts (its pages looked at are taken) or drawn pages (``benchmarks.draw_pages``). Every way
sees the same cleaned pages. Detectors are followed by the default readers; readers follow the default detector. Columns:
character error, spurious characters, F1 of the words, CPU seconds a page of finding or of reading alone. RapidOCR runs in an
environment of its own, whose Python is ``--peer``, and its seconds are its own account; without it that row is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tesserocr

from benchmarks.page_sets import PageSet, load_drawn, load_real
from benchmarks.programs import run_program
from benchmarks.scoring import Score, score_page
from benchmarks.tesseract_lines import read_with_tesseract
from dossiers.page import BoxPx, RecognizedLine
from ocr.cleaning import INK_LEVEL, prepare_for_reading
from ocr.engine import LineReader, OcrEngine
from ocr.language.mend import mend_lines
from ocr.line_detector import detect_lines
from ocr.load import extract_pages
from ocr.noise import drop_noise
from ocr.orientation import find_rotation, find_skew
from ocr.page_image import Pixels, as_pixels, decode_page, straighten, turn
from ocr.quality import assess_quality
from ocr.reading_order import arrange_lines
from ocr.regions.find import find_marks
from ocr.regions.lifting import lift_ink
from ocr.tesseract.reader import MODEL_FOLDERS, TesseractReader
from ocr.trueocr_reader import TrueOcrReader
from ocr.two_readers import open_engine

TIMEOUT_S = 300.0
RAPID_MARGIN_EM = 0.2  # its boxes fit the letters' bodies; without a margin tone marks are cut
Detector = Callable[[Pixels], list[BoxPx]]
Reader = Callable[[Pixels, Sequence[BoxPx]], list[RecognizedLine]]


@dataclass(frozen=True)
class CleanPage:
    """A page as readers see it, and what is printed on it."""

    pixels: Pixels
    printed: tuple[str, ...]


def clean_pages(pages: PageSet, engine: OcrEngine) -> list[CleanPage]:
    """Load and clean the pages of a set, blank ones left out."""
    found = []
    for file in pages.files:
        with tempfile.TemporaryDirectory() as folder:
            for source, page in zip(extract_pages(file.path, file.path.name, Path(folder)).pages, file.pages, strict=False):
                if not page.lines:
                    continue
                image = decode_page(source)
                letter_height_px = assess_quality(image.pixels, image.dpi).letter_height_px
                turned = turn(image.pixels, find_rotation(image, engine).rotation_deg)
                level = straighten(turned, find_skew(turned))
                lifted = lift_ink(level, find_marks(level, image.dpi))
                found.append(CleanPage(prepare_for_reading(lifted, image.dpi, letter_height_px).pixels, page.lines))
    return found


def find_by_tesseract(image: Pixels) -> list[BoxPx]:
    """Return the lines of Tesseract's own page layout."""
    folder = next(folder for folder in MODEL_FOLDERS if Path(folder).is_dir())
    with tesserocr.PyTessBaseAPI(path=folder, lang="vie", psm=tesserocr.PSM.AUTO) as layout:
        layout.SetImageBytes(image.tobytes(), image.shape[1], image.shape[0], 1, image.shape[1])
        layout.SetSourceResolution(200)
        parts = layout.GetComponentImages(tesserocr.RIL.TEXTLINE, True)
    return [BoxPx(part["x"], part["y"], part["x"] + part["w"], part["y"] + part["h"]) for _, part, _, _ in parts]


def find_by_shapes(image: Pixels) -> list[BoxPx]:
    """Return rows of letters: ink joined across the gaps between words, then between marks and letters."""
    ink = as_pixels((image < INK_LEVEL) * np.uint8(255))
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= 8) & (heights <= 60)]
    if not len(heights):
        return []
    em = float(np.median(heights))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(2.2 * em)), np.uint8))
    body = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((max(2, round(0.35 * em)), round(em)), np.uint8))
    _, _, rows, _ = cv2.connectedComponentsWithStats(body)
    boxes = [
        BoxPx(int(x), max(0, int(y - 0.55 * em)), int(x + w), int(y + h + 0.4 * em))
        for x, y, w, h, _ in rows[1:]
        if w >= em and 0.4 * em <= h <= 3 * em
    ]
    return sorted(boxes, key=lambda box: (box.top, box.left))


@dataclass
class RapidOcr:
    """RapidOCR's detector, in a Python of its own that is started once a page; ``cpu_s`` adds up what finding alone took."""

    python: str
    scratch: Path
    cpu_s: float = 0.0

    def find(self, image: Pixels) -> list[BoxPx]:
        """Return its boxes, with a margin for tone marks."""
        picture, answer = self.scratch / "page.png", self.scratch / "boxes.json"
        cv2.imwrite(str(picture), image)
        script = str(Path(__file__).with_name("rapidocr_boxes.py"))
        done = run_program([self.python, script, str(picture), str(answer)], dict(os.environ), self.scratch / "log")
        if done.code != 0:
            raise SystemExit(f"RapidOCR failed: {done.output[-500:]}")
        height, width = image.shape
        found = json.loads(answer.read_text(encoding="utf-8"))
        self.cpu_s += found["cpu_s"]
        margins = [
            (left, top, right, bottom, round(RAPID_MARGIN_EM * (bottom - top))) for left, top, right, bottom in found["boxes"]
        ]
        boxes = [BoxPx(max(0, x), max(0, y - m), min(width, r), min(height, b + m)) for x, y, r, b, m in margins]
        return sorted(boxes, key=lambda box: (box.top, box.left))


def list_readers() -> dict[str, Reader]:
    """Return the ways to read found lines, by name."""
    engine, tesseract, trueocr = open_engine(), TesseractReader(), TrueOcrReader()

    def read_alone(reader: LineReader) -> Reader:
        return lambda image, boxes: [line for line in reader.read_lines(image, boxes, TIMEOUT_S) if line]

    return {
        "Tesseract itself, a line at a time": lambda image, boxes: [line for line in read_with_tesseract(image, boxes) if line],
        "Tesseract's model, run by us": read_alone(tesseract),
        "TrueOCR": read_alone(trueocr),
        "both, the first where they differ": lambda image, boxes: [
            reading.first for reading in engine.read_lines(image, boxes, TIMEOUT_S)
        ],
        "both, chosen by the language model (default)": lambda image, boxes: list(
            mend_lines(engine.read_lines(image, boxes, TIMEOUT_S))
        ),
    }


def score(pages: Sequence[CleanPage], found: Sequence[Sequence[BoxPx]], read: Reader) -> tuple[Score, float]:
    """Read found lines, put them in order and score them; return the score and the CPU seconds of reading a page."""
    total, seconds = Score(), 0.0
    for page, boxes in zip(pages, found, strict=True):
        started = time.process_time()
        lines = read(page.pixels, boxes)
        seconds += time.process_time() - started
        total += score_page(page.printed, [line.text for line in arrange_lines(drop_noise(lines))])
    return total, seconds / len(pages)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", help="the Python in which RapidOCR is installed")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        is_real = (arguments.folder / "gt").is_dir()
        chosen = load_real(arguments.folder, Path(scratch))[0] if is_real else load_drawn("drawn", arguments.folder)
        pages = clean_pages(chosen, open_engine())
        detectors: dict[str, Detector] = {
            "Tesseract's page layout": find_by_tesseract,
            "rows of shapes (classical)": find_by_shapes,
            "TrueOCR (default)": detect_lines,
        }
        rapidocr = RapidOcr(arguments.peer, Path(scratch))
        if arguments.peer:
            detectors["RapidOCR"] = rapidocr.find
        readers = list_readers()
        sys.stdout.write(f"{len(pages)} pages\n")
        default: list[list[BoxPx]] = []
        for name, detect in detectors.items():
            started = time.process_time()
            found = [detect(page.pixels) for page in pages]
            detect_s = (rapidocr.cpu_s or time.process_time() - started) / len(pages)
            if detect is detect_lines:
                default = found
            print_row(f"detector: {name}", *score(pages, found, list(readers.values())[-1])[:1], detect_s)
        for name, read in readers.items():
            print_row(f"reader: {name}", *score(pages, default, read))


def print_row(name: str, result: Score, cpu_s: float) -> None:
    """Print one way's figures."""
    figures = f"{result.error:8.2%}{result.insertions:8.2%}{result.word_f1:8.1%}{cpu_s:8.2f}"
    sys.stdout.write(f"{name:56}{figures}\n")


if __name__ == "__main__":
    main()
