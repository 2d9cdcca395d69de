"""Start and stop the machine's services as one: the supervisor's lock, its standing, and how others reach it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dossiers.errors import ConfigurationError
from runtime.services import list_services
from runtime.settings import Settings
from runtime.supervising import Supervisor
from storage.files import make_folder, os_errors_mapped, replace_atomically

_STOP_S = 240.0
_LOOK_S = 0.2
_LOOKED_AT_S = 2.0  # `sohoa up` and `down` hold the lock for a moment, to see whether somebody has it


@dataclass(frozen=True, slots=True)
class Standing:
    """A running supervisor: its process, and what was last told of each service."""

    pid: int
    services: dict[str, str]

    @property
    def is_up(self) -> bool:
        return self.services.get("all") == "ready"


def run_services(settings: Settings) -> None:
    """Run the machine's services until told to stop. Raises ConfigurationError when they run already or one does not start."""
    folder = _run_folder(settings)
    with _only_supervisor(folder):
        services: dict[str, str] = {}

        def tell(name: str, what: str) -> None:
            services[name] = what
            _write_standing(folder, services)

        _write_standing(folder, services)
        try:
            asyncio.run(Supervisor(list_services(settings), folder, tell).run())
        finally:
            _standing_file(folder).unlink(missing_ok=True)


def start_supervisor(settings: Settings, command: Sequence[str]) -> int:
    """Start the supervisor as a process that stays when this one ends, and return its id."""
    log = os.open(_supervisor_log(settings), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return os.posix_spawn(
            command[0],
            list(command),
            {**os.environ, "SOHOA_HOME": str(settings.home)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=True,
        )
    finally:
        os.close(log)


def wait_until_up(settings: Settings, supervisor: int | None, timeout_s: float) -> Standing:
    """Return the standing once every service is ready. ``supervisor`` is the process that was just started, if one was.

    Raises ConfigurationError when it gave up or is late.
    """
    give_up_s = time.monotonic() + timeout_s
    while time.monotonic() < give_up_s:
        standing = read_standing(settings)
        if standing is not None and standing.is_up:
            return standing
        ended = os.waitpid(supervisor, os.WNOHANG)[0] == supervisor if supervisor is not None else standing is None
        if ended:
            raise ConfigurationError(detail=f"the services did not start; see {_supervisor_log(settings)}")
        time.sleep(_LOOK_S)
    raise ConfigurationError(detail=f"not every service is ready after {timeout_s:.0f} s; see {_supervisor_log(settings)}")


def read_standing(settings: Settings) -> Standing | None:
    """Return how the running supervisor stands, or None when none runs. A file that a killed one left says nothing."""
    folder = _run_folder(settings)
    with _lock_file(folder).open("ab") as lock:
        if _take(lock):
            return None
    try:
        told = json.loads(_standing_file(folder).read_text())
        return Standing(int(told["pid"]), dict(told["services"]))
    except (OSError, ValueError, KeyError):
        return None


def stop_supervisor(settings: Settings) -> bool:
    """Stop the supervisor and wait for its end; return whether one ran. Raises ConfigurationError when it does not end."""
    standing = read_standing(settings)
    if standing is None:
        return False
    try:
        process = os.pidfd_open(standing.pid)
    except ProcessLookupError:
        return True
    try:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGTERM)
        ended, _, _ = select.select([process], [], [], _STOP_S)  # readable once the process is gone
    finally:
        os.close(process)
    if not ended:
        raise ConfigurationError(detail=f"the supervisor (process {standing.pid}) does not end")
    return True


@contextmanager
def _only_supervisor(folder: Path) -> Iterator[None]:
    with _lock_file(folder).open("ab") as lock:
        give_up_s = time.monotonic() + _LOOKED_AT_S
        while not _take(lock):
            if time.monotonic() > give_up_s:
                raise ConfigurationError(detail="`sohoa up` runs already")
            time.sleep(0.05)
        yield


def _take(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run_folder(settings: Settings) -> Path:
    folder = settings.home / "run"
    with os_errors_mapped(str(folder)):
        make_folder(folder)
    return folder


def _supervisor_log(settings: Settings) -> Path:
    return _run_folder(settings) / "supervisor.log"


def _lock_file(folder: Path) -> Path:
    return folder / "supervisor.lock"


def _standing_file(folder: Path) -> Path:
    return folder / "standing.json"


def _write_standing(folder: Path, services: dict[str, str]) -> None:
    replace_atomically(_standing_file(folder), json.dumps({"pid": os.getpid(), "services": services}).encode())
