"""Give a database the tables that this program needs, whatever form it is in.

The revision that Alembic keeps in ``sohoa_revision`` is compared with the names of the migrations; Alembic itself is loaded
only when there is something to do, so that a command need not wait for it.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from catalog.failures import REBUILD_HINT
from dossiers.errors import ConfigurationError

MIGRATIONS = Path(__file__).parent / "migrations"

# Catalogs from before the migrations say their form in another table: the form of the first migration.
_OLD_FORM, _FIRST_REVISION = "1", "0001"
REVISION_TABLE = "sohoa_revision"
_facts = Table("facts", MetaData(), Column("name", String), Column("value", String))
_revisions = Table(REVISION_TABLE, MetaData(), Column("version_num", String))
_alembic_in_use = threading.Lock()  # its migration context is global


class NewerCatalogError(ConfigurationError):
    """The catalog was changed by a later version of Sohoa; this one must not touch it. Facts: detail."""


class ForeignDatabaseError(ConfigurationError):
    """The database on a server holds another program's tables. Facts: detail."""


@lru_cache
def list_revisions() -> tuple[str, ...]:
    """Return the revisions that this program knows, oldest first."""
    return tuple(sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("r*.py")))


def is_current(connection: Connection) -> bool:
    """Say whether a database has the form that this program needs.

    Raises NewerCatalogError when it has a later one, ForeignDatabaseError or ConfigurationError when Sohoa never had it.
    """
    revision = _read_revision(connection)
    known = list_revisions()
    if revision is not None and revision > known[-1]:
        detail = f"the catalog has form {revision}, this Sohoa knows {known[-1]} at most; install the newer Sohoa"
        raise NewerCatalogError(detail=detail)
    if revision is not None and revision not in known:
        raise ConfigurationError(detail=f"the catalog has form {revision}, which Sohoa does not know; {REBUILD_HINT}")
    return revision == known[-1]


def bring_up_to_date(connection: Connection) -> None:
    """Run the migrations that a database lacks, in the connection's transaction, which nobody else may do meanwhile.

    Raises what ``is_current`` raises.
    """
    if is_current(connection):
        return
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _alembic_in_use:
        if not inspect(connection).has_table(_revisions.name) and inspect(connection).has_table(_facts.name):
            command.stamp(config, _FIRST_REVISION)
        command.upgrade(config, "head")


def _read_revision(connection: Connection) -> str | None:
    """Return the revision of a database, None when it is empty. Raises ConfigurationError when it is not ours."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    revision: str | None = None
    form = None
    if _revisions.name in tables:
        revision = connection.execute(select(_revisions.c.version_num)).scalar_one_or_none()
    elif _facts.name in tables:
        form = connection.execute(select(_facts.c.value).where(_facts.c.name == "schema_version")).scalar_one_or_none()
        revision = _FIRST_REVISION if form == _OLD_FORM else None
    if revision is None and connection.dialect.name == "postgresql":
        detail = "the database of the catalog holds another program's tables; make a database of its own"
        raise ForeignDatabaseError(detail=detail)
    if revision is None:
        raise ConfigurationError(detail=f"the catalog has form {form}, which Sohoa does not know; {REBUILD_HINT}")
    return str(revision)
