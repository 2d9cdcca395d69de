"""Pages read in warm processes, and what happens when one dies."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from dossiers.errors import RecognitionError
from ocr.document import read_document
from ocr.load import ExtractedPages
from ocr.pool import PagePool
from ocr.tesseract import TesseractEngine
from tests.unit.ocr.drawing import Text, draw_page, save_source
from tests.unit.ocr.engines import DyingEngine, FailingEngine, HangingEngine


def test_a_document_is_read_in_order_and_the_workers_stay_warm(tmp_path: Path, engine: TesseractEngine) -> None:
    texts = ["Trang thứ nhất của hồ sơ", "Trang thứ hai của hồ sơ", "Trang thứ ba của hồ sơ"]
    sources = tuple(
        save_source(draw_page((Text(text, 300, 400, 40),), size=(1200, 900)), tmp_path, number=number)
        for number, text in enumerate(texts, start=1)
    )
    with PagePool(engine, workers=2) as pool:
        first = read_document("ab" * 32, ExtractedPages(sources, is_signed_pdf=True), pool, "a.pdf")
        started = time.perf_counter()
        second = read_document("ab" * 32, ExtractedPages(sources[:1], is_signed_pdf=False), pool, "a.pdf")
        warm_s = time.perf_counter() - started
    assert [page.text for page in first.pages] == texts
    assert first.scan_sha256 == "ab" * 32
    assert first.engine == engine.name
    assert first.is_signed_pdf
    assert second.pages[0].text == texts[0]
    assert warm_s < 20
    assert not multiprocessing.active_children()


def test_without_workers_pages_are_read_here(tmp_path: Path, engine: TesseractEngine) -> None:
    source = save_source(draw_page((Text("Đọc tại chỗ không cần tiến trình", 300, 400, 40),), size=(1200, 900)), tmp_path)
    (page,) = PagePool(engine, workers=0).read_pages((source,), "a.pdf")
    assert page.text == "Đọc tại chỗ không cần tiến trình"


def test_a_worker_killed_on_one_page_fails_that_document_and_no_other(tmp_path: Path) -> None:
    small = save_source(draw_page(size=(1654, 800)), tmp_path, number=1)
    tall = save_source(draw_page(), tmp_path, number=2)
    with PagePool(DyingEngine(max_height_px=1000), workers=1) as pool:
        with pytest.raises(RecognitionError) as caught:
            pool.read_pages((small, tall), "xấu.pdf")
        assert caught.value.facts["page"] == "2"
        assert caught.value.facts["name"] == "xấu.pdf"
        (page,) = pool.read_pages((small,), "tốt.pdf")
    assert page.number == 1


def test_a_worker_that_hangs_ends_itself(tmp_path: Path) -> None:
    source = save_source(draw_page(size=(1654, 800)), tmp_path)
    with PagePool(HangingEngine(), workers=1, page_timeout_s=0.5) as pool, pytest.raises(RecognitionError):
        pool.read_pages((source,), "a.pdf")


def test_errors_come_back_whole(tmp_path: Path) -> None:
    source = save_source(draw_page(size=(1654, 800)), tmp_path, number=3)
    with PagePool(FailingEngine(), workers=1) as pool, pytest.raises(RecognitionError) as caught:
        pool.read_pages((source,), "a.pdf")
    assert caught.value.facts == {"detail": "bad luck", "name": "a.pdf", "page": "3"}
