"""What goes wrong during the soak, and how it is brought about."""

from __future__ import annotations

import errno
import os
import resource
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from samples.generator.dice import Dice
from tests.soak.clock import Clock
from tests.soak.machine import Machine
from tests.soak.plan import Fault
from tests.soak.servers import OwnMinio
from tests.support.postgresql_server import PostgresqlServer

_BLOCK = b"\0" * (1 << 20)
_FORWARD_S = 600  # within the quarter of an hour by which an S3 server lets clocks differ


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of the home: ``is_small`` when it is one of its own that can really be filled.

    Else no file that Sohoa's programs write may grow (RLIMIT_FSIZE), which the kernel enforces for anyone.
    """

    home: Path
    is_small: bool

    def fill(self, processes: list[int]) -> None:
        """Leave no room for anything."""
        if not self.is_small:
            self._limit(processes, 0)
            return
        with (self.home / "filler").open("wb", buffering=0) as filler:
            block = _BLOCK
            while block:
                try:
                    filler.write(block)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    block = block[: len(block) // 2]

    def empty(self, processes: list[int]) -> None:
        """Give the room back."""
        if self.is_small:
            (self.home / "filler").unlink(missing_ok=True)
        else:
            self._limit(processes, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(processes: list[int], size: int) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@dataclass(slots=True)
class Saboteur:
    """Brings faults about. ``done`` counts them; ``outage_s`` bounds how long a server or the disk's room is away."""

    machine: Machine
    store: OwnMinio
    catalog: PostgresqlServer
    disk: Disk
    clock: Clock
    rng: Dice
    outage_s: tuple[float, float]
    done: Counter[Fault] = field(default_factory=Counter)

    def strike(self, fault: Fault) -> bool:
        """Bring one fault about and, where it is one that passes, end it again; say whether there was something to hit."""
        hit = self._strike(fault)
        self.done[fault] += hit
        return hit

    def _strike(self, fault: Fault) -> bool:
        pause_s = self.rng.uniform(*self.outage_s)
        match fault:
            case Fault.KILL_FLOW:
                return self.machine.kill_flow()
            case Fault.KILL_WATCHER:
                return self.machine.kill("watcher")
            case Fault.KILL_DISPATCHER:
                return self.machine.kill("dispatcher")
            case Fault.KILL_WORKER:
                return self.machine.kill("worker")
            case Fault.KILL_ENGINE:
                return self.machine.kill("engine")
            case Fault.STOP_STORE:
                self.store.kill()
                time.sleep(pause_s)
                self.store.start()
            case Fault.STOP_CATALOG:
                self.catalog.stop()
                time.sleep(pause_s)
                self.catalog.start()
            case Fault.FILL_DISK:
                processes = self.machine.list_processes()
                self.disk.fill(processes)
                time.sleep(pause_s)
                self.disk.empty(sorted({*processes, *self.machine.list_processes()}))
            case Fault.JUMP_CLOCK:
                self.clock.put(_FORWARD_S)
                time.sleep(pause_s)
                self.clock.put(0)
        return True


def is_own_disk(folder: Path) -> bool:
    """Say whether a folder is the root of a file system."""
    return os.path.ismount(folder)
