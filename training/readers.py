"""Both readers on the lines of a page, for training and measuring only; the product wires its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tesserocr
import trueocr
from PIL import Image
from trueocr.page import PageEngine
from trueocr.preprocess import pad_batch, prepare_image
from trueocr.recognizer import Recognizer

from dossiers.model import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.page_image import WHITE, Pixels
from ocr.text import normalize_text

MODELS = Path(trueocr.__file__).parent / "models"
TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")
MARGIN_PX = 10
PAD_X, PAD_Y = 0.2, 0.15  # of the line's height, around a crop for Tesseract
MIN_SIDE_PX = 3
BLANK = 0  # of connectionist temporal classification


@dataclass(frozen=True)
class TwoReaders:
    """TrueOCR's line detector and reader, and Tesseract on single lines, on one thread."""

    dpi: int = 200

    @cached_property
    def detector(self) -> PageEngine:
        return PageEngine(MODELS, threads=1)

    @cached_property
    def second(self) -> Recognizer:
        return Recognizer(MODELS, threads=1)

    @cached_property
    def first(self) -> Any:
        return tesserocr.PyTessBaseAPI(
            path=str(TESSDATA), lang="vie", psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
        )

    def read(self, gray: Pixels) -> Iterator[tuple[RecognizedLine | None, RecognizedLine | None]]:
        """Yield for each detected line of a cleaned, upright page what the first and the second reader give."""
        height, width = gray.shape
        for box in self.detector.detect(gray):
            left, top = (int(max(0, value)) for value in np.floor(box[:2]))
            right, bottom = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
            place = BoxPx(left, top, right, bottom)
            if min(place.width, place.height) >= MIN_SIDE_PX:
                yield self._read_first(gray, place), self._read_second(gray, place)

    def _read_first(self, gray: Pixels, place: BoxPx) -> RecognizedLine | None:
        top, bottom = max(0, place.top - round(PAD_Y * place.height)), place.bottom + round(PAD_Y * place.height)
        left, right = max(0, place.left - round(PAD_X * place.height)), place.right + round(PAD_X * place.height)
        crop = np.pad(gray[top:bottom, left:right], MARGIN_PX, constant_values=WHITE)
        self.first.SetImage(Image.fromarray(crop))
        self.first.SetSourceResolution(self.dpi)
        self.first.Recognize()
        words = []
        for item in tesserocr.iterate_level(self.first.GetIterator(), tesserocr.RIL.WORD):
            try:
                text = normalize_text(item.GetUTF8Text(tesserocr.RIL.WORD)).replace(" ", "")
            except RuntimeError:  # the line holds nothing
                continue
            if text:
                x0, y0, x1, y1 = item.BoundingBox(tesserocr.RIL.WORD)
                across, down = left - MARGIN_PX, top - MARGIN_PX
                box = BoxPx(x0 + across, y0 + down, x1 + across, y1 + down)
                words.append(RecognizedWord(text, box, item.Confidence(tesserocr.RIL.WORD) / 100))
        return join_words(words) if words else None

    def _read_second(self, gray: Pixels, place: BoxPx) -> RecognizedLine | None:
        """Read greedily; a word's confidence is the product of its letters'."""
        reader = self.second
        crop = gray[place.top : place.bottom, place.left : place.right]
        ink = prepare_image(crop, max_width=reader.max_width, pad_y=reader.pad_y, pad_x=reader.pad_x)
        tensor, widths = pad_batch([ink])
        ids, sure, lengths = reader.session.run(["ids", "conf", "lengths"], {"x": tensor, "widths": widths})
        count = int(lengths[0])
        steps = ids[0, :count]
        kept = np.flatnonzero((steps != BLANK) & np.concatenate(([True], steps[1:] != steps[:-1])))
        letters = [(reader.chars[steps[at] - 1], float(sure[0, at]), int(at)) for at in kept]
        pad = reader.pad_x * place.height
        scale = (place.width + 2 * pad) / max(1, count)
        words = []
        for word in _split_letters(letters):
            left = max(place.left, round(place.left - pad + word[0][2] * scale))
            right = min(place.right, round(place.left - pad + (word[-1][2] + 1) * scale))
            box = BoxPx(left, place.top, max(left + 1, right), place.bottom)
            text = normalize_text("".join(letter for letter, _, _ in word))
            words.append(RecognizedWord(text, box, float(np.prod([chance for _, chance, _ in word]))))
        return join_words(words) if words else None


def _split_letters(letters: list[tuple[str, float, int]]) -> Iterator[list[tuple[str, float, int]]]:
    """Yield the runs of letters between spaces."""
    run: list[tuple[str, float, int]] = []
    for letter in letters:
        if not letter[0].isspace():
            run.append(letter)
        elif run:
            yield run
            run = []
    if run:
        yield run
