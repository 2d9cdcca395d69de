"""What the catalog knows and the object store does not: the histories, and files that were rejected before they were stored.

It is dumped as plain rows that either database takes back, so that a backup of SQLite can be restored into PostgreSQL. After a
load the catalog must be rebuilt (``rebuild_catalog`` takes the histories over); until then it holds no documents. Of which
submissions the store had not heard yet is left out: when a backup is loaded, what the store tells is the newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from catalog.database import Database
from catalog.schema import UtcDateTime, dispatches, documents, events, sightings, submissions
from dossiers.errors import ConfigurationError, IntegrityError

_TABLES = {table.name: table for table in (submissions, sightings, events, dispatches)}
_BATCH = 500

HistoryRow = tuple[str, Mapping[str, Any]]
"""The name of a table and a row of it, moments as ISO 8601."""


class History:
    """The history of a catalog. Every method raises StorageUnavailableError when the catalog cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def dump(self) -> Iterator[HistoryRow]:
        """Yield every row, all as they stood at one moment, whoever writes meanwhile."""
        with self._database.read() as connection:
            for name, table in _TABLES.items():
                query = select(table).order_by(*table.primary_key.columns.values()).execution_options(yield_per=_BATCH)
                for row in connection.execute(query).mappings():
                    yield name, {column: _tell(value) for column, value in row.items() if (name, column) != _HELD}

    def is_empty(self) -> bool:
        """Say whether the catalog knows no file and no document."""
        with self._database.read() as connection:
            return not any(connection.execute(select(table.c.id).limit(1)).first() for table in (submissions, documents))

    def load(self, rows: Iterable[HistoryRow]) -> int:
        """Take rows into an empty catalog, all or none, and return how many.

        Raises ConfigurationError when it is not empty, IntegrityError for a row that no such table takes.
        """
        if not self.is_empty():
            raise ConfigurationError(detail="the catalog is not empty")
        count, iterator = 0, iter(rows)
        with self._database.write() as connection:
            while batch := list(islice(iterator, _BATCH)):
                for name, table in _TABLES.items():
                    mine = [_read(table, row) for found, row in batch if found == name]
                    if mine:
                        connection.execute(insert(table), mine)
                if any(name not in _TABLES for name, _ in batch):
                    raise IntegrityError(what="catalog history", detail="a row of an unknown table")
                count += len(batch)
            if self._database.is_postgresql:
                _count_on(connection)
        return count


_HELD = ("dispatches", "batch_id")  # no batch outlives a backup


def _tell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        columns = {name: table.c[name] for name in row}
        return {
            name: datetime.fromisoformat(value) if isinstance(columns[name].type, UtcDateTime) else value
            for name, value in row.items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(what="catalog history", detail=f"a damaged row of {table.name}") from error


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number what comes after the rows that brought their own numbers."""
    for table in (submissions, sightings, events):
        last = connection.execute(select(func.max(table.c.id))).scalar_one()
        if last is not None:
            statement = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            connection.execute(statement, {"name": table.name, "last": last})
