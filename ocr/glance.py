"""A quick look at every page of a scan, one after the other, without reading it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from dossiers.errors import RecognitionError
from dossiers.page import PageSource
from dossiers.scan_verdict import PageGlance
from ocr.barcodes import glance_barcodes
from ocr.limits import ScanLimits
from ocr.load import load_pages
from ocr.orientation import find_shape_turn
from ocr.page_file import PageWriter
from ocr.page_image import decode_page
from ocr.page_label import find_label
from ocr.patch_codes import has_patch_t
from ocr.quality import assess_quality
from ocr.tesseract.reader import TesseractReader


@dataclass(frozen=True, slots=True)
class GlanceOptions:
    """What to look for: barcodes beside quality; or, on pages that are ``known`` already, their printed numbers."""

    find_codes: bool = False
    label_reader: TesseractReader | None = None
    known: tuple[PageGlance, ...] = ()


def glance_scan(
    scan_path: Path,
    name: str,
    folder: Path,
    limits: ScanLimits,
    options: GlanceOptions,
    on_page: Callable[[PageGlance], None],
    skip: int = 0,
) -> None:
    """Look at each page of a scan and tell ``on_page`` at once; the first ``skip`` pages are passed over.

    Page images go into ``folder`` and are removed as soon as they were looked at. Raises what ``extract_pages`` raises,
    RecognitionError when a page cannot be looked at, and what ``on_page`` raises.
    """
    load_pages(scan_path, _GlancingWriter(name, folder, limits, options=options, on_page=on_page, skip=skip))


@dataclass(slots=True)
class _GlancingWriter(PageWriter):
    options: GlanceOptions = GlanceOptions()
    on_page: Callable[[PageGlance], None] = lambda _page: None
    skip: int = 0

    def add(self, data: bytes, media_type: str, size_px: tuple[int, int], dpi: int, *, lossless: bool) -> None:
        PageWriter.add(self, data, media_type, size_px, dpi, lossless=lossless)
        source = self.pages[-1]
        try:
            if source.number > self.skip:
                self.on_page(glance_page(source, self.options))
        except (cv2.error, MemoryError) as error:
            detail = f"{type(error).__name__}: {error}"[:300]
            raise RecognitionError(name=self.name, page=source.number, detail=detail) from error
        finally:
            source.path.unlink(missing_ok=True)


def glance_page(source: PageSource, options: GlanceOptions) -> PageGlance:
    """Look at one page: quality, which way it stands, and its codes or its number when they are asked for."""
    known = options.known[source.number - 1] if source.number <= len(options.known) else None
    if known is not None and (known.quality.is_blank or options.label_reader is None):
        return known
    page = decode_page(source)
    if known is not None and options.label_reader is not None:
        return replace(known, label=find_label(page.pixels, page.dpi, known.turn_deg or 0, options.label_reader))
    quality = assess_quality(page.pixels, page.dpi).verdict
    if quality.is_blank:
        return PageGlance(source.number, quality)
    codes = glance_barcodes(page.pixels) if options.find_codes else ()
    turn_deg = find_shape_turn(page.pixels)
    texts = tuple(code.text for code in codes)
    is_patch = options.find_codes and has_patch_t(page.pixels, page.dpi)
    return PageGlance(source.number, quality, turn_deg, codes=texts, has_patch_t=is_patch)
