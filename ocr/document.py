"""A whole scanned file, read."""

from __future__ import annotations

from dossiers.model import RecognizedDocument
from ocr.load import ExtractedPages
from ocr.pool import PagePool


def read_document(scan_sha256: str, extracted: ExtractedPages, pool: PagePool, name: str) -> RecognizedDocument:
    """Read every page of a scan, side by side. ``name`` is the scan's own name for error messages.

    Raises RecognitionError, RecognitionTimeoutError, TruncatedFileError, ConfigurationError when the reader is missing.
    """
    engine_name = pool.engine.name
    pages = pool.read_pages(extracted.pages, name)
    return RecognizedDocument(scan_sha256, pages, engine_name, extracted.is_signed_pdf)
