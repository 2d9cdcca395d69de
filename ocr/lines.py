"""Words and the lines they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from dossiers.model import BoxPx, RecognizedLine, RecognizedWord


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


def turn_line(line: RecognizedLine, angle_deg: float, width_px: int, height_px: int) -> RecognizedLine:
    """Carry a line to the page turned clockwise by a small angle about its centre, on a canvas of unchanged size.

    A word's middle turns with the page; its box stays upright and of its size, which is right below a degree or two.
    """
    if angle_deg == 0:
        return line
    words = [replace(word, bbox_px=_turn_box(word.bbox_px, angle_deg, width_px, height_px)) for word in line.words]
    return join_words(words)


def _turn_box(box: BoxPx, angle_deg: float, width_px: int, height_px: int) -> BoxPx:
    angle = math.radians(angle_deg)
    x, y = (box.left + box.right - width_px) / 2, (box.top + box.bottom - height_px) / 2
    right = x * math.cos(angle) - y * math.sin(angle) - x
    down = x * math.sin(angle) + y * math.cos(angle) - y
    moved = BoxPx(round(box.left + right), round(box.top + down), round(box.right + right), round(box.bottom + down))
    return scale_box(moved, 1.0, width_px, height_px)


def scale_box(box: BoxPx, scale: float, width_px: int, height_px: int) -> BoxPx:
    """Return ``box`` times ``scale``, at least one pixel wide and high and within width x height (both at least 1)."""
    left = min(max(0, round(box.left * scale)), width_px - 1)
    top = min(max(0, round(box.top * scale)), height_px - 1)
    right = min(max(left + 1, round(box.right * scale)), width_px)
    bottom = min(max(top + 1, round(box.bottom * scale)), height_px)
    return BoxPx(left, top, right, bottom)
