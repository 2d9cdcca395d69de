"""Papers for the soak: small drawn pages for the reader that reads nothing, and the sample dossiers for the real one."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pikepdf

from tests.support.sohoa_command import SAMPLES

RESULTS = "ket-qua"
_WIDTH_PX, _HEIGHT_PX = 413, 584  # A4 at 50 dpi: everything around the reader is exercised, next to no picture is


def draw_paper(number: int) -> bytes:
    """Return a page as PNG; a number always gives the same bytes, and no two give the same."""
    page = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 255, np.uint8)
    for line in range(6):
        text = f"Giay so {number}, dong {line}"
        cv2.putText(page, text, (40, 80 + 50 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1)
    return cv2.imencode(".png", page)[1].tobytes()


def copy_sample(number: int) -> bytes:
    """Return a sample as a PDF that no other number gives: a component of a dossier for even numbers, a result for odd ones."""
    papers = [path for path in sorted(SAMPLES.rglob("*.pdf")) if (path.parent.name == RESULTS) == bool(number % 2)]
    copy = io.BytesIO()
    with pikepdf.open(papers[number // 2 % len(papers)]) as scan:
        scan.docinfo["/Subject"] = f"soak {number}"
        scan.save(copy, deterministic_id=True)
    return copy.getvalue()
