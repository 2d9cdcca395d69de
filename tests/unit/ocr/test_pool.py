"""Pages read in warm processes, and what happens when one dies."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dossiers.errors import RecognitionError
from ocr.document import read_document
from ocr.load import ExtractedPages
from ocr.pool import PagePool
from ocr.two_readers import TwoReaders
from tests.unit.ocr.drawing import Text, draw_page, save_source
from tests.unit.ocr.engines import DyingEngine, FailingEngine, HangingEngine


def test_a_document_is_read_in_order_and_the_workers_stay_warm(tmp_path: Path, engine: TwoReaders) -> None:
    texts = ["Trang thứ nhất của hồ sơ", "Trang thứ hai của hồ sơ", "Trang thứ ba của hồ sơ"]
    sources = tuple(
        save_source(draw_page((Text(text, 300, 400, 40),), size=(1200, 900)), tmp_path, number=number)
        for number, text in enumerate(texts, start=1)
    )
    with PagePool(engine, workers=2) as pool:
        first = read_document("ab" * 32, ExtractedPages(sources, is_signed_pdf=True), pool, "a.pdf")
        workers = {child.pid for child in multiprocessing.active_children()}
        second = read_document("ab" * 32, ExtractedPages(sources[:1], is_signed_pdf=False), pool, "a.pdf")
        warm = {child.pid for child in multiprocessing.active_children()}
    assert [page.text for page in first.pages] == texts
    assert first.scan_sha256 == "ab" * 32
    assert first.engine == engine.name
    assert first.is_signed_pdf
    assert second.pages[0].text == texts[0]
    assert workers == warm
    assert not multiprocessing.active_children()


def test_without_workers_pages_are_read_here(tmp_path: Path, engine: TwoReaders) -> None:
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


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    source = save_source(draw_page((Text("Trang thứ nhất", 300, 400, 40),), size=(1200, 900)), tmp_path)
    script = f"""
import multiprocessing, sys
from dossiers.page import PageSource
from ocr.pool import PagePool
from ocr.two_readers import TwoReaders, open_engine
from pathlib import PosixPath

if __name__ == "__main__":
    pool = PagePool(open_engine(), workers=1)
    pool.read_pages(({source!r},), "a.jpg")
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    sys.stdin.read()
"""
    program = tmp_path / "parent.py"
    program.write_text(script, encoding="utf-8")
    command = [sys.executable, str(program)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert workers
    give_up_at = time.monotonic() + 60
    while any(is_running(pid) for pid in workers) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    assert not any(is_running(pid) for pid in workers)


def is_running(pid: int) -> bool:
    """An orphan that nobody waits for stays as a zombie where there is no init to reap it; that is ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_matrix_product_keeps_to_its_own_thread() -> None:
    """NumPy's library would share it among cores, whose threads wait for each other in circles."""
    program = """
import ocr.pool, numpy, time
strips = numpy.ones((800, 800), numpy.float32)
for _ in range(20):
    strips @ strips
print(time.process_time() - time.thread_time())
"""
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert float(done.stdout) < 0.05
