"""A new PostgreSQL catalog that grows in a schema of its own and then takes the old one's place.

Its tables are moved into the old ones' schema in one transaction; those who read meanwhile see either the old or the new ones.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.schema import CreateSchema, DropSchema

from catalog.address import CatalogAddress
from catalog.database import Database, open_database
from catalog.failures import translate_failures
from catalog.postgresql_engine import open_engine
from catalog.schema import metadata, postgresql_metadata
from catalog.upgrading import REVISION_TABLE, ForeignDatabaseError, NewerCatalogError, is_current
from dossiers.errors import ConfigurationError

_SWAP_TIMEOUT_S = 60.0


class NewSchema:
    """A catalog in a schema beside that of the one at ``address``."""

    def __init__(self, address: CatalogAddress) -> None:
        self._address = address
        self._schema = f"sohoa_rebuild_{secrets.token_hex(4)}"
        self._engine = open_engine(address, _SWAP_TIMEOUT_S, is_pooled=False)

    def has_old(self) -> bool:
        """Say whether there is an old one."""
        with translate_failures(), self._engine.begin() as connection:
            return inspect(connection).has_table(REVISION_TABLE)

    def open(self) -> Database:
        """Open the new one, empty. Raises ForeignDatabaseError or NewerCatalogError when the old one must not be replaced."""
        with translate_failures(), self._engine.begin() as connection:
            _check_old(connection)
            connection.execute(CreateSchema(self._schema))
        return open_database(self._address, schema=self._schema)

    def take_place(self) -> None:
        """Put the new one in the place of the old one at once. Raises StorageUnavailableError when that stays locked."""
        with translate_failures(), self._engine.begin() as connection:
            _move_tables(connection, self._schema)

    def discard(self) -> None:
        """Remove what is left of the new one."""
        with translate_failures(), self._engine.begin() as connection:
            connection.execute(DropSchema(self._schema, cascade=True, if_exists=True))


def _check_old(connection: Connection) -> None:
    try:
        is_current(connection)
    except (ForeignDatabaseError, NewerCatalogError):
        raise
    except ConfigurationError:  # damaged, or of a form that nobody knows: that is what a rebuild is for
        return


def _move_tables(connection: Connection, schema: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    own = quote(str(connection.execute(select(func.current_schema())).scalar_one()))
    tables = [table.name for table in (*metadata.sorted_tables, *postgresql_metadata.sorted_tables)]
    names = [quote(name) for name in (*tables, REVISION_TABLE)]
    connection.execute(text(f"DROP TABLE IF EXISTS {', '.join(f'{own}.{name}' for name in names)} CASCADE"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {quote(schema)}.{name} SET SCHEMA {own}"))
