"""From a scanned file to its page images, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dossiers.errors import UnreadablePathError
from dossiers.page import PageSource
from ocr.limits import ScanLimits
from ocr.load_images import load_heic, load_jpeg, load_png, load_tiff
from ocr.load_pdf import load_pdf
from ocr.media import ScanMedia, check_media
from ocr.page_file import PageWriter


@dataclass(frozen=True, slots=True)
class ExtractedPages:
    """Every page of a scan as an image file of its own, in order."""

    pages: tuple[PageSource, ...]
    is_signed_pdf: bool


IMAGE_LOADERS = {
    ScanMedia.JPEG: load_jpeg,
    ScanMedia.PNG: load_png,
    ScanMedia.TIFF: load_tiff,
    ScanMedia.HEIC: load_heic,
}


def extract_pages(scan_path: Path, name: str, out_dir: Path, limits: ScanLimits | None = None) -> ExtractedPages:
    """Write every page of the scan ``scan_path`` as an image file into ``out_dir``, which is made when missing.

    ``name`` is the file's own name, which its content must not contradict. Images are taken out as they are wherever
    that is possible (see PageSource.lossless). One page is in memory at a time.

    Raises the InputError that fits: EmptyFileError, UnreadablePathError, WrongFormatError, MismatchedNameError,
    TruncatedFileError, PasswordProtectedError, TooLargeError, PageSizeError; StorageFullError when ``out_dir`` is full.
    """
    limits = limits or ScanLimits()
    writer = PageWriter(name, out_dir, limits)
    is_signed = load_pages(scan_path, writer)
    return ExtractedPages(tuple(writer.pages), is_signed)


def load_pages(scan_path: Path, writer: PageWriter) -> bool:
    """Give every page of a scan to ``writer``, in order, and say whether it is a PDF that carries a signature.

    Raises what ``extract_pages`` raises.
    """
    media = check_media(scan_path, writer.name, writer.limits)
    writer.out_dir.mkdir(parents=True, exist_ok=True)
    try:
        if media is ScanMedia.PDF:
            return load_pdf(scan_path, writer)
        IMAGE_LOADERS[media](scan_path, writer)
    except OSError as error:
        raise UnreadablePathError(name=writer.name, detail=error.strerror or type(error).__name__) from error
    return False
