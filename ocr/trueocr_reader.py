"""The reader of the ``trueocr`` package: a small convolutional network with CTC (Graves 2006) on ONNX Runtime.

It reads a line in a few milliseconds, and errs in other places than Tesseract does, which is what a second reader is for.
The weights are part of the package and pinned with it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from trueocr.preprocess import pad_batch, prepare_image, width_batches
from trueocr.recognizer import Recognizer

from dossiers.errors import RecognitionError, RecognitionTimeoutError
from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.line_detector import MODEL_DIR
from ocr.line_parts import divide_line
from ocr.lines import join_words
from ocr.onnx_failures import FAILURES
from ocr.page_image import Pixels
from ocr.text import clean_word

BATCH = 4  # as fast as more, or faster: what one line leaves behind is in the cache for the next
MAX_WIDTH_EM = 28  # a longer line would be squeezed into the width that the network was trained on; it is read in parts
PAD_EM = 0.03
CAUGHT: tuple[type[Exception], ...] = (*FAILURES, ValueError)


@dataclass(frozen=True)
class TrueOcrReader:
    """Reads with TrueOCR's line recognizer. A word's confidence is the product of its letters'."""

    @property
    def name(self) -> str:
        return f"trueocr {version('trueocr')}"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> list[RecognizedLine | None]:
        """Read each line. See ``LineReader``."""
        deadline = time.monotonic() + timeout_s
        parts = [
            (index, part) for index, box in enumerate(boxes) for part in divide_line(image, _pad(box, image), MAX_WIDTH_EM)
        ]
        words: list[list[RecognizedWord]] = [[] for _ in boxes]
        try:
            for chosen, read in _read_batches(image, [part for _, part in parts]):
                words[parts[chosen][0]] += read
                if time.monotonic() > deadline:
                    raise RecognitionTimeoutError(timeout_s=f"{timeout_s:g}")
        except CAUGHT as error:
            raise RecognitionError(detail=f"{type(error).__name__}: {error}"[:300]) from error
        return [join_words(sorted(line, key=lambda word: word.bbox_px.left)) if line else None for line in words]


@lru_cache(maxsize=1)
def _open_recognizer() -> Recognizer:
    return Recognizer(MODEL_DIR, threads=1)


def _pad(box: BoxPx, image: Pixels) -> BoxPx:
    margin = round(PAD_EM * box.height)
    return BoxPx(box.left, max(0, box.top - margin), box.right, min(image.shape[0], box.bottom + margin))


def _read_batches(image: Pixels, boxes: Sequence[BoxPx]) -> Iterator[tuple[int, list[RecognizedWord]]]:
    """Yield each box's index and its words, lines of like width together."""
    reader = _open_recognizer()
    strips = [
        prepare_image(
            image[box.top : box.bottom, box.left : box.right],
            max_width=reader.max_width,
            pad_y=reader.pad_y,
            pad_x=reader.pad_x,
        )
        for box in boxes
    ]
    for chosen in width_batches([strip.shape[1] for strip in strips], max_batch=BATCH):
        tensor, widths = pad_batch([strips[index] for index in chosen])
        ids, confidences, lengths = reader.session.run(["ids", "conf", "lengths"], {"x": tensor, "widths": widths})
        for row, index in enumerate(chosen):
            count = int(lengths[row])
            yield index, _build_words(ids[row, :count], confidences[row, :count], boxes[index], reader)


def _build_words(
    ids: NDArray[np.int64], confidences: NDArray[np.float32], box: BoxPx, reader: Recognizer
) -> list[RecognizedWord]:
    """Read the best path of CTC: repeats are one letter, 0 is none. Boxes are as exact as a step, a third of the height."""
    is_letter = (ids != 0) & np.concatenate(([True], ids[1:] != ids[:-1]))
    margin = reader.pad_x * box.height
    step_px = (box.width + 2 * margin) / max(1, len(ids))
    words: list[RecognizedWord] = []
    letters: list[tuple[str, int, float]] = []
    for at in np.flatnonzero(is_letter):
        letter = reader.chars[ids[at] - 1]
        if letter.isspace():
            words += _close_word(letters, box, margin, step_px)
            letters = []
        else:
            letters.append((letter, int(at), float(confidences[at])))
    return words + _close_word(letters, box, margin, step_px)


def _close_word(letters: Sequence[tuple[str, int, float]], box: BoxPx, margin: float, step_px: float) -> list[RecognizedWord]:
    text = clean_word("".join(letter for letter, _, _ in letters))
    if not text:
        return []
    left = min(max(box.left, math.floor(box.left - margin + letters[0][1] * step_px)), box.right - 1)
    right = min(max(left + 1, math.ceil(box.left - margin + (letters[-1][1] + 1) * step_px)), box.right)
    confidence = min(1.0, math.prod(sure for _, _, sure in letters))
    return [RecognizedWord(text, BoxPx(left, box.top, right, box.bottom), confidence)]
