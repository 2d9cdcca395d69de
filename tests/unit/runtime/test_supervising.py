"""Programs are started in order, started anew when they die, and stopped in the reverse order; nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
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
