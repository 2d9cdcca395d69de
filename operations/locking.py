"""Who may work at the same time: many that take scans in, but nobody beside a rebuild of the catalog.

Files lock out the processes of this machine, and locks in PostgreSQL, when that is the catalog, those of the others.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from dossiers.errors import StorageUnavailableError
from runtime.wiring import House
from storage.files import make_folder, os_errors_mapped


@contextmanager
def working(house: House) -> Iterator[None]:
    """Work beside others. Waits while the catalog is being rebuilt."""
    with _locked(house, fcntl.LOCK_SH), house.machine_locks.hold("working", is_shared=True):
        yield


@contextmanager
def working_alone(house: House) -> Iterator[None]:
    """Work alone. Raises StorageUnavailableError when others are at work: what they write meanwhile would be lost."""
    with (
        _locked(house, fcntl.LOCK_EX | fcntl.LOCK_NB),
        house.machine_locks.hold("working", waits=False) as is_alone,
    ):
        if not is_alone:
            raise _others_at_work()
        yield


@contextmanager
def handling_scan(house: House, sha256: str) -> Iterator[None]:
    """Handle one scan alone: of several processes with the same bytes, the others wait."""
    with _locked(house, fcntl.LOCK_EX, f"scan-{sha256[:2]}"), house.machine_locks.hold(f"scan {sha256}"):
        yield


@contextmanager
def recording_scan(house: House, sha256: str) -> Iterator[None]:
    """Write a scan's record in the store alone. Held for moments; whoever handles the scan as well does that first."""
    with _locked(house, fcntl.LOCK_EX, f"record-{sha256[:2]}"), house.machine_locks.hold(f"record {sha256}"):
        yield


@contextmanager
def writing_trail(house: House) -> Iterator[None]:
    """Write into the trail alone on this machine; other machines are kept off by the catalog, and only from its head."""
    with _locked(house, fcntl.LOCK_EX, "trail"):
        yield


@contextmanager
def anchoring_trail(house: House) -> Iterator[None]:
    """Anchor the trail alone: of several that want to, on any machine, the others wait."""
    with _locked(house, fcntl.LOCK_EX, "trail-anchor"), house.machine_locks.hold("trail anchor"):
        yield


@contextmanager
def handling_dossier(house: House, name: str) -> Iterator[None]:
    """Change what is kept about one dossier alone."""
    digest = sha256(name.encode()).hexdigest()
    with _locked(house, fcntl.LOCK_EX, f"dossier-{digest[:2]}"), house.machine_locks.hold(f"dossier {digest}"):
        yield


@contextmanager
def acting_alone(house: House, act: str, what: str = "") -> Iterator[None]:
    """Do something long alone, such as an audit. Its file is no dossier's: those may be handled meanwhile."""
    with _locked(house, fcntl.LOCK_EX, act), house.machine_locks.hold(f"{act} {what}"):
        yield


@contextmanager
def _locked(house: House, kind: int, name: str = "working") -> Iterator[None]:
    with os_errors_mapped("lock file"):
        folder = house.home / "locks"
        make_folder(folder)
        stream = (folder / name).open("ab")
    with stream:
        try:
            fcntl.flock(stream, kind)
        except BlockingIOError as error:
            raise _others_at_work() from error
        yield


def _others_at_work() -> StorageUnavailableError:
    return StorageUnavailableError(detail="another sohoa command is at work; try again when it has ended")
