"""What Sohoa asks of its readers, whichever they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dossiers.page import BoxPx, RecognizedLine
from ocr.page_image import Pixels


@dataclass(frozen=True, slots=True)
class Reading:
    """One printed line as the first reader gave it, and as a second one did, if there is one.

    ``first`` is the other reader's reading where the first one found nothing.
    """

    first: RecognizedLine
    second: RecognizedLine | None = None


class LineReader(Protocol):
    """Reads lines of print one by one."""

    @property
    def name(self) -> str:
        """Reader, version and language, e.g. ``trueocr 0.1.1``. Raises ConfigurationError when it is not there."""
        ...

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> list[RecognizedLine | None]:
        """Return what stands in each box of a level gray page, black on white; None where nothing is read.

        Raises RecognitionTimeoutError after ``timeout_s`` seconds, RecognitionError when the reader fails.
        """
        ...


class OcrEngine(Protocol):
    """Reads the lines that were found on a page."""

    @property
    def name(self) -> str:
        """Name every reader with its version. Raises ConfigurationError when one of them is not there."""
        ...

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        """Return a reading for each box of a level gray page in which something is read, in the order of ``boxes``.

        Raises RecognitionTimeoutError after ``timeout_s`` seconds, RecognitionError when a reader fails,
        ConfigurationError when one is not there.
        """
        ...
