"""Run a program and measure it together with every program that it starts and waits for.

The memory that ``wait4`` tells of a process begins with that of the process that started it (Linux keeps the mark over
``exec``). So a program is started from a small interpreter that knows nothing else: this very file, run as a script.
"""

from __future__ import annotations

import json
import os
import sys
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

    The program is given by its path; ``log`` gets a neighbour with the measurements. Raises RuntimeError when it cannot be
    started.
    """
    report = log.with_name(f"{log.name}.json")
    report.unlink(missing_ok=True)
    launcher = [sys.executable, "-I", "-S", __file__, str(report), str(log), *command]
    os.waitpid(os.posix_spawn(launcher[0], launcher, environment), 0)
    if not report.is_file():
        raise RuntimeError(f"{command[0]} cannot be started")
    told = json.loads(report.read_text(encoding="utf-8"))
    return ProgramRun(**told, output=log.read_text(encoding="utf-8", errors="replace"))


def launch(report: Path, log: Path, command: list[str]) -> None:
    """Run ``command`` and write what it took to ``report``; ``wait4`` counts all that the program waited for."""
    out = (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=[nothing, out, (os.POSIX_SPAWN_DUP2, 1, 2)])
    _, status, usage = os.wait4(process, 0)
    told = {
        "code": os.waitstatus_to_exitcode(status),
        "wall_s": time.perf_counter() - started,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    report.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    launch(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
