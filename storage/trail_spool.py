"""Events of the trail that wait on this machine's disk for the store to come back. One file an event, on the disk itself.

Each file names the digest of the one before it, so that a file taken out of the middle or changed is seen when they go into
the trail. Whoever may write in the folder can still take away the last ones: see docs/threat_model.md.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dossiers.errors import IntegrityError
from dossiers.trail import TrailEvent, describe_event, encode, parse_event
from storage.files import make_folder, os_errors_mapped, replace_atomically

_REST_S = 15.0
_REST = "rest"


@dataclass(frozen=True, slots=True)
class Spooled:
    """What waits, in order. ``fault`` says what is wrong with it, "" when nothing is; ``damaged`` are files left out."""

    events: tuple[TrailEvent, ...]
    damaged: tuple[Path, ...] = ()
    fault: str = ""


class TrailSpool:
    """The folder. Only one process at a time may use it; the caller holds the lock. Raises ``StorageFullError`` and its kin."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, events: Iterable[TrailEvent]) -> None:
        """Keep events until the store is back, and let it rest for a while before it is asked again."""
        with os_errors_mapped("trail spool"):
            make_folder(self._folder)
            waiting = self._list_files()
            before = hashlib.sha256(waiting[-1].read_bytes()).hexdigest() if waiting else ""
            number = int(waiting[-1].stem) if waiting else 0
            for event in events:
                number += 1
                data = encode({"after": before, "event": describe_event(event)})
                replace_atomically(self._folder / f"{number:012d}.json", data)
                before = hashlib.sha256(data).hexdigest()
            (self._folder / _REST).touch()

    def is_resting(self) -> bool:
        """Say whether the store was away a moment ago, so that asking it again would only cost time."""
        try:
            age_s = time.time() - (self._folder / _REST).stat().st_mtime
        except OSError:
            return False
        return 0 <= age_s < _REST_S

    def read(self) -> Spooled:
        """Return what waits."""
        events: list[TrailEvent] = []
        damaged: list[Path] = []
        faults: list[str] = []
        before: str | None = None
        with os_errors_mapped("trail spool"):
            for path in self._list_files():
                data = path.read_bytes()
                try:
                    found = json.loads(data)
                    event, after = parse_event(found["event"], path.name), found["after"]
                except (ValueError, TypeError, KeyError, RecursionError, IntegrityError):
                    damaged.append(path)
                    faults.append(f"{path.name} is damaged")
                else:
                    events.append(event)
                    if after != (before or ""):
                        faults.append(f"{path.name} does not follow the file before it")
                before = hashlib.sha256(data).hexdigest()
        return Spooled(tuple(events), tuple(damaged), "; ".join(faults))

    def count(self) -> int:
        """Return how many events wait."""
        with os_errors_mapped("trail spool"):
            return len(self._list_files())

    def clear(self, spooled: Spooled) -> None:
        """Drop what was read, once it stands in the trail; files that could not be read are kept aside."""
        with os_errors_mapped("trail spool"):
            for path in spooled.damaged:
                path.rename(path.with_suffix(".damaged"))
            for path in reversed(self._list_files()):  # what an interruption leaves is a sound beginning
                path.unlink()
            (self._folder / _REST).unlink(missing_ok=True)

    def _list_files(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.json") if path.stem.isdigit())
