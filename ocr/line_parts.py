"""Where a line of print may be cut: at its widest gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dossiers.page import BoxPx
from ocr.cleaning import INK_LEVEL
from ocr.page_image import Pixels

CUT_SHARE = 0.25  # a part ends at the widest gap in this share of a part, before its end


def divide_line(image: Pixels, box: BoxPx, longest_em: float) -> Iterator[BoxPx]:
    """Cut a long line of a gray page at gaps between words into parts of at most ``longest_em`` times its height.

    What lies outside of the page is left out; a box of which nothing is left has no parts.
    """
    height, width = image.shape
    box = BoxPx(max(0, box.left), max(0, box.top), min(width, box.right), min(height, box.bottom))
    if box.width <= 0 or box.height <= 0:
        return
    longest = round(longest_em * box.height)
    while box.width > longest:
        first = box.left + round((1 - CUT_SHARE) * longest)
        is_ink = np.any(image[box.top : box.bottom, first : box.left + longest] < INK_LEVEL, axis=0)
        cut = first + find_widest_gap(is_ink)
        yield BoxPx(box.left, box.top, cut, box.bottom)
        box = box._replace(left=cut)
    yield box


def find_widest_gap(is_ink: NDArray[np.bool_]) -> int:
    """Return the middle, at least 1, of the widest run of columns without ink; the end where every column has some."""
    edges = np.flatnonzero(np.diff(np.concatenate([[1], is_ink.astype(np.int8), [1]])))
    starts, ends = edges[::2], edges[1::2]
    if len(starts) == 0:
        return len(is_ink)
    widest = int(np.argmax(ends - starts))
    return max(1, int(starts[widest] + ends[widest]) // 2)
