"""Programs are started in order, started anew when they die, and stopped in the reverse order; nothing is left."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dossiers.errors import ConfigurationError
from runtime import supervising
from runtime.supervising import Service, Supervisor

_SLEEP = "import time; print('here', flush=True); time.sleep(600)"
_STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"


def service(name: str, program: str, log_dir: Path, **options: float) -> Service:
    """Return a Python program that is ready once it has written something."""
    log = log_dir / f"{name}.log"
    return Service(
        name, (sys.executable, "-c", program), os.environ, lambda: log.exists() and log.stat().st_size > 0, **options
    )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Told:
    """What the supervisor told, and what to do when it tells a thing for the first time."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.reactions: dict[tuple[str, str], object] = {}

    def __call__(self, name: str, what: str) -> None:
        self.lines.append((name, what))
        reaction = self.reactions.pop((name, what), None)
        if callable(reaction):
            reaction()


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_services_start_in_order_and_stop_in_the_reverse_order(tmp_path: Path) -> None:
    told = Told()
    told.reactions["all", "ready"] = stop
    services = [service("first", _SLEEP, tmp_path), service("second", _STUBBORN, tmp_path, stop_s=0.2)]
    asyncio.run(Supervisor(services, tmp_path, told).run())
    starts = [("first", "ready"), ("second", "ready"), ("all", "ready")]
    assert told.lines == [*starts, ("second", "stopped"), ("first", "stopped")]


def test_one_that_dies_is_started_anew(tmp_path: Path) -> None:
    told = Told()
    supervisor = Supervisor([service("one", _SLEEP, tmp_path)], tmp_path, told)
    first: list[int] = []

    def kill() -> None:
        first.append(supervisor.list_processes()["one"])
        os.kill(first[0], signal.SIGKILL)

    told.reactions["all", "ready"] = kill
    told.reactions["one", "started anew"] = stop
    asyncio.run(supervisor.run())
    assert ("one", "ended with -9") in told.lines
    assert told.lines[-1] == ("one", "stopped")
    assert not is_alive(first[0])


def test_one_that_never_starts_is_told_and_the_others_are_stopped(tmp_path: Path) -> None:
    told = Told()
    services = [service("good", _SLEEP, tmp_path), service("bad", "raise SystemExit(3)", tmp_path)]
    with pytest.raises(ConfigurationError, match="bad did not start"):
        asyncio.run(Supervisor(services, tmp_path, told).run())
    assert told.lines == [("good", "ready"), ("bad", "stopped"), ("good", "stopped")]


def test_a_disk_too_full_to_be_told_on_keeps_nothing_from_being_started_and_stopped(tmp_path: Path) -> None:
    told = Told()
    services = [service("one", _SLEEP, tmp_path), service("two", _SLEEP, tmp_path)]
    processes: list[int] = []

    def tell(name: str, what: str) -> None:
        told(name, what)
        raise OSError(errno.ENOSPC, "no space left")

    supervisor = Supervisor(services, tmp_path, tell)

    def kill() -> None:
        processes.extend(supervisor.list_processes().values())
        os.kill(processes[0], signal.SIGKILL)

    def stop_all() -> None:
        processes.extend(supervisor.list_processes().values())
        stop()

    told.reactions["all", "ready"] = kill
    told.reactions["one", "started anew"] = stop_all
    asyncio.run(asyncio.wait_for(supervisor.run(), 60))
    assert len(set(processes)) == 3
    assert not any(is_alive(pid) for pid in processes)


def test_one_that_cannot_be_started_anew_now_is_started_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    supervisor = Supervisor([service("one", _SLEEP, tmp_path)], tmp_path, told)
    start, faults = supervisor._start, [OSError(errno.EAGAIN, "no process to be had")]

    async def start_or_fail(wanted: Service) -> Any:
        if ("all", "ready") in told.lines and faults:
            raise faults.pop()
        return await start(wanted)

    monkeypatch.setattr(supervisor, "_start", start_or_fail)
    told.reactions["all", "ready"] = lambda: os.kill(supervisor.list_processes()["one"], signal.SIGKILL)
    told.reactions["one", "started anew"] = stop
    asyncio.run(asyncio.wait_for(supervisor.run(), 60))
    assert (told.lines[-1], faults) == (("one", "stopped"), [])


def test_the_log_of_a_program_that_runs_for_years_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_LOG_BYTES", 1000)
    monkeypatch.setattr(supervising, "_LOG_LOOK_S", 0.05)
    chatty = "import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.001)"
    log = tmp_path / "one.log"
    sizes: list[int] = []

    async def run() -> None:
        supervisor = Supervisor([service("one", chatty, tmp_path)], tmp_path, Told())
        task = asyncio.create_task(supervisor.run())
        while not log.with_suffix(".log.1").exists():
            await asyncio.sleep(0.05)
        for _ in range(20):
            await asyncio.sleep(0.05)
            sizes.append(log.stat().st_size)
        stop()
        await task

    asyncio.run(asyncio.wait_for(run(), 60))
    assert any(later < earlier for earlier, later in pairwise(sizes)), "it is cut more than once, while it is written"
    assert log.with_suffix(".log.1").read_bytes().startswith(b"x" * 99 + b"\n")
