"""Tesseract itself reading found lines one by one, through ``tesserocr``: the peer of ``ocr.tesseract``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import tesserocr

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.page_image import WHITE, Pixels
from ocr.tesseract.line_image import FIRST_LOOK, MARGIN_BESIDE_EM
from ocr.tesseract.reader import MODEL_FOLDERS
from ocr.text import clean_word

READING_DPI = 200
FRAME_PX = 14  # of white around the crop, without which it loses the first and last letters


def read_with_tesseract(image: Pixels, boxes: Sequence[BoxPx]) -> list[RecognizedLine | None]:
    """Read each line; a word's confidence is Tesseract's own, 0 to 1, and every word has its line's box."""
    reader = _open_tesseract()
    return [_read_line(reader, image, box) for box in boxes]


@lru_cache(maxsize=1)
def _open_tesseract() -> tesserocr.PyTessBaseAPI:
    folder = next(folder for folder in MODEL_FOLDERS if Path(folder, "vie.traineddata").is_file())
    return tesserocr.PyTessBaseAPI(path=folder, lang="vie", psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY)


def _read_line(reader: tesserocr.PyTessBaseAPI, image: Pixels, box: BoxPx) -> RecognizedLine | None:
    beside, above, below = (round(share * box.height) for share in (MARGIN_BESIDE_EM, FIRST_LOOK.above_em, FIRST_LOOK.below_em))
    crop = image[max(0, box.top - above) : box.bottom + below, max(0, box.left - beside) : box.right + beside]
    framed = cv2.copyMakeBorder(crop, FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX, cv2.BORDER_CONSTANT, value=WHITE)
    reader.SetImageBytes(framed.tobytes(), framed.shape[1], framed.shape[0], 1, framed.shape[1])
    reader.SetSourceResolution(READING_DPI)
    reader.Recognize()
    words = [(clean_word(text), confidence / 100) for text, confidence in reader.MapWordConfidences()]
    found = [RecognizedWord(text, box, confidence) for text, confidence in words if text]
    return join_words(found) if found else None
