"""Where the pages of a PDF come from: drawn by a program, or scanned from paper."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from dossiers.model import Provenance
from ocr.limits import ScanLimits
from ocr.pdf_content import find_page_image, shows_text_alone
from ocr.pdf_structure import open_pdf, reading_pdf, visible_box


def find_provenance(scan_path: Path, name: str, limits: ScanLimits) -> Provenance | None:
    """Say of a PDF whether it is born digital, digitized, or both in parts; None when a page leaves it open.

    A page that one image covers is a scan; a page that shows text, and no image that could be a scan, was drawn by a program.
    Raises what ``ocr.load.extract_pages`` raises for a PDF that cannot be opened.
    """
    found: set[Provenance | None] = set()
    with open_pdf(scan_path, name, limits) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            with reading_pdf(name):
                found.add(_find_origin(page, number, name, limits))
            if None in found:
                return None
    return found.pop() if len(found) == 1 else Provenance.MIXED


def _find_origin(page: pikepdf.Page, number: int, name: str, limits: ScanLimits) -> Provenance | None:
    box = visible_box(page, number, name)
    if find_page_image(page, box, limits.max_content_bytes) is not None:
        return Provenance.DIGITIZED
    return Provenance.BORN_DIGITAL if shows_text_alone(page, box, limits.max_content_bytes) else None
