"""Quick looks in a process of its own: whatever a hostile file does to it, the watch goes on.

The process stays warm. It tells each page as soon as it was looked at and goes on when asked, so that a long scan can be put
aside for a short one. It is spawned, bounded in memory, ended when it takes too long over a page, and ends with its parent.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2

from dossiers.errors import RecognitionError, RecognitionTimeoutError, SohoaError
from dossiers.scan_verdict import PageGlance
from ocr.glance import GlanceOptions, glance_scan
from ocr.limits import ScanLimits

PAGE_TIMEOUT_S = 60.0
MAX_MEMORY_BYTES = 6 * 1024**3  # of addresses; the libraries alone take about two


@dataclass(frozen=True, slots=True)
class GlanceJob:
    """A scan to look at. ``scan_path`` is opened by the other process; ``skip`` pages were looked at before."""

    scan_path: Path
    name: str
    limits: ScanLimits
    options: GlanceOptions
    skip: int = 0


@dataclass(slots=True)
class GlanceProcess:
    """A warm process that looks at one scan at a time. Use as a context manager, from one thread."""

    folder: Path
    page_timeout_s: float = PAGE_TIMEOUT_S
    _process: SpawnProcess | None = None
    _pipe: Connection | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process, so that the first scan does not wait for it."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, str(self.folder)), daemon=True, name="sohoa-glance")
        self._process.start()
        theirs.close()
        self._pipe = ours

    def look(self, job: GlanceJob) -> Generator[PageGlance]:
        """Yield what is seen of each page; closing the iterator early stops the look.

        Raises the InputError that fits the file, RecognitionTimeoutError or RecognitionError when the process had to be ended.
        """
        if self._process is None or not self._process.is_alive():
            self.close()
            self.start()
        self._send(job, job.name)
        while (answer := self._receive(job.name)) is not None:
            if isinstance(answer, SohoaError):
                raise answer
            try:
                yield answer
            except GeneratorExit:
                self._send(False, job.name)
                self._receive(job.name)
                raise
            self._send(True, job.name)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _send(self, message: GlanceJob | bool, name: str) -> None:
        try:
            if self._pipe is None:
                raise self._end(name)
            self._pipe.send(message)
        except OSError as error:
            raise self._end(name) from error

    def _receive(self, name: str) -> PageGlance | SohoaError | None:
        try:
            if self._pipe is None:
                raise self._end(name)
            if not self._pipe.poll(self.page_timeout_s):
                self.close()
                raise RecognitionTimeoutError(name=name, page="?", timeout_s=f"{self.page_timeout_s:g}")
            answer: PageGlance | SohoaError | None = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._end(name) from error
        return answer

    def _end(self, name: str) -> RecognitionError:
        self.close()
        return RecognitionError(name=name, page="?", detail="the looking process died")


class _StopLookingError(SohoaError):
    """Of the one tree, since the loaders take any other error for a damaged file."""


def _serve(pipe: Connection, folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        with tempfile.TemporaryDirectory(prefix="sohoa-", dir=folder) as pages:
            pipe.send(_look(job, Path(pages), pipe))


def _look(job: GlanceJob, pages: Path, pipe: Connection) -> SohoaError | None:
    def tell(page: PageGlance) -> None:
        pipe.send(page)
        if not pipe.recv():
            raise _StopLookingError

    try:
        glance_scan(job.scan_path, job.name, pages, job.limits, job.options, tell, job.skip)
    except _StopLookingError:
        return None
    except SohoaError as error:
        return error
    except Exception as error:  # a fault of the program must not end the watch
        return RecognitionError(name=job.name, page="?", detail=f"{type(error).__name__}: {error}"[:300])
    return None


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
