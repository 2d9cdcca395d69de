"""Tesseract through pytesseract: the only module that knows them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pytesseract
from PIL import Image

from dossiers.errors import ConfigurationError, RecognitionError, RecognitionTimeoutError
from dossiers.model import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from ocr.page_image import Pixels
from ocr.text import normalize_text

LANGUAGE = "vie"
ENGINE_MODE_LSTM = 1
PAGE_LAYOUT = 3  # fully automatic page segmentation
BLOCK_LAYOUT = 6  # one uniform block of text
WORD_LEVEL = 5


@dataclass(frozen=True)
class TesseractEngine:
    """Reads with Tesseract's LSTM model. ``layout`` is its page segmentation mode."""

    language: str = LANGUAGE
    layout: int = PAGE_LAYOUT

    @cached_property
    def name(self) -> str:
        """Reader, version and language. Raises ConfigurationError when the program or the language is missing."""
        try:
            version = pytesseract.get_tesseract_version()
            languages = pytesseract.get_languages()
        except pytesseract.TesseractNotFoundError as error:
            raise ConfigurationError(detail="the program tesseract is not installed") from error
        except (pytesseract.TesseractError, OSError, SystemExit, ValueError) as error:
            raise ConfigurationError(detail=f"tesseract does not start: {error}") from error
        missing = [part for part in self.language.split("+") if part not in languages]
        if missing:
            raise ConfigurationError(detail=f"tesseract has no language data for {', '.join(missing)}")
        return f"tesseract {version} {self.language}"

    def recognize(self, image: Pixels, dpi: int, timeout_s: float, *, is_block: bool = False) -> tuple[RecognizedLine, ...]:
        """Read the page, or one block of lines. Raises RecognitionTimeoutError, RecognitionError, ConfigurationError."""
        try:
            table = pytesseract.image_to_data(
                Image.fromarray(image),
                lang=self.language,
                config=f"--oem {ENGINE_MODE_LSTM} --psm {BLOCK_LAYOUT if is_block else self.layout} --dpi {dpi}",
                output_type=pytesseract.Output.DICT,
                timeout=timeout_s,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise ConfigurationError(detail="the program tesseract is not installed") from error
        except pytesseract.TesseractError as error:
            if "Error opening data file" in str(error) or "couldn't load any languages" in str(error):
                raise ConfigurationError(detail=f"tesseract has no language data for {self.language}") from error
            raise RecognitionError(detail=str(error)[:300]) from error
        except RuntimeError as error:
            raise RecognitionTimeoutError(timeout_s=f"{timeout_s:g}") from error
        except (OSError, ValueError, KeyError) as error:
            raise RecognitionError(detail=f"{type(error).__name__}: {error}"[:300]) from error
        return tuple(build_lines(table))


def build_lines(table: Mapping[str, Sequence[str | int | float]]) -> list[RecognizedLine]:
    """Make lines of Tesseract's table of words (its TSV columns), in its own order; words without text are left out."""
    rows = [
        (key, _build_word(table, index))
        for index, key in enumerate(zip(table["block_num"], table["par_num"], table["line_num"], strict=True))
        if int(table["level"][index]) == WORD_LEVEL
    ]
    lines = []
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        words = [word for _, word in group if word.text]
        if words:
            lines.append(join_words(words))
    return lines


def _build_word(table: Mapping[str, Sequence[str | int | float]], index: int) -> RecognizedWord:
    left, top = int(table["left"][index]), int(table["top"][index])
    box = BoxPx(left, top, left + int(table["width"][index]), top + int(table["height"][index]))
    confidence = min(1.0, max(0.0, float(table["conf"][index]) / 100))
    # A word with a space inside would break "words joined by single spaces".
    return RecognizedWord(normalize_text(str(table["text"][index])).replace(" ", ""), box, confidence)
