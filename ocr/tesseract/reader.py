"""The reader of single lines by a Tesseract model. See ``ocr.tesseract``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from dossiers.errors import ConfigurationError, RecognitionError, RecognitionTimeoutError
from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.line_parts import divide_line, find_widest_gap
from ocr.lines import join_words
from ocr.page_image import Pixels
from ocr.tesseract.letters import SpelledWord, average_looks, spell
from ocr.tesseract.line_image import FRAME_PX, FURTHER_LOOKS, LineImage, cut_line, look_again
from ocr.tesseract.model_file import LineModel, read_model
from ocr.tesseract.network import LineNetwork

LANGUAGE = "vie"
# Where Debian, Fedora, Arch and Homebrew put the models; a setting names any other place.
MODEL_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
DIGEST_LETTERS = 12
MAX_WIDTH_EM = 60  # a longer line is read in parts, so that memory is bounded
DOUBT = 0.6  # a line with a word less sure is looked at again
LINES_AT_ONCE = 16  # between two looks at the clock


@dataclass(frozen=True)
class TesseractReader:
    """Reads with Tesseract's LSTM model, line by line. ``model_dir`` is empty for the folders that systems use."""

    language: str = LANGUAGE
    model_dir: str = ""

    @cached_property
    def name(self) -> str:
        """Reader, language, the model's own version and its digest's beginning: two machines of one name read alike.

        Raises ConfigurationError when the language is missing.
        """
        model, _ = _open_network(self.language, self.model_dir)
        return f"tesseract {self.language} {model.version} {model.sha256[:DIGEST_LETTERS]}"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> list[RecognizedLine | None]:
        """Read each line. See ``LineReader``."""
        deadline = time.monotonic() + timeout_s
        model, network = _open_network(self.language, self.model_dir)
        parts = [(index, part) for index, box in enumerate(boxes) for part in divide_line(image, box, MAX_WIDTH_EM)]
        parts.sort(key=lambda part: part[1].width / part[1].height)  # lines of like length together
        words: list[list[RecognizedWord]] = [[] for _ in boxes]
        for start in range(0, len(parts), LINES_AT_ONCE):
            if time.monotonic() > deadline:
                raise RecognitionTimeoutError(timeout_s=f"{timeout_s:g}")
            chosen = [
                (index, line)
                for index, part in parts[start : start + LINES_AT_ONCE]
                if (line := _cut_part(image, part, boxes[index], network.height_px))
            ]
            try:
                spelled = _spell_lines(image, [line for _, line in chosen], model, network)
            except RuntimeError as error:
                raise RecognitionError(detail=str(error)[:300]) from error
            for (index, line), found in zip(chosen, spelled, strict=True):
                words[index] += place_words(found, line, network.step_px)
        return [join_words(sorted(line, key=lambda word: word.bbox_px.left)) if line else None for line in words]


def _cut_part(image: Pixels, part: BoxPx, box: BoxPx, height_px: int) -> LineImage | None:
    is_first, is_last = part.left <= max(0, box.left), part.right >= min(image.shape[1], box.right)
    return cut_line(image, part, height_px, is_first=is_first, is_last=is_last)


def _spell_lines(image: Pixels, lines: Sequence[LineImage], model: LineModel, network: LineNetwork) -> list[list[SpelledWord]]:
    """Spell each line; one with a word in doubt is looked at again, and what all looks show is taken together."""
    chances = network.read([line.strip for line in lines])
    spelled = [spell(found, model.letters, model.blank) for found in chances]
    doubtful = [index for index, words in enumerate(spelled) if any(word.confidence < DOUBT for word in words)]
    further = [network.read([look_again(image, lines[index], look) for index in doubtful]) for look in FURTHER_LOOKS]
    for index, *looks in zip(doubtful, *further, strict=True):
        spelled[index] = spell(average_looks([chances[index], *looks]), model.letters, model.blank)
    return spelled


def place_words(words: Sequence[SpelledWord], line: LineImage, step_px: int) -> list[RecognizedWord]:
    """Put a line's words where their ink is on the page: between two words lies the widest gap near where the model saw it."""
    if not words:
        return []
    has_ink = np.asarray(line.is_ink.any(axis=0))
    width = len(has_ink)
    edges = [0]
    for before, behind in pairwise(words):
        low, high = (
            min(width - 1, max(0, round((step + 0.5) * step_px / line.scale) - FRAME_PX))
            for step in (before.end - 1, behind.start)
        )
        edges.append(max(edges[-1] + 1, low + find_widest_gap(has_ink[low : high + 1])))
    edges.append(max(width, edges[-1] + 1))
    return [  # where there are more words than columns, which is no print, several share the last one
        RecognizedWord(word.text, _box_ink(line, min(left, width - 1), min(right, width)), word.confidence)
        for word, (left, right) in zip(words, pairwise(edges), strict=True)
    ]


def _box_ink(line: LineImage, left: int, right: int) -> BoxPx:
    """Return the box, on the page, of the ink between two columns of a line; of all between them where there is none."""
    part = line.is_ink[:, left:right]
    columns, rows = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    if len(columns) == 0:
        return BoxPx(line.left + left, line.top, line.left + right, line.top + line.is_ink.shape[0])
    return BoxPx(
        line.left + left + int(columns[0]),
        line.top + int(rows[0]),
        line.left + left + int(columns[-1]) + 1,
        line.top + int(rows[-1]) + 1,
    )


@lru_cache(maxsize=1)
def _open_network(language: str, model_dir: str) -> tuple[LineModel, LineNetwork]:
    folders = [model_dir] if model_dir else [folder for folder in MODEL_FOLDERS if Path(folder).is_dir()]
    if not folders:
        raise ConfigurationError(detail="Tesseract's language data were not found; install them or set reading.tessdata_dir")
    path = next((path for folder in folders if (path := Path(folder, f"{language}.traineddata")).is_file()), None)
    if path is None:
        raise ConfigurationError(detail=f"tesseract has no language data for {language} in {', '.join(folders)}")
    model = read_model(path)
    try:
        return model, LineNetwork(model)
    except ValueError as error:
        raise ConfigurationError(detail=f"{path} cannot be used: {error}") from error
