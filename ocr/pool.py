"""Pages read side by side in processes that stay warm.

Spawned, never forked: the parent has threads (Prefect, HTTP clients) whose locks a fork would copy in mid-air. Each worker
reads one page on one core.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from types import TracebackType
from typing import Self

import cv2

from dossiers.errors import RecognitionError
from dossiers.page import PageSource, RecognizedPage
from ocr.engine import OcrEngine
from ocr.pages import PAGE_TIMEOUT_S, read_page

# Beyond recognition: decoding, orientation by reading, cleaning. A worker that takes longer hangs, and kills itself.
SLACK_FACTOR = 3.0
MAX_WORKERS = 16
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
LARGEST_KEPT_BYTES = 32 * 1024 * 1024  # A4 at 300 dpi in colour has 26 MB
KEPT_BYTES = 256 * 1024 * 1024


class PagePool:
    """A warm pool of workers that read pages. Use as a context manager, or call ``close``.

    ``workers`` is the number of processes; None means one a core; 0 reads in this process, without any. ``engine`` must
    survive pickling. Safe to use from several threads.
    """

    def __init__(self, engine: OcrEngine, workers: int | None = None, page_timeout_s: float = PAGE_TIMEOUT_S) -> None:
        self.engine = engine
        self.workers = min(MAX_WORKERS, _count_cores()) if workers is None else workers
        self.page_timeout_s = page_timeout_s
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def read_pages(self, sources: Sequence[PageSource], name: str) -> tuple[RecognizedPage, ...]:
        """Read pages, in their order. ``name`` is the scan's name for error messages.

        When a worker dies (killed for its memory, crashed), the pages not yet read are tried once more, one at a time, in
        a fresh pool; the page at which it dies again raises RecognitionError. Raises what ``read_page`` raises.
        """
        if self.workers == 0:
            return tuple(read_page(source, self.engine, name=name, timeout_s=self.page_timeout_s) for source in sources)
        futures: list[Future[RecognizedPage]] = []
        pages: dict[int, RecognizedPage] = {}
        try:
            executor = self._borrow()
            futures.extend(self._submit(executor, source, name) for source in sources)
            for index, future in enumerate(futures):
                pages[index] = future.result()
        except BrokenProcessPool:
            self._discard(executor)
            return tuple(
                pages[index] if index in pages else self._read_alone(source, name) for index, source in enumerate(sources)
            )
        finally:
            for future in futures:
                future.cancel()
        return tuple(pages[index] for index in range(len(sources)))

    def close(self) -> None:
        """Let the workers finish and end them. The pool starts anew when it is used again."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _borrow(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(self.workers, mp_context=context, initializer=start_worker)
            return self._executor

    def _discard(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = None
        broken.shutdown(wait=True, cancel_futures=True)

    def _submit(self, executor: ProcessPoolExecutor, source: PageSource, name: str) -> Future[RecognizedPage]:
        return executor.submit(read_in_worker, source, self.engine, name, self.page_timeout_s)

    def _read_alone(self, source: PageSource, name: str) -> RecognizedPage:
        executor = self._borrow()
        try:
            return self._submit(executor, source, name).result()
        except BrokenProcessPool as error:
            self._discard(executor)
            raise RecognitionError(name=name, page=source.number, detail="the reading process died") from error


def start_worker() -> None:
    """Prepare a worker process: one core each, interrupts are the parent's business, and it ends when its parent does."""
    cv2.setNumThreads(1)
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def keep_freed_memory() -> None:
    """Let the C library use freed memory again, up to KEPT_BYTES, instead of returning each picture's to the system.

    Fetching it anew, page fault by page fault, took a tenth of a page's time. What is larger is returned at once: kept between
    the pictures of pages at 600 dpi, it lay in pieces that no other could use. Does nothing where the library is not glibc.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers; without this they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def read_in_worker(source: PageSource, engine: OcrEngine, name: str, timeout_s: float) -> RecognizedPage:
    """Read a page under an alarm: no handler is set, so a call that hangs in C code ends the process, not the run."""
    signal.alarm(math.ceil(SLACK_FACTOR * timeout_s))
    try:
        return read_page(source, engine, name=name, timeout_s=timeout_s)
    finally:
        signal.alarm(0)


def _count_cores() -> int:
    return max(1, len(os.sched_getaffinity(0)))
