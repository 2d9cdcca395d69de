"""Open the catalog's database, SQLite or PostgreSQL, in the form that this program needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from catalog import postgresql_engine, sqlite_engine
from catalog.address import CatalogAddress
from catalog.failures import translate_failures
from catalog.upgrading import bring_up_to_date, is_current


class Database:
    """An open catalog database; every use of it raises SohoaErrors only. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"
        self._reading_engine = postgresql_engine.for_reading(engine) if self.is_postgresql else engine
        self._writing_engine = engine if self.is_postgresql else sqlite_engine.for_writing(engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the catalog."""
        with translate_failures(), self._reading_engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, or not at all when the block raises.

        On SQLite nobody else writes meanwhile. On PostgreSQL others do, and each statement sees what they have committed:
        lock the row that a change depends on (``with_for_update``, which SQLite leaves out), or check and change in one.
        """
        with translate_failures(), self._writing_engine.begin() as connection:
            yield connection

    @contextmanager
    def alter(self) -> Iterator[Connection]:
        """Give a connection that may change the tables, all or none, while nobody else does."""
        altering = postgresql_engine.altering if self.is_postgresql else sqlite_engine.altering
        with translate_failures(), altering(self._writing_engine) as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def open_database(address: CatalogAddress, busy_timeout_s: float = 15.0, *, schema: str = "") -> Database:
    """Open the catalog; one that is new or of an older form gets the tables of today, once, however many open it at a time.

    ``busy_timeout_s`` is how long a write waits for another's; ``schema`` is that of PostgreSQL, the user's own unless given.
    Raises ConfigurationError when the address is wrong, or the catalog is damaged or of a form that this Sohoa cannot use;
    StorageFullError when there is no room; StorageDeniedError when the server refuses the user; StorageUnavailableError when it
    is locked, read-only or cannot be reached or opened.
    """
    with translate_failures():
        if address.is_postgresql:
            engine = postgresql_engine.open_engine(address, busy_timeout_s, schema=schema)
        else:
            engine = sqlite_engine.open_engine(address, busy_timeout_s)
    database = Database(engine)
    try:
        _ensure_tables(database)
    except BaseException:
        database.close()
        raise
    return database


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row and return its id, or None when another row holds its unique key already. Safe between processes."""
    return connection.execute(_insert_or_pass(connection, table, values).returning(table.c.id)).scalar_one_or_none()


def insert_missing(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row unless another holds its unique key already. Safe between processes; for tables without an id."""
    connection.execute(_insert_or_pass(connection, table, values))


def put_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or put it in the place of the one with its primary key. Safe between processes."""
    names = list(table.primary_key.columns.keys())
    changes = {name: value for name, value in values.items() if name not in names}
    statement = _insert(connection, table, values).on_conflict_do_update(index_elements=names, set_=changes)
    connection.execute(statement)


def _insert_or_pass(connection: Connection, table: Table, values: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    return _insert(connection, table, values).on_conflict_do_nothing()


def _insert(connection: Connection, table: Table, values: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(**values)


def _ensure_tables(database: Database) -> None:
    with database.read() as connection:
        if is_current(connection):
            return
    with database.alter() as connection:
        bring_up_to_date(connection)
