"""Words and the lines they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord


def join_words(words: Sequence[RecognizedWord]) -> RecognizedLine:
    """Make one line of words in their order; its confidence is theirs weighted by length. ``words`` is not empty."""
    box = words[0].bbox_px
    for word in words[1:]:
        box = box.union(word.bbox_px)
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters
    return RecognizedLine(" ".join(word.text for word in words), box, confidence, tuple(words))


def scale_line(line: RecognizedLine, scale: float, width_px: int, height_px: int) -> RecognizedLine:
    """Carry a line's boxes to another resolution (pixels times ``scale``), kept within a page of the given size."""
    words = tuple(replace(word, bbox_px=scale_box(word.bbox_px, scale, width_px, height_px)) for word in line.words)
    return replace(line, words=words, bbox_px=scale_box(line.bbox_px, scale, width_px, height_px))


def scale_box(box: BoxPx, scale: float, width_px: int, height_px: int) -> BoxPx:
    """Return ``box`` times ``scale``, at least one pixel wide and high and within width x height (both at least 1)."""
    left = min(max(0, round(box.left * scale)), width_px - 1)
    top = min(max(0, round(box.top * scale)), height_px - 1)
    right = min(max(left + 1, round(box.right * scale)), width_px)
    bottom = min(max(top + 1, round(box.bottom * scale)), height_px)
    return BoxPx(left, top, right, bottom)
