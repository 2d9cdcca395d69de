"""Who may work at the same time: many that take scans in, but nobody beside a rebuild of the catalog."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from dossiers.errors import StorageUnavailableError
from runtime.wiring import House
from storage.files import os_errors_mapped


@contextmanager
def working(house: House) -> Iterator[None]:
    """Work beside others. Waits while the catalog is being rebuilt."""
    with _locked(house, fcntl.LOCK_SH):
        yield


@contextmanager
def working_alone(house: House) -> Iterator[None]:
    """Work alone. Raises StorageUnavailableError when others are at work: what they write meanwhile would be lost."""
    with _locked(house, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def _locked(house: House, kind: int) -> Iterator[None]:
    with os_errors_mapped("lock file"):
        stream = (house.home / ".working.lock").open("ab")
    with stream:
        try:
            fcntl.flock(stream, kind)
        except BlockingIOError as error:
            raise StorageUnavailableError(detail="another sohoa command is at work; try again when it has ended") from error
        yield
