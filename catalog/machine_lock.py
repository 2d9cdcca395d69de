"""Locks that every machine on one PostgreSQL keeps to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from catalog.address import CatalogAddress
from catalog.failures import translate_failures
from catalog.postgresql_engine import open_lock_engine


class MachineLocks:
    """The locks of a catalog's address. Threads may share it; close it when done.

    A lock belongs to a connection that nobody else uses meanwhile, and goes with it: so neither a killed process nor an
    unplugged machine keeps it. A connection whose lock was given back is used again for the next one: to connect costs ten
    times what a lock does.
    """

    def __init__(self, address: CatalogAddress) -> None:
        self._address = address
        self._opening = threading.Lock()
        self._engine: Engine | None = None

    @contextmanager
    def hold(self, name: str, *, is_shared: bool = False, waits: bool = True) -> Iterator[bool]:
        """Hold the lock of this name on all machines while the block runs, and say whether it is held; it is, if it waits.

        A SQLite catalog is used by one machine, whose files lock well enough: then nothing is done. Should the server go down
        in the middle, the block goes on without the lock; what it writes is safe to write twice. Raises
        StorageUnavailableError and its kin.
        """
        if not self._address.is_postgresql:
            yield True
            return
        key = int.from_bytes(hashlib.sha256(f"sohoa {name}".encode()).digest()[:8], signed=True)
        kind = "_shared" if is_shared else ""
        lock = getattr(func, f"pg_advisory_lock{kind}" if waits else f"pg_try_advisory_lock{kind}")
        with translate_failures():
            connection = self._borrow()
        is_clean = False
        try:
            with translate_failures():
                got = connection.execute(select(lock(key))).scalar_one() is not False
            is_clean = not got
            try:
                yield got
            finally:
                if got:
                    with suppress(DBAPIError):  # when the connection is gone, so is the lock
                        unlock = getattr(func, f"pg_advisory_unlock{kind}")
                        is_clean = connection.execute(select(unlock(key))).scalar_one() is True
        finally:
            if not is_clean:  # it may hold the lock yet: it goes, and the lock with it
                connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Give back the connections. Locks can be held again afterwards."""
        with self._opening:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _borrow(self) -> Connection:
        with self._opening:
            if self._engine is None:
                self._engine = open_lock_engine(self._address)
            engine = self._engine
        return engine.connect()
