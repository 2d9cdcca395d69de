"""The machine under test: Sohoa's own programs, each a process, started anew whenever one ends, as systemd would."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import find_processes
from tests.support.sohoa_command import Done, SohoaCommand

PROGRAMS = {
    "engine": ("engine",),
    "watcher": ("watch", "--claim-only"),
    "dispatcher": ("dispatch",),
    "worker": ("worker",),
}
_FLOW = "prefect.engine"
_PAUSE_S = 1.0
_STOP_S = 30.0
_COMMAND_S = 120.0


@dataclass(slots=True)
class Machine:
    """Keeps the programs running. ``ended`` counts the ends that nobody here brought about, by program and exit code."""

    sohoa: SohoaCommand
    engine: SohoaCommand
    logs: Path
    ended: Counter[str] = field(default_factory=Counter)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _killed: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def start(self) -> None:
        """Start every program, and start each anew from now on."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._keeper = threading.Thread(target=self._keep, name="keeper")
        self._keeper.start()

    def kill(self, name: str) -> bool:
        """Kill a program without warning; say whether there was one."""
        with self._lock:
            process = self._running.get(name)
            if process is None or process.poll() is not None:
                return False
            self._killed.add(process.pid)
            process.kill()
            return True

    def kill_flow(self) -> bool:
        """Kill a process in which a batch is worked off; say whether there was one."""
        for process in find_processes(self.sohoa.home, _FLOW)[:1]:
            os.kill(process, signal.SIGKILL)
            return True
        return False

    def list_processes(self) -> list[int]:
        """Return the processes of Sohoa's own programs that write into the home: all but the Prefect API."""
        return find_processes(self.sohoa.home, "")

    def restart(self, name: str, sohoa: SohoaCommand) -> None:
        """Stop a program in order and go on with other settings for all that start from now on."""
        self.sohoa = sohoa
        with self._lock:
            _end(self._running.pop(name))

    def try_to(self, *arguments: str) -> Done | None:
        """Run a command of Sohoa's beside the programs; None when it did not end in time."""
        try:
            return self.sohoa(*arguments, timeout_s=_COMMAND_S)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Stop all in order: nothing is left running."""
        self._is_over.set()
        if self._keeper is not None:
            self._keeper.join()
        for name in reversed(PROGRAMS):
            process = self._running.get(name)
            if process is not None:
                _end(process)
        for left in self.list_processes():
            os.kill(left, signal.SIGKILL)

    def _keep(self) -> None:
        while not self._is_over.is_set():
            for name in PROGRAMS:
                with self._lock:
                    self._revive(name)
            time.sleep(_PAUSE_S)

    def _revive(self, name: str) -> None:
        process = self._running.get(name)
        if process is not None and process.poll() is None:
            return
        if process is not None and process.pid not in self._killed:
            self.ended[f"{name} ended with {process.returncode}"] += 1
        command = self.engine if name == "engine" else self.sohoa
        self._running[name] = command.start(*PROGRAMS[name], log=self.logs / f"{name}.log")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a program in order, or else without."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
