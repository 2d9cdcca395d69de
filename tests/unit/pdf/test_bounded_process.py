"""What is done to a process that works on a file of others reaches nobody else."""

from __future__ import annotations

import errno
import os
import signal
import time

import pytest

from dossiers.errors import TruncatedFileError
from pdf.bounded_process import Bounds, BoundsExceededError, run_bounded

BOUNDS = Bounds(cpu_s=60, timeout_s=300, memory_bytes=6 * 1024**3)


def add(first: int, second: int) -> int:
    return first + second


def refuse() -> None:
    raise TruncatedFileError(name="a.pdf", detail="half of it")


def find_no_room() -> None:
    raise OSError(errno.ENOSPC, "no room")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def burn() -> None:
    while True:
        pass


def test_it_gives_what_the_function_gives() -> None:
    assert run_bounded(BOUNDS, add, 2, second=3) == 5


def test_our_errors_and_the_systems_come_through() -> None:
    with pytest.raises(TruncatedFileError, match=r"a\.pdf"):
        run_bounded(BOUNDS, refuse)
    with pytest.raises(OSError, match="no room") as caught:
        run_bounded(BOUNDS, find_no_room)
    assert caught.value.errno == errno.ENOSPC


def test_a_crash_an_endless_loop_and_one_that_is_late_are_told() -> None:
    with pytest.raises(BoundsExceededError, match="died"):
        run_bounded(BOUNDS, crash)
    with pytest.raises(BoundsExceededError, match="died"):
        run_bounded(Bounds(cpu_s=1, timeout_s=300, memory_bytes=6 * 1024**3), burn)
    with pytest.raises(BoundsExceededError, match="no answer"):
        run_bounded(Bounds(cpu_s=60, timeout_s=0.01, memory_bytes=6 * 1024**3), time.sleep, 60)
