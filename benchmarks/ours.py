"""Sohoa as one of the engines compared: a handle on its warm worker process."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.reading import Reading
from benchmarks.worker import Request, serve


class OurWorker:
    """The worker process of ``benchmarks.worker``. Use as a context manager. Raises EOFError when it dies."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="sohoa-bench-"))
        for name in [name for name in os.environ if name.startswith("SOHOA_")]:
            del os.environ[name]
        os.environ |= {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
        context = multiprocessing.get_context("spawn")
        self._requests, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._home))
        self._process.start()
        theirs.close()
        self.name: str = self._requests.recv()

    def digitize(self, path: Path, out: Path) -> Reading:
        """Take ``path`` from scan to signed PDF/A; the PDFs are left in the folder ``out``."""
        return self._ask(Request(path, out))

    def read(self, path: Path) -> Reading:
        """Read ``path`` alone, for its text; nothing is measured."""
        return self._ask(Request(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.is_alive():
            self._requests.send(None)
        self._process.join(timeout=60)
        shutil.rmtree(self._home, ignore_errors=True)

    def _ask(self, request: Request) -> Reading:
        self._requests.send(request)
        answer = self._requests.recv()
        if not isinstance(answer, Reading):
            raise TypeError(f"the worker answered {answer!r}")
        return answer
