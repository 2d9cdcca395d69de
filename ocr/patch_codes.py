"""Patch T, the bars on separator sheets that scanners know: found in the picture, for sheets without a code of ours.

Four bars across the paper near its leading edge, narrow, wide, narrow, wide, 0.08 and 0.20 inch with 0.08 inch between, at
least 2 inches long and within 3.75 inches of the edge (Kodak's patch code information, A-61599). The sheet may lie any way
round.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ocr.page_image import Pixels, resize, to_gray

LOOKING_DPI = 75  # a narrow bar is 6 pixels then
NARROW_IN, WIDE_IN = 0.08, 0.20
PATCH_T_IN = (NARROW_IN, NARROW_IN, WIDE_IN, NARROW_IN, NARROW_IN, NARROW_IN, WIDE_IN)  # bars and the gaps between them
TOLERANCE_IN = 0.035  # blur, the printer and a skewed feed; well below half of what tells narrow from wide
STRIP_IN = 3.9
COLUMN_IN = 0.25  # so narrow that 5 degrees of skew bend no bar out of its measure
MIN_LENGTH_IN = 1.75  # of 2, since the ends of a bar may fade
DARK_LEVEL = 128
DARK_SHARE = 0.8


def has_patch_t(pixels: Pixels, dpi: int) -> bool:
    """Say whether a page (gray or BGR) bears Patch T along one of its four edges."""
    gray = resize(to_gray(pixels), min(1.0, LOOKING_DPI / max(dpi, 1)))
    scale = min(dpi, LOOKING_DPI)
    return any(_stands_at_top(np.rot90(gray, turns), scale) for turns in range(4))


def _stands_at_top(gray: Pixels, dpi: int) -> bool:
    """Look for columns side by side, enough of them for the length of a bar, in each of which the bars follow each other."""
    width = max(1, round(COLUMN_IN * dpi))
    strip = gray[: round(STRIP_IN * dpi)] < DARK_LEVEL
    columns = strip.shape[1] // width
    dark = strip[:, : columns * width].reshape(strip.shape[0], columns, width).mean(axis=2) >= DARK_SHARE
    needed, run = round(MIN_LENGTH_IN / COLUMN_IN), 0
    for column in range(columns):
        run = run + 1 if _has_bars(dark[:, column], dpi) else 0
        if run >= needed:
            return True
    return False


def _has_bars(dark: npt.NDArray[np.bool_], dpi: int) -> bool:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dark, [False])).astype(np.int8)))
    lengths_in = np.diff(edges) / dpi  # a bar, a gap, a bar, …
    wanted = np.array(PATCH_T_IN)
    return any(
        bool(np.all(np.abs(lengths_in[first : first + len(wanted)] - wanted) <= TOLERANCE_IN))
        for first in range(0, len(lengths_in) - len(wanted) + 1, 2)
    )
