"""A page's pixels in bands of rows: what is made meanwhile stays in the processor's cache, and takes little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_BAND_PX = 64


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of a page: its ``own``, with its neighbours' that are ``seen`` from there, and which of the seen are its own."""

    own: slice
    seen: slice
    inner: slice


def cut_bands(height: int, cell_px: int = 1, reach_px: int = 0) -> Iterator[Band]:
    """Cut a page into bands of whole cells, from which ``reach_px`` rows are seen on both sides."""
    step = cell_px * max(1, _BAND_PX // cell_px)
    for first in range(0, height, step):
        last = min(first + step, height)
        top, bottom = max(0, first - reach_px), min(height, last + reach_px)
        yield Band(slice(first, last), slice(top, bottom), slice(first - top, last - top))
