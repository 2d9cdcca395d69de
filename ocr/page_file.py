"""Page images on disk: bounds before decoding, digest, dots per inch."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.errors import PageSizeError, StorageFullError, StorageUnavailableError, TooLargeError
from dossiers.page import PageSource
from ocr.limits import ScanLimits

A4_WIDTH_INCH = 210 / 25.4
A4_HEIGHT_INCH = 297 / 25.4
# A page of these sizes is what office scanners and their settings give; beyond them the stated dpi is a camera's default.
MIN_PLAUSIBLE_DPI = 60
MAX_PLAUSIBLE_DPI = 1300
MIN_PLAUSIBLE_SIDE_INCH = 2.0
MAX_PLAUSIBLE_SIDE_INCH = 50.0
SUFFIX_OF_MEDIA = {"image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}


@dataclass(slots=True)
class PageWriter:
    """Writes the page images of one scan into a folder, and counts what they take.

    Raises TooLargeError when the pages unfold to more bytes or pages than the limits allow.
    """

    name: str
    out_dir: Path
    limits: ScanLimits
    pages: list[PageSource] = field(default_factory=list)
    written_bytes: int = 0

    @property
    def next_number(self) -> int:
        return len(self.pages) + 1

    def add(self, data: bytes, media_type: str, size_px: tuple[int, int], dpi: int, *, lossless: bool) -> None:
        """Write ``data``, a whole image file of ``size_px`` (width, height), as the next page."""
        check_page_count(self.next_number, self.name, self.limits)
        self.written_bytes += len(data)
        if self.written_bytes > self.limits.max_pages_bytes:
            raise TooLargeError(name=self.name, detail=f"> {self.limits.max_pages_bytes:,} byte")
        path = self.out_dir / f"page-{self.next_number:04d}{SUFFIX_OF_MEDIA[media_type]}"
        try:
            path.write_bytes(data)
        except OSError as error:
            raise _as_storage_error(error) from error
        digest = hashlib.sha256(data).hexdigest()
        self.pages.append(PageSource(self.next_number, path, digest, media_type, *size_px, dpi, lossless))


def _as_storage_error(error: OSError) -> StorageUnavailableError:
    kind = StorageFullError if error.errno in {errno.ENOSPC, errno.EDQUOT} else StorageUnavailableError
    return kind(detail=error.strerror or type(error).__name__)


def check_page_count(count: int, name: str, limits: ScanLimits) -> None:
    """Raise TooLargeError when ``count`` pages are more than allowed."""
    if count > limits.max_pages:
        raise TooLargeError(name=name, detail=f"> {limits.max_pages} trang (pages)")


def check_page_size(size_px: tuple[int, int], page: int, name: str, limits: ScanLimits) -> None:
    """Check a page's width and height in pixels, as its header states them, before it is decoded.

    Raises PageSizeError for a side of nothing or of absurd length, TooLargeError for too many pixels in all.
    """
    width, height = size_px
    detail = f"{width} x {height} px"
    if min(size_px) < limits.min_page_side_px or max(size_px) > limits.max_page_side_px:
        raise PageSizeError(name=name, page=page, detail=detail)
    if width * height > limits.max_page_pixels:
        raise TooLargeError(name=name, detail=f"trang (page) {page}: {detail}")


def settle_dpi(size_px: tuple[int, int], stated_dpi: float | None) -> int:
    """Return the stated dots per inch when it is plausible, else what it is if the page fills an A4 sheet.

    72 and 96 are what programs write when they know nothing, so these are believed only when they make a sheet of
    about A4 or less; a phone's photo says 72 dpi and would be a metre wide.
    """
    short, long = min(size_px), max(size_px)
    estimate = round(max(short / A4_WIDTH_INCH, long / A4_HEIGHT_INCH))
    if stated_dpi is None or not MIN_PLAUSIBLE_DPI <= stated_dpi <= MAX_PLAUSIBLE_DPI:
        return max(1, estimate)
    if short / stated_dpi < MIN_PLAUSIBLE_SIDE_INCH or long / stated_dpi > MAX_PLAUSIBLE_SIDE_INCH:
        return max(1, estimate)
    is_default = round(stated_dpi) in {72, 96}
    if is_default and long / stated_dpi > A4_HEIGHT_INCH * 1.15:
        return max(1, estimate)
    return round(stated_dpi)
