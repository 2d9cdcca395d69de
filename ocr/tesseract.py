"""Tesseract in this process through tesserocr: the only module that knows them.

A process a page costs half as much again as the reading itself (docs/ocr.md), a process a line twenty times as much.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import tesserocr

from dossiers.errors import ConfigurationError, RecognitionError, RecognitionTimeoutError
from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.page_image import WHITE, Pixels, as_pixels
from ocr.text import normalize_text

LANGUAGE = "vie"
# Where Debian, Fedora, Arch and Homebrew put the models; a setting names any other place.
MODEL_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
READING_DPI = 200  # what it is told; it scales each line to its own height anyway
# In heights of the line. More, and the marks of the lines above and below are read with it; less, and its own are cut.
MARGIN_ABOVE_EM, MARGIN_BELOW_EM, MARGIN_BESIDE_EM = 0.1, 0.12, 0.35
FRAME_PX = 14  # of white around the crop, without which the first and last letters are lost
# Tesseract packs each line as a PNG for itself, an eighth of its time, and longer where paper has a grain nobody sees.
PAPER_LEVEL = 250

_lock = threading.Lock()  # one reader a process, and it can do one thing at a time


@dataclass(frozen=True)
class TesseractReader:
    """Reads with Tesseract's LSTM model, line by line. ``model_dir`` is empty for the folders that systems use."""

    language: str = LANGUAGE
    model_dir: str = ""

    @cached_property
    def name(self) -> str:
        """Reader, version and language. Raises ConfigurationError when the language is missing."""
        with _lock:
            _open_reader(self.language, self.model_dir)
        return f"{tesserocr.tesseract_version().splitlines()[0].strip()} {self.language}"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> list[RecognizedLine | None]:
        """Read each line. See ``LineReader``."""
        deadline = time.monotonic() + timeout_s
        paper = cv2.threshold(image, PAPER_LEVEL - 1, WHITE, cv2.THRESH_BINARY)[1]
        even = as_pixels(cv2.bitwise_or(image, paper))
        with _lock:
            reader = _open_reader(self.language, self.model_dir)
            lines = []
            for box in boxes:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    raise RecognitionTimeoutError(timeout_s=f"{timeout_s:g}")
                lines.append(_read_line(reader, even, box, left_s))
        return lines


@lru_cache(maxsize=1)
def _open_reader(language: str, model_dir: str) -> tesserocr.PyTessBaseAPI:
    folders = [model_dir] if model_dir else [folder for folder in MODEL_FOLDERS if Path(folder).is_dir()]
    if not folders:
        raise ConfigurationError(detail="Tesseract's language data were not found; install them or set reading.tessdata_dir")
    wanted = language.split("+")
    missing = wanted
    for folder in folders:
        missing = [part for part in wanted if not Path(folder, f"{part}.traineddata").is_file()]
        if not missing:
            try:
                return _start_reader(language, folder)
            except (RuntimeError, OSError) as error:
                raise ConfigurationError(detail=f"tesseract does not start with {folder}: {error}") from error
    raise ConfigurationError(detail=f"tesseract has no language data for {', '.join(missing)} in {', '.join(folders)}")


def _start_reader(language: str, folder: str) -> tesserocr.PyTessBaseAPI:
    reader = tesserocr.PyTessBaseAPI(path=folder, lang=language, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY)
    # Whether a line is typed in even spaces is nothing that the LSTM model asks; to find out takes 3 % of the reading.
    reader.SetVariable("textord_all_prop", "1")
    return reader


def _read_line(reader: tesserocr.PyTessBaseAPI, image: Pixels, box: BoxPx, timeout_s: float) -> RecognizedLine | None:
    height, width = image.shape
    left, right = (
        max(0, box.left - round(MARGIN_BESIDE_EM * box.height)),
        min(width, box.right + round(MARGIN_BESIDE_EM * box.height)),
    )
    top, bottom = (
        max(0, box.top - round(MARGIN_ABOVE_EM * box.height)),
        min(height, box.bottom + round(MARGIN_BELOW_EM * box.height)),
    )
    crop = cv2.copyMakeBorder(
        image[top:bottom, left:right], FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX, cv2.BORDER_CONSTANT, value=WHITE
    )
    try:
        reader.SetImageBytes(crop.tobytes(), crop.shape[1], crop.shape[0], 1, crop.shape[1])
        reader.SetSourceResolution(READING_DPI)
        if not reader.Recognize(max(1, round(timeout_s * 1000))):
            raise RecognitionTimeoutError(timeout_s=f"{timeout_s:g}")
        words = [
            RecognizedWord(text, _clip(place, left - FRAME_PX, top - FRAME_PX, width, height), confidence)
            for text, place, confidence in _list_words(reader)
        ]
    except (RuntimeError, ValueError, OSError) as error:
        raise RecognitionError(detail=f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        reader.Clear()
    return join_words(words) if words else None


def _list_words(reader: tesserocr.PyTessBaseAPI) -> list[tuple[str, tuple[int, int, int, int], float]]:
    found = []
    iterator = reader.GetIterator()
    if iterator is None:
        return []
    for item in tesserocr.iterate_level(iterator, tesserocr.RIL.WORD):
        if item.Empty(tesserocr.RIL.WORD):
            continue
        # A word with a space inside would break "words joined by single spaces".
        text = normalize_text(item.GetUTF8Text(tesserocr.RIL.WORD)).replace(" ", "")
        place = item.BoundingBox(tesserocr.RIL.WORD)
        if text and place:
            found.append((text, place, min(1.0, max(0.0, item.Confidence(tesserocr.RIL.WORD) / 100))))
    return found


def _clip(place: tuple[int, int, int, int], x: int, y: int, width: int, height: int) -> BoxPx:
    """Move a box of the crop to the page, at least a pixel wide and high."""
    left, top = min(max(0, place[0] + x), width - 1), min(max(0, place[1] + y), height - 1)
    return BoxPx(left, top, max(left + 1, min(width, place[2] + x)), max(top + 1, min(height, place[3] + y)))
