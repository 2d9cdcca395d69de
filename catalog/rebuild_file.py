"""A new SQLite catalog that grows beside the old one and then takes its place.

SQLite's backup copies it over the old one in a single transaction: renaming a file over a database that another process has
open would let that process write into a file that is gone.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from catalog.address import CatalogAddress
from catalog.database import Database, open_database
from catalog.failures import is_damaged, translate_failures
from dossiers.errors import StorageUnavailableError

_SWAP_TIMEOUT_S = 60.0
_STEP_TIMEOUT_S = 0.2


class NewFile:
    """A catalog in a file beside the one at ``address``."""

    def __init__(self, address: CatalogAddress) -> None:
        self._old_path = address.sqlite_path
        self._path = self._old_path.with_name(f".{self._old_path.name}.{secrets.token_hex(4)}.rebuild")

    def has_old(self) -> bool:
        """Say whether there is an old one."""
        return self._old_path.exists()

    def open(self) -> Database:
        """Open the new one, empty. Close it before it takes the old one's place."""
        return open_database(CatalogAddress(f"sqlite:///{self._path}"))

    def take_place(self) -> None:
        """Put the new one in the place of the old one at once. Raises StorageUnavailableError when that stays locked."""
        with translate_failures():
            _swap(self._path, self._old_path)

    def discard(self) -> None:
        """Remove what is left of the new one."""
        for file in _list_files(self._path):
            file.unlink(missing_ok=True)


def _swap(fresh_path: Path, path: Path) -> None:
    if not path.exists():
        fresh_path.replace(path)
        return
    try:
        with closing(sqlite3.connect(fresh_path)) as fresh, closing(sqlite3.connect(path, timeout=_STEP_TIMEOUT_S)) as target:
            _copy_database(fresh, target)
    except sqlite3.DatabaseError as error:
        if not is_damaged(error):
            raise
        # Nobody can have a damaged catalog in use, so here a rename is safe. Its side files would spoil the new one.
        for side_file in _list_files(path)[1:]:
            side_file.unlink(missing_ok=True)
        fresh_path.replace(path)


def _copy_database(fresh: sqlite3.Connection, target: sqlite3.Connection) -> None:
    deadline = time.monotonic() + _SWAP_TIMEOUT_S

    def stop_when_late(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise StorageUnavailableError(detail="catalog: another process keeps it locked")

    fresh.backup(target, pages=-1, progress=stop_when_late)


def _list_files(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))]
