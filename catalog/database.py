"""Open the catalog's database: SQLite in a file, set up so that several processes can share it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from catalog import fts
from catalog.failures import REBUILD_HINT, translate_failures
from catalog.schema import SCHEMA_VERSION, facts, metadata
from dossiers.errors import ConfigurationError

_WRITES = "sohoa_writes"


class Database:
    """An open catalog database; every use of it raises SohoaErrors only.

    Threads may share it. Connections are kept open between uses: closing the last one makes SQLite wait for the disk.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing_engine = engine.execution_options(**{_WRITES: True})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the catalog."""
        with translate_failures(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, or not at all when the block raises."""
        with translate_failures(), self._writing_engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str, busy_timeout_s: float = 15.0) -> Database:
    """Open the catalog at ``url`` (``sqlite:///PATH``) and create it, readable by its owner only, when it is not there.

    ``busy_timeout_s`` is how long a write waits for another process's.
    Raises ConfigurationError when the URL is wrong, or the catalog is damaged or of another version of Sohoa;
    StorageFullError when there is no room; StorageUnavailableError when it is locked, read-only or cannot be opened.
    """
    path = locate_file(url)
    with translate_failures():
        _touch_private(path)
        engine = create_engine(make_url(url), hide_parameters=True)
    event.listen(engine, "connect", partial(_set_up_connection, busy_timeout_ms=round(busy_timeout_s * 1000)))
    event.listen(engine, "begin", _begin)
    database = Database(engine)
    try:
        _check_schema(database)
    except BaseException:
        database.close()
        raise
    return database


def locate_file(url: str) -> Path:
    """Return the path of the SQLite file of a URL. Raises ConfigurationError when the URL is of another kind."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(detail="the catalog URL cannot be read; use sqlite:///PATH") from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(detail=f"a catalog of kind “{parsed.drivername}” is not supported; use sqlite:///PATH")
    return Path(parsed.database)


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row and return its id, or None when another row holds its unique key already. Safe between processes."""
    try:
        with connection.begin_nested():
            key = connection.execute(table.insert().values(**values)).inserted_primary_key
    except IntegrityError:
        return None
    return int(key[0]) if key else None


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


def _check_schema(database: Database) -> None:
    with database.read() as connection:
        if inspect(connection).has_table(facts.name):
            return _check_version(connection)
    with database.write() as connection:
        if inspect(connection).get_table_names() == []:
            metadata.create_all(connection)
            fts.create_index(connection)
            connection.execute(facts.insert().values(name="schema_version", value=SCHEMA_VERSION))
        return _check_version(connection)


def _check_version(connection: Connection) -> None:
    version = None
    if inspect(connection).has_table(facts.name):
        version = connection.execute(select(facts.c.value).where(facts.c.name == "schema_version")).scalar_one_or_none()
    if version != SCHEMA_VERSION:
        raise ConfigurationError(detail=f"the catalog has form {version}, this Sohoa needs {SCHEMA_VERSION}; {REBUILD_HINT}")
