"""Boxes that the detector laid between two lines of print, put on the lines themselves. Pure.

Handwriting or a seal across two lines joins them in the detector's eyes: it gives one box from the middle of the one to the
middle of the other, in which nobody can read either. Such a box has paper where a line has its letters.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.page_image import Pixels

PAPER_LEVEL = 235  # of 255, on cleaned paper; print may be pale
MIN_WIDTH_EM = 5.0  # in heights; a short box has too few letters to tell
STRIPS, MIN_STRIP_EM = 12, 2.0  # what crosses the lines spoils some strips, and a line may end early and leave some empty
USUAL_SHARE = 0.7  # of the strips are not darker than a line is
EMPTY_SHARE = 0.5  # of the ink at both edges in the middle of a box: it straddles; of a line's box it is 0.9 or more
REACH_EM = 1.2  # above and below a straddling box, where its lines are sought
CORE_SHARE = 0.35  # of the densest row's ink: the rows of small letters, without what rises above and falls below them
CORE_MIDDLE = 0.55  # where in a line's box the middle of its small letters is
GAP_EM = 1.5  # a row of print goes on over gaps between words
MAX_SHARED = 0.5  # of a line's width and height, with a box that the detector gave


def part_straddling(image: Pixels, boxes: Sequence[BoxPx]) -> list[BoxPx]:
    """Return the boxes, in no order, with each that straddles two lines put on these lines. ``image`` is gray, black on white.

    A box that has its letters in the middle stays as it is, and so does one around which no line is found.
    """
    straddling = [box for box in boxes if _straddles(image, box)]
    if not straddling:
        return list(boxes)
    kept = [box for box in boxes if box not in straddling]
    usual_px = round(statistics.median(box.height for box in kept)) if kept else straddling[0].height
    for box in straddling:
        lines = _find_lines(image, box, usual_px)
        fresh = [line for line in lines if not any(_covers(other, line) for other in kept)]
        kept += fresh if lines else [box]
    return kept


def _straddles(image: Pixels, box: BoxPx) -> bool:
    if box.width < MIN_WIDTH_EM * box.height:
        return False
    ink = _measure_rows(image, box)
    edge, middle = len(ink) // 4, len(ink) * 2 // 5
    outer = min(float(ink[:edge].mean()), float(ink[-edge:].mean())) if edge else 0.0
    return outer > 0 and float(ink[middle : len(ink) - middle].mean()) < EMPTY_SHARE * outer


def _measure_rows(image: Pixels, box: BoxPx) -> NDArray[np.float64]:
    """Return how dark each row of a box is, 0 for paper: what USUAL_SHARE of its strips from left to right do not surpass."""
    ink = PAPER_LEVEL - np.minimum(image[box.top : box.bottom, box.left : box.right], PAPER_LEVEL)
    count = max(3, min(STRIPS, int(box.width / (MIN_STRIP_EM * box.height))))
    narrow, wider = divmod(ink.shape[1], count)
    widths = np.repeat([narrow + 1, narrow], [wider, count - wider])
    strips = np.add.reduceat(ink, np.cumsum(widths) - widths, axis=1, dtype=np.int64) / widths
    strips.sort(axis=1)
    below, part = divmod(USUAL_SHARE * (count - 1), 1)
    low, high = strips[:, int(below)], strips[:, int(below) + 1]
    return np.asarray(low + part * (high - low), dtype=np.float64)  # as np.quantile does, which takes long for so few


def _find_lines(image: Pixels, box: BoxPx, height_px: int) -> list[BoxPx]:
    """Return the lines of print, ``height_px`` high, that run through a box or end within REACH_EM of it."""
    reach = round(REACH_EM * box.height)
    around = BoxPx(box.left, max(0, box.top - reach), box.right, min(image.shape[0], box.bottom + reach))
    ink = _measure_rows(image, around)
    is_core = ink >= CORE_SHARE * ink.max()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_core.astype(np.int8), [0]])))
    lines = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        top = around.top + round((start + end) / 2 - CORE_MIDDLE * height_px)
        line = BoxPx(box.left, max(0, top), box.right, min(image.shape[0], top + height_px))
        is_near = line.top < box.bottom and line.bottom > box.top
        if end - start >= height_px // 5 and is_near:
            lines.append(_carry_on(image, line, around.top + start, around.top + end))
    return lines


def _carry_on(image: Pixels, line: BoxPx, core_top: int, core_bottom: int) -> BoxPx:
    """Return a line drawn out, or back, to where its row of letters begins and ends."""
    darkest = image[core_top:core_bottom].min(axis=0)
    inked = darkest[line.left : line.right]
    level = (PAPER_LEVEL + float(np.median(inked[inked < PAPER_LEVEL]))) / 2  # print is most of it; a pen may be darker
    columns = np.flatnonzero(darkest < level)
    breaks = np.flatnonzero(np.diff(columns) > GAP_EM * line.height)
    starts = columns[np.concatenate([[0], breaks + 1])]
    ends = columns[np.concatenate([breaks, [len(columns) - 1]])]
    reached = (starts < line.right) & (ends >= line.left)
    return line._replace(left=int(starts[reached].min()), right=int(ends[reached].max()) + 1)


def _covers(box: BoxPx, line: BoxPx) -> bool:
    """Say whether a box of the detector stands on a line."""
    across = min(box.right, line.right) - max(box.left, line.left)
    down = min(box.bottom, line.bottom) - max(box.top, line.top)
    return across > MAX_SHARED * line.width and down > MAX_SHARED * min(box.height, line.height)
