"""The engine: two readers that err in different places, for each line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dossiers.page import BoxPx, RecognizedLine
from ocr.engine import LineReader, Reading
from ocr.page_image import Pixels
from ocr.tesseract.reader import LANGUAGE, TesseractReader
from ocr.trueocr_reader import TrueOcrReader


@dataclass(frozen=True)
class TwoReaders:
    """Reads every line with both readers. The first one's boxes are the more exact ones."""

    first: LineReader
    second: LineReader

    @cached_property
    def name(self) -> str:
        return f"{self.first.name} + {self.second.name}"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        """Read each line twice. See ``OcrEngine``."""
        started = time.monotonic()
        seconds = self.second.read_lines(image, boxes, timeout_s)
        left_s = max(0.0, timeout_s - (time.monotonic() - started))
        firsts = self.first.read_lines(image, boxes, left_s)
        return tuple(reading for pair in zip(firsts, seconds, strict=True) if (reading := _pair_up(*pair)))


def _pair_up(first: RecognizedLine | None, second: RecognizedLine | None) -> Reading | None:
    if first is None:
        return Reading(second) if second else None
    return Reading(first, second)


def open_engine(language: str = LANGUAGE, model_dir: str = "") -> TwoReaders:
    """Return the default engine. Nothing is loaded before it reads or is asked for its name."""
    return TwoReaders(TesseractReader(language, model_dir), TrueOcrReader())
