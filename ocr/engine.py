"""What Sohoa asks of a reader, whichever it is."""

from __future__ import annotations

from typing import Protocol

from dossiers.model import RecognizedLine
from ocr.page_image import Pixels


class OcrEngine(Protocol):
    """Reads text from pixels."""

    @property
    def name(self) -> str:
        """Reader, version and language, e.g. ``tesseract 5.3.0 vie``."""
        ...

    def recognize(self, image: Pixels, dpi: int, timeout_s: float, *, is_block: bool = False) -> tuple[RecognizedLine, ...]:
        """Return the printed lines of an upright page, boxes in pixels of ``image``.

        ``is_block`` says that the image is one block of level lines: no layout is to be found, nothing to be turned.

        Raises RecognitionTimeoutError after ``timeout_s`` seconds, RecognitionError when the reader fails.
        """
        ...
