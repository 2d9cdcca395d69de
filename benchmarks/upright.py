"""Does a stored page stand upright and level? Judged from the stored PDF alone, the same way for every engine.

The page is drawn and laid over a small picture of the page as it should stand, in all four quarter turns; then the angle at
which its rows of print are sharpest is what is left of the skew (projection profile, after Postl 1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_path

from benchmarks.measure import SetResult

MAX_ANGLE_ERROR_DEG = 0.2
_LONG_EDGE_PX = 1400
_BLUR_PX = 9.0
Ink = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stand:
    """How one stored page stands; ``left_deg`` is the skew that is left, in degrees, on an upright page."""

    is_upright: bool
    left_deg: float


def judge_set(result: SetResult) -> tuple[Stand, ...]:
    """Judge every page of a set that has pictures to compare with; a page that was not stored does not stand."""
    stands: list[Stand] = []
    for file in result.files:
        drawn = draw_pages(file.reading.pdfs)
        for number, picture in enumerate(file.file.upright):
            reference = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
            if reference is None or number >= len(drawn):
                stands.append(Stand(is_upright=False, left_deg=180.0))
            else:
                stands.append(judge_page(drawn[number], to_ink(np.asarray(reference, dtype=np.uint8))))
    return tuple(stands)


def draw_pages(pdfs: Sequence[str]) -> list[Ink]:
    """Draw every page of some PDFs, in order, as ink: 0 paper to 1 black."""
    pages: list[Ink] = []
    for pdf in pdfs:
        for image in convert_from_path(Path(pdf), size=_LONG_EDGE_PX, grayscale=True):
            pages.append(to_ink(np.asarray(image, dtype=np.uint8)))
    return pages


def to_ink(gray: NDArray[np.uint8]) -> Ink:
    """Return what is darker than its surroundings, 0 to 1, so that uneven light and a tinted paper do not count."""
    paper = cv2.medianBlur(cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), 31)
    ground = cv2.resize(paper, (gray.shape[1], gray.shape[0])).astype(np.float32)
    ink: Ink = np.clip((ground - gray.astype(np.float32)) / np.maximum(ground, 1), 0, 1).astype(np.float32)
    return ink


def judge_page(page: Ink, reference: Ink) -> Stand:
    """Compare a drawn page with the page as it should stand."""
    likeness = [_compare(np.ascontiguousarray(np.rot90(page, turn)), reference) for turn in range(4)]
    return Stand(is_upright=int(np.argmax(likeness)) == 0, left_deg=find_angle(page))


def find_angle(page: Ink, reach_deg: float = 12.0) -> float:
    """Return the angle, in degrees, by which the rows of print lean: 0.5 and then 0.05 degrees fine."""
    coarse = max(np.arange(-reach_deg, reach_deg + 0.01, 0.5), key=lambda angle: _sharpness(page, float(angle)))
    fine = max(np.arange(coarse - 0.5, coarse + 0.51, 0.05), key=lambda angle: _sharpness(page, float(angle)))
    return round(float(fine), 2)


def _sharpness(page: Ink, angle_deg: float) -> float:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    rows = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_LINEAR).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _compare(page: Ink, reference: Ink) -> float:
    """Return the correlation of two pages after a blur that forgives a shift of some millimetres."""
    size = (reference.shape[1], reference.shape[0])
    one = cv2.GaussianBlur(cv2.resize(page, size, interpolation=cv2.INTER_AREA), (0, 0), _BLUR_PX)
    two = cv2.GaussianBlur(reference, (0, 0), _BLUR_PX)
    return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])
