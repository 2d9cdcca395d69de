"""Locks that every machine on one PostgreSQL keeps to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from catalog.address import CatalogAddress
from catalog.failures import translate_failures
from catalog.postgresql_engine import open_engine


@contextmanager
def hold_lock(address: CatalogAddress, name: str, *, is_shared: bool = False, waits: bool = True) -> Iterator[bool]:
    """Hold the lock of this name on all machines while the block runs, and say whether it is held; it is, if it waits.

    A SQLite catalog is used by one machine, whose files lock well enough: then nothing is done. The lock belongs to a
    connection of its own and goes with it, so neither a killed process nor an unplugged machine keeps it. Should the server go
    down in the middle, the block goes on without it; what it writes is safe to write twice. Raises StorageUnavailableError and
    its kin.
    """
    if not address.is_postgresql:
        yield True
        return
    key = int.from_bytes(hashlib.sha256(f"sohoa {name}".encode()).digest()[:8], signed=True)
    kind = "_shared" if is_shared else ""
    lock = getattr(func, f"pg_advisory_lock{kind}" if waits else f"pg_try_advisory_lock{kind}")
    with translate_failures():
        engine = open_engine(address, 0, is_pooled=False)
        connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    try:
        with translate_failures():
            got = connection.execute(select(lock(key))).scalar_one()
        try:
            yield got is not False
        finally:
            with suppress(DBAPIError):  # when the connection is gone, so is the lock
                if got is not False:
                    connection.execute(select(getattr(func, f"pg_advisory_unlock{kind}")(key)))
    finally:
        connection.close()
