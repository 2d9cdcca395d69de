"""Keep each finished page of a long scan, so that an interruption or a page that fails costs the pages after it only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dossiers.model import RecognizedDocument
from dossiers.page import PageSource, RecognizedPage
from ocr.load import ExtractedPages
from ocr.pool import PagePool
from operations.workfiles import find_result, save_result
from storage.files import make_folder, os_errors_mapped

# So many pages a worker of the pool are read before they are kept; shorter scans are kept as a whole only.
PIECE_PAGES = 8


def read_kept_pages(
    sha256: str, extracted: ExtractedPages, pool: PagePool, name: str, kept: Path, recipe: str
) -> RecognizedDocument:
    """Read the pages of a scan that are not kept in the folder ``kept`` with this recipe, piece by piece.

    Raises what ``PagePool.read_pages`` raises; the pieces before are kept then.
    """
    pages = {source.number: page for source in extracted.pages if (page := _find(kept, source, recipe)) is not None}
    missing = [source for source in extracted.pages if source.number not in pages]
    size = PIECE_PAGES * max(1, pool.workers)
    for start in range(0, len(missing), size):
        for page in pool.read_pages(missing[start : start + size], name):
            pages[page.number] = page
            if len(missing) > size:
                _keep(kept, page, recipe)
    return RecognizedDocument(sha256, _in_order(pages, extracted.pages), pool.engine.name, extracted.is_signed_pdf)


def has_kept_pages(kept: Path) -> bool:
    """Say whether any page is kept, made with whatever recipe."""
    return kept.is_dir() and next(kept.iterdir(), None) is not None


def _find(kept: Path, source: PageSource, recipe: str) -> RecognizedPage | None:
    found = find_result(_path(kept, source.number), RecognizedPage, recipe)
    return found[0] if found is not None and found[0].source == source else None


def _keep(kept: Path, page: RecognizedPage, recipe: str) -> None:
    with os_errors_mapped(f"work folder of {kept.parent.name[:12]}"):
        make_folder(kept)
    save_result(_path(kept, page.number), RecognizedPage, page, recipe)


def _path(kept: Path, number: int) -> Path:
    return kept / f"{number:05d}.json"


def _in_order(pages: dict[int, RecognizedPage], sources: Sequence[PageSource]) -> tuple[RecognizedPage, ...]:
    return tuple(pages[source.number] for source in sources)
