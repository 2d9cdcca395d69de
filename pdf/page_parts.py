"""Pages taken out of scans into a file of their own, their images untouched: PDF to PDF, TIFF to TIFF.

The same pages of the same bytes always give the same bytes, so that an interrupted parting finds again what it had made.
"""

from __future__ import annotations

import mmap
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pikepdf
from PIL.TiffImagePlugin import AppendingTiffWriter, TiffImageFile

from dossiers.arrangements import SourcePage
from dossiers.errors import TruncatedFileError
from pdf.bounded_process import Bounds, BoundsExceededError, run_bounded

_BOUNDS = Bounds(cpu_s=600, timeout_s=1800.0, memory_bytes=6 * 1024**3)  # of 500 pages; the libraries alone take two
PDF_MAGIC, TIFF_MAGICS = b"%PDF-", (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def part_ending(sources: Sequence[Path]) -> str | None:
    """Return ``.pdf`` or ``.tif`` when all sources are of that kind, so that pages can be taken out of them; else None.

    None also for a signed PDF: taken apart, it would be signed no more.
    """
    heads = [_read_head(source) for source in sources]
    if all(PDF_MAGIC in head for head in heads):
        return None if any(_may_be_signed(source) for source in sources) else ".pdf"
    return ".tif" if all(head.startswith(TIFF_MAGICS) for head in heads) else None


def write_parts(sources: Sequence[Path], parts: Sequence[tuple[Sequence[SourcePage], Path]]) -> None:
    """Write each part, given by its pages and its path, see ``write_part``, in one process of its own.

    Raises what ``write_part`` raises; TruncatedFileError also when the process twice crashed on the sources or was late.
    """
    try:
        run_bounded(_BOUNDS, _write_all, sources, parts)
    except BoundsExceededError:  # perhaps for want of memory; what kills it again is in the file
        try:
            run_bounded(_BOUNDS, _write_all, sources, parts)
        except BoundsExceededError as error:
            raise TruncatedFileError(name=sources[0].name, detail=f"while it was parted: {error}") from error


def _write_all(sources: Sequence[Path], parts: Sequence[tuple[Sequence[SourcePage], Path]]) -> None:
    for pages, to_path in parts:
        write_part(sources, pages, to_path)


def write_part(sources: Sequence[Path], pages: Sequence[SourcePage], to_path: Path) -> None:
    """Write the pages of the sources, in this order, as one file of the sources' kind.

    A bitonal TIFF page becomes CCITT G4, any other Deflate; their pixels stay. Raises TruncatedFileError when a source
    cannot be read, OSError when the file cannot be written.
    """
    try:
        if part_ending(sources) == ".pdf":
            _write_pdf(sources, pages, to_path)
        else:
            _write_tiff(sources, pages, to_path)
    except (pikepdf.PdfError, pikepdf.PasswordError, SyntaxError, ValueError, LookupError, EOFError, RuntimeError) as error:
        raise TruncatedFileError(name=to_path.name, detail=f"{type(error).__name__}: {error}"[:300]) from error


def _write_pdf(sources: Sequence[Path], pages: Sequence[SourcePage], to_path: Path) -> None:
    with ExitStack() as opened, pikepdf.new() as part:
        documents = [opened.enter_context(pikepdf.open(source)) for source in sources]
        for source, page in pages:
            part.pages.append(documents[source].pages[page - 1])
        part.save(to_path, deterministic_id=True, linearize=False)


def _write_tiff(sources: Sequence[Path], pages: Sequence[SourcePage], to_path: Path) -> None:
    with ExitStack() as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        documents = [TiffImageFile(opened.enter_context(source.open("rb"))) for source in sources]
        stream = opened.enter_context(to_path.open("w+b"))
        with AppendingTiffWriter(stream, new=True) as writer:
            for source, page in pages:
                documents[source].seek(page - 1)
                frame = documents[source].copy()
                compression = "group4" if frame.mode == "1" else "tiff_adobe_deflate"
                dpi = documents[source].info.get("dpi")
                stated = {"dpi": dpi} if dpi else {}
                frame.save(writer, "TIFF", compression=compression, **stated)
                writer.newFrame()


def _read_head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(1024)


def _may_be_signed(path: Path) -> bool:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(b"/ByteRange") >= 0
