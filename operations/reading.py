"""Read a scan without keeping anything: recognition alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dossiers.model import RecognizedDocument
from dossiers.page import RecognizedLine, RecognizedPage, RecognizedWord
from ocr.document import read_document
from ocr.load import extract_pages
from operations.paths import source_errors_mapped
from runtime.wiring import House
from storage.files import hash_file
from storage.page_findings import dump_findings


def read_file(house: House, path: Path, folder: Path) -> RecognizedDocument:
    """Read every page of a scan, using ``folder`` for its page images.

    Raises InputError when the file is at fault and RecognitionError when the reader is.
    """
    with source_errors_mapped(path):
        sha256 = hash_file(path)
    extracted = extract_pages(path, path.name, folder, house.limits)
    return read_document(sha256, extracted, house.pages, path.name)


def reading_to_json(path: Path, document: RecognizedDocument) -> dict[str, Any]:
    """Return the form of ``sohoa read --json``; boxes are [left, top, right, bottom] in pixels of the upright page."""
    return {
        "path": str(path),
        "sha256": document.scan_sha256,
        "engine": document.engine,
        "is_signed_pdf": document.is_signed_pdf,
        "pages": [_page_to_json(page) for page in document.pages],
    }


def _page_to_json(page: RecognizedPage) -> dict[str, Any]:
    quality = page.quality
    return {
        "page": page.number,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "dpi": page.source.dpi,
        "rotation_deg": page.rotation_deg,
        "skew_deg": round(page.skew_deg, 3),
        "confidence": round(page.confidence, 4),
        "quality": {
            "dpi": quality.dpi,
            "sharpness": round(quality.sharpness, 4),
            "contrast": round(quality.contrast, 4),
            "blank": quality.is_blank,
            "colour": quality.is_colour,
            "faults": [fault.value for fault in quality.faults],
        },
        "text": page.text,
        "lines": [_line_to_json(line) for line in page.lines],
        "regions": [],
        "barcodes": [],
        "tables": [],
        **dump_findings(page),
        "seconds": {stage: round(seconds, 3) for stage, seconds in page.seconds.items()},
    }


def _line_to_json(line: RecognizedLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "bbox_px": list(line.bbox_px),
        "confidence": round(line.confidence, 4),
        "words": [_word_to_json(word) for word in line.words],
    }


def _word_to_json(word: RecognizedWord) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": word.text, "bbox_px": list(word.bbox_px), "confidence": round(word.confidence, 4)}
    if word.raw_text is not None:
        shown["raw_text"] = word.raw_text
    if word.is_by_hand:
        shown["by_hand"] = True
    return shown
