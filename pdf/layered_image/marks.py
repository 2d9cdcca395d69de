"""Which connected pieces of a mask are marks of print, pen or seal; the others stay in the background layer.

Specks smaller than any mark of writing cost much and say nothing. Pieces that are mostly thicker than any stroke are the
dark parts of pictures (hair and clothes of a portrait, a broad bar): cut out, they would get hard edges and a flat tone.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint16] | npt.NDArray[np.int32]

MM_PER_INCH = 25.4
_SPECK_MM2 = 0.03  # a full stop of 8-point print covers 0.1 mm2
_TONE_MARK_MM2 = 0.6  # full stops, commas and tone marks of 13-point print are smaller, the stem of an i is larger
MARK, LETTER = 1, 2
_SOLID_MM = 1.6  # thicker than any stroke of print or pen below 30 point
_SOLID_SHARE = 0.3
_SHRINK = 4


def find_marks(mask: Mask, dpi: float) -> Mask:
    """Return at half the resolution which of the mask's pixels (255 on ink) belong to a mark: ``LETTER`` to one larger than a
    tone mark, ``MARK`` to a smaller one, 0 to a speck or a solid piece.

    ``dpi`` is that of the mask. Pieces that are a pixel apart count as one so, and are found sooner.
    """
    even = cv2.copyMakeBorder(mask, 0, mask.shape[0] % 2, 0, mask.shape[1] % 2, cv2.BORDER_CONSTANT, value=0)
    cover = cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)
    count, labels = _label(np.asarray(cover, np.uint8))
    inked = np.flatnonzero(cover)
    areas_px = np.bincount(np.ravel(labels)[inked], np.ravel(cover)[inked] * (4 / 255), minlength=count)
    is_mark = areas_px >= max(_SPECK_MM2 * (dpi / MM_PER_INCH) ** 2, 2)
    is_mark &= _measure_solid_px(mask, labels, count, dpi) < _SOLID_SHARE * areas_px
    is_letter = is_mark & (areas_px >= _TONE_MARK_MM2 * (dpi / MM_PER_INCH) ** 2)
    is_mark[0] = is_letter[0] = False
    kinds = np.where(is_letter, LETTER, is_mark * MARK).astype(np.uint8)
    found = np.zeros(labels.size, np.uint8)
    found[inked] = kinds[np.ravel(labels)[inked]]
    return found.reshape(labels.shape)


def _label(cover: Mask) -> tuple[int, Labels]:
    """Return how many pieces there are, the background being one, and the piece of each pixel.

    Two bytes a label take a third of the time; OpenCV refuses them where pieces are too many.
    """
    try:
        count, labels, _, _ = cv2.connectedComponentsWithStats(cover, connectivity=8, ltype=cv2.CV_16U)
        return count, np.asarray(labels, np.uint16)
    except cv2.error:
        count, labels, _, _ = cv2.connectedComponentsWithStats(cover, connectivity=8, ltype=cv2.CV_32S)
        return count, np.asarray(labels, np.int32)


def _measure_solid_px(mask: Mask, labels: Labels, count: int, dpi: float) -> npt.NDArray[np.int64]:
    """Return for each piece about how many of its pixels lie where it is thicker than a stroke; ``labels`` are half as fine."""
    coarse = mask[::_SHRINK, ::_SHRINK]
    side = odd_px(_SOLID_MM, dpi / _SHRINK)
    solid = cv2.morphologyEx(coarse, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    of_piece = labels[:: _SHRINK // 2, :: _SHRINK // 2][solid > 0]
    return np.bincount(of_piece, minlength=count).astype(np.int64) * _SHRINK**2


def odd_px(length_mm: float, dpi: float) -> int:
    """Return a length as an odd number of pixels, at least 1."""
    return max(round(length_mm / MM_PER_INCH * dpi), 1) | 1
