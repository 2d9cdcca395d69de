"""Keep a handful of programs running: start them in order, start anew what dies, stop them in the reverse order.

Each runs in a session of its own with its output in a log file. When the supervisor itself is killed, the kernel tells
the programs to end (``PR_SET_PDEATHSIG``), so that nothing is left holding a port.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.errors import ConfigurationError

_log = logging.getLogger("sohoa.up")
_PR_SET_PDEATHSIG = 1
_MAX_PAUSE_S = 60.0
_STEADY_S = 60.0
_LOG_BYTES = 10 << 20
_LOG_LOOK_S = 60.0
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Service:
    """A program to keep running. ``is_ready`` is asked until it says yes or ``start_s`` is over; the next waits for that.

    ``stop_s`` is how long it may take to end by itself after SIGTERM.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[], bool] = lambda: True
    start_s: float = 120.0
    stop_s: float = 30.0


@dataclass(slots=True)
class _Running:
    service: Service
    process: asyncio.subprocess.Process
    started_s: float
    failures: int = 0


class Supervisor:
    """Runs services until it is told to stop. ``tell`` hears of each that is ready, is started anew or stopped."""

    def __init__(self, services: Sequence[Service], log_dir: Path, tell: Callable[[str, str], None]) -> None:
        self._services = services
        self._log_dir = log_dir
        self._tell = tell
        self._running: dict[str, _Running] = {}
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Start all, keep them running until SIGTERM or SIGINT, stop all. Raises ConfigurationError when one never starts."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        watchers = [asyncio.create_task(self._keep_logs_small())]
        try:
            for service in self._services:
                if self._stop.is_set():
                    break
                self._running[service.name] = await self._start(service)
                await self._wait_until_ready(service)
                watchers.append(asyncio.create_task(self._keep_running(service)))
                self._say(service.name, "ready")
            else:
                self._say("all", "ready")
            await self._stop.wait()
        finally:
            self._stop.set()
            for watcher in watchers:
                watcher.cancel()
            for service in reversed(self._services):
                await self._end(service)

    def list_processes(self) -> dict[str, int]:
        """Return the process of each service that was started."""
        return {name: running.process.pid for name, running in self._running.items()}

    async def _start(self, service: Service) -> _Running:
        with (self._log_dir / f"{service.name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *service.command,
                env=dict(service.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        return _Running(service, process, time.monotonic())

    async def _wait_until_ready(self, service: Service) -> None:
        give_up_s = time.monotonic() + service.start_s
        while not self._stop.is_set():
            if self._running[service.name].process.returncode is not None:
                raise ConfigurationError(detail=f"{service.name} did not start; see {self._log_dir / service.name}.log")
            if await asyncio.to_thread(service.is_ready):
                return
            if time.monotonic() > give_up_s:
                raise ConfigurationError(detail=f"{service.name} is not ready; see {self._log_dir / service.name}.log")
            await asyncio.sleep(0.2)

    async def _keep_running(self, service: Service) -> None:
        """Start a service anew whenever it ends, at once after a steady run, else with growing pauses."""
        while True:
            running = self._running[service.name]
            code = await running.process.wait()
            # What it left behind may hold its port. At once: later the system may have given the number to others.
            _signal_session(running.process.pid, signal.SIGKILL)
            steady = time.monotonic() - running.started_s > _STEADY_S
            failures = 0 if steady else running.failures + 1
            _log.error("%s ended with %s; it is started anew in %.0f s", service.name, code, _pause_s(failures))
            self._say(service.name, f"ended with {code}")
            self._running[service.name] = await self._start_anew(service, failures)
            self._say(service.name, "started anew")

    async def _start_anew(self, service: Service, failures: int) -> _Running:
        """Start a service after a pause, and try again until it can be: a full disk or a lack of memory may pass."""
        while True:
            await asyncio.sleep(_pause_s(failures))
            try:
                started = await self._start(service)
            except OSError as error:
                failures += 1
                _log.error("%s cannot be started (%s); again in %.0f s", service.name, error.strerror, _pause_s(failures))
            else:
                started.failures = failures
                return started

    async def _keep_logs_small(self) -> None:
        while True:
            await asyncio.to_thread(_cut_logs, self._log_dir)
            await asyncio.sleep(_LOG_LOOK_S)

    def _say(self, name: str, what: str) -> None:
        """Tell; a disk that is too full to be told on must not keep a service from being started or stopped."""
        try:
            self._tell(name, what)
        except OSError as error:
            _log.error("%s %s; it cannot be written down: %s", name, what, error.strerror)

    async def _end(self, service: Service) -> None:
        running = self._running.pop(service.name, None)
        if running is None:
            return
        if running.process.returncode is None:
            with suppress(ProcessLookupError):
                running.process.terminate()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(running.process.wait(), service.stop_s)
        _signal_session(running.process.pid, signal.SIGKILL)
        await running.process.wait()
        self._say(service.name, "stopped")


def _signal_session(leader: int, number: signal.Signals) -> None:
    """Send a signal to what is left of a service's process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _pause_s(failures: int) -> float:
    return min(_MAX_PAUSE_S, 0.5 * (1 << min(failures, 10)))


def _cut_logs(folder: Path) -> None:
    """Keep of each log the last LOG_BYTES and a little more, while its program goes on appending to it."""
    for path in folder.glob("*.log"):
        with suppress(OSError):
            if path.stat().st_size > _LOG_BYTES:
                with suppress(OSError):  # no room for a copy: less of the past is better than no room for scans
                    shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
