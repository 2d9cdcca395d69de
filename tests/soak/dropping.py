"""The stations: each drops its dossiers in a thread, as scanners, clerks and networks do, and notes what it has dropped."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.plan import STATIONS, PlannedDossier, PlannedFile, Way

_PAUSE_S = 0.4


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that lay whole in the inbox under its last name."""

    dossier: str
    path: Path
    sha256: str
    way: Way


@dataclass(slots=True)
class Stations:
    """Drops dossiers; ``dropped`` is the list against which the end is held. ``pace_s`` lies between two dossiers of a station.

    ``make_paper`` gives the bytes of a paper by its number. A dossier is declared complete by a marker when its station works
    so, else it is complete by stillness.
    """

    inbox: Path
    make_paper: Callable[[int], bytes]
    pace_s: float
    dropped: list[Dropped] = field(default_factory=list)
    litter: list[Path] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def start(self, dossiers: Sequence[PlannedDossier]) -> None:
        """Let every station begin with its dossiers."""
        for station in STATIONS:
            mine = [dossier for dossier in dossiers if dossier.station == station]
            thread = threading.Thread(target=self._work, args=(mine,), name=station)
            self._threads.append(thread)
            thread.start()

    def is_busy(self) -> bool:
        """Say whether a station still drops. Raises what stopped one."""
        if self.faults:
            raise self.faults[0]
        return any(thread.is_alive() for thread in self._threads)

    def clear_litter(self) -> None:
        """Take away the halves that broken scanners left, as a clerk would."""
        for path in self.litter:
            path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Let no station begin another file, and wait until each is done with the one in hand."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def list_left(self) -> list[Path]:
        """Return the files that still lie in the inbox, save what was never finished and what Sohoa tells."""
        return [
            path
            for path in self.inbox.rglob("*")
            if path.is_file() and path.suffix != ".part" and path.suffix != ".txt" and path.suffix != ".html"
        ]

    def _work(self, dossiers: Sequence[PlannedDossier]) -> None:
        try:
            for dossier in dossiers:
                folder = self.inbox / dossier.station / dossier.number
                for file in dossier.files:
                    if self._is_over.is_set():
                        return
                    self._drop(dossier, folder, file)
                self._is_over.wait(self.pace_s)
        except BaseException as fault:
            self.faults.append(fault)

    def _drop(self, dossier: PlannedDossier, folder: Path, file: PlannedFile) -> None:
        data, target = self.make_paper(file.paper), folder / file.name
        half = len(data) // 2
        if file.way is Way.TRUNCATED:
            data = data[:half]
        if file.way is Way.ABANDONED:
            left = target.with_name(f"hong-{target.name}.part")
            _write(left, data[:half])
            self.litter.append(left)
        if file.way is Way.SLOW:
            _write(target, data[:half], data[half:])
        elif file.way is Way.PART:
            _write(target.with_name(f"{target.name}.part"), data[:half], data[half:])
            _rename(target.with_name(f"{target.name}.part"), target)
        elif file.way is Way.RENAMED:
            first = target.with_name(f"scan-{target.name}")
            _write(first, data)
            _rename(first, target)
        else:
            _write(target, data)
        self.dropped.append(Dropped(dossier.number, target, hashlib.sha256(data).hexdigest(), file.way))


def _write(path: Path, *pieces: bytes) -> None:
    """Write a new file piece by piece, pausing before each further one; its folder may be cleared away meanwhile."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                for index, piece in enumerate(pieces):
                    if index:
                        file.flush()
                        time.sleep(_PAUSE_S)
                    file.write(piece)
        except FileNotFoundError:
            continue
        return


def _rename(source: Path, target: Path) -> None:
    """Rename as a clerk does, who would overwrite nothing."""
    if target.exists():
        raise FileExistsError(target)
    source.rename(target)
