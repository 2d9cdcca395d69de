"""SQLite in a file, set up so that several processes of one machine can share it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from catalog.address import CatalogAddress

_WRITES = "sohoa_writes"


def open_engine(address: CatalogAddress, busy_timeout_s: float) -> Engine:
    """Return an engine for a file, which is made, readable by its owner only, when it is not there.

    Connections are kept open between uses: closing the last one makes SQLite wait for the disk.
    """
    _touch_private(address.sqlite_path)
    engine = create_engine(address.parsed, hide_parameters=True)
    event.listen(engine, "connect", partial(_set_up_connection, busy_timeout_ms=round(busy_timeout_s * 1000)))
    event.listen(engine, "begin", _begin)
    return engine


def for_writing(engine: Engine) -> Engine:
    """Return the engine with transactions that lock out other writers from their start."""
    return engine.execution_options(**{_WRITES: True})


@contextmanager
def altering(writing_engine: Engine) -> Iterator[Connection]:
    """Give a connection that may change the tables, in one transaction that nobody else writes in.

    A table that is made anew is dropped in between, and what refers to it must not go with it; so foreign keys rest. SQLite
    switches them outside of transactions only.
    """
    with writing_engine.connect() as connection:
        _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: Connection, to: str) -> None:
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={to}")


def _touch_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)  # SQLite gives its side files the same mode
    finally:
        os.close(handle)


def _set_up_connection(connection: Any, entry: ConnectionPoolEntry, *, busy_timeout_ms: int) -> None:
    connection.isolation_level = None  # the driver's own way to begin transactions would break savepoints
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={busy_timeout_ms}", "journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # A reader that turns writer half-way cannot wait for another writer; so a writer says so at the start.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
