"""Run a program and measure it together with every program that it starts and waits for."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """How a program ended and what it took; ``peak_bytes`` is the resident memory of the largest process among them."""

    code: int
    wall_s: float
    cpu_s: float
    peak_bytes: int
    output: str


def run_program(command: list[str], environment: Mapping[str, str], log: Path) -> ProgramRun:
    """Run ``command`` to its end; what it prints, on either stream, goes to the file ``log`` and into the result.

    ``wait4`` tells the use of the process and of all that it waited for, which ``subprocess`` does not.
    Raises FileNotFoundError when the program is not there.
    """
    out = (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=[nothing, out, (os.POSIX_SPAWN_DUP2, 1, 2)])
    _, status, usage = os.wait4(process, 0)
    return ProgramRun(
        code=os.waitstatus_to_exitcode(status),
        wall_s=time.perf_counter() - started,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        output=log.read_text(encoding="utf-8", errors="replace"),
    )
