"""A reader that reads nothing, for measuring what everything around the reader costs and withstands.

A document in which nothing is read waits for a person (``review.no_text``), whatever the settings say: what was made with
it is never accepted, locked or counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.page import BoxPx
from ocr.engine import Reading
from ocr.page_image import Pixels


@dataclass(frozen=True)
class NullEngine:
    """Reads nothing on any page. Its name in the recipe makes ``sohoa replay --outdated`` find what it passed over."""

    @property
    def name(self) -> str:
        return "null (reads nothing)"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        """Return nothing. See ``OcrEngine``."""
        return ()
