"""Finished pages of a long scan are used again, unless reader or pipeline changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dossiers.errors import RecognitionError
from dossiers.page import BoxPx, PageSource, QualityVerdict, RecognizedPage
from ocr.engine import Reading
from ocr.load import ExtractedPages
from ocr.page_image import Pixels
from ocr.pool import PagePool
from operations.page_keeping import PIECE_PAGES, has_kept_pages, read_kept_pages
from tests.support.readings import make_line

PAGES = PIECE_PAGES * 2 + 3


class NamedEngine:
    name = "reader 1"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        raise AssertionError("these tests read no page")


class CountingPool(PagePool):
    """A pool that reads nothing, notes which pages it was given and fails at one of them."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.engine = NamedEngine()
        self.workers = 0
        self.fails_at = fails_at
        self.read: list[int] = []

    def read_pages(self, sources: Sequence[PageSource], name: str) -> tuple[RecognizedPage, ...]:
        for source in sources:
            if source.number == self.fails_at:
                raise RecognitionError(name=name, page=source.number, detail="x")
            self.read.append(source.number)
        return tuple(make_page(source) for source in sources)


def make_page(source: PageSource) -> RecognizedPage:
    quality = QualityVerdict(dpi=200, sharpness=1.0, contrast=1.0, is_blank=False, is_colour=True, faults=())
    return RecognizedPage(source, 1600, 2300, 0, 0.0, quality, (make_line(f"trang {source.number}"),), {})


def extract(folder: Path, count: int = PAGES) -> ExtractedPages:
    sources = tuple(
        PageSource(number, folder / f"{number}.png", f"{number:064x}", "image/png", 1600, 2300, 200, lossless=True)
        for number in range(1, count + 1)
    )
    return ExtractedPages(sources, is_signed_pdf=False)


def test_pages_read_before_a_failure_are_not_read_again(tmp_path: Path) -> None:
    extracted, kept = extract(tmp_path), tmp_path / "read"
    failing = CountingPool(fails_at=PIECE_PAGES * 2 + 1)
    with pytest.raises(RecognitionError):
        read_kept_pages("ab", extracted, failing, "a.pdf", kept, "recipe 1")
    assert has_kept_pages(kept)

    again = CountingPool()
    document = read_kept_pages("ab", extracted, again, "a.pdf", kept, "recipe 1")
    assert again.read == list(range(PIECE_PAGES * 2 + 1, PAGES + 1))
    assert [page.number for page in document.pages] == list(range(1, PAGES + 1))
    assert document.pages[0] == make_page(extracted.pages[0])

    changed = CountingPool()
    read_kept_pages("ab", extracted, changed, "a.pdf", kept, "recipe 2")
    assert changed.read == list(range(1, PAGES + 1))


def test_a_short_scan_is_not_kept_page_by_page(tmp_path: Path) -> None:
    pool = CountingPool()
    read_kept_pages("ab", extract(tmp_path, 5), pool, "a.pdf", tmp_path / "read", "recipe 1")
    assert not has_kept_pages(tmp_path / "read")
