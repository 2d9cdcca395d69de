"""Migrations: they lead to the tables of schema.py, once, from every form a catalog ever had."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, Connection, MetaData, literal_column, select, text

from catalog import CatalogAddress, open_catalog, rebuild_catalog
from catalog.database import Database, open_database
from catalog.schema import metadata, postgresql_metadata
from catalog.upgrading import MIGRATIONS, REVISION_TABLE, list_revisions
from dossiers.errors import ConfigurationError
from tests.unit.catalog.examples import CLERK, make_entry

OLD_CATALOG = Path(__file__).parent / "catalog_of_form_1.sql"


def read_revision(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(text("SELECT version_num FROM sohoa_revision")).scalar_one())


def test_migrations_and_tables_agree(database: Database) -> None:
    with database.read() as connection:
        assert list_differences(connection) == []


def test_a_difference_of_migrations_and_tables_is_seen(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("ALTER TABLE events ADD COLUMN forgotten INTEGER"))
        connection.execute(text("DROP INDEX documents_progress"))
        assert len(list_differences(connection)) == 2


def list_differences(connection: Connection) -> list[object]:
    together = MetaData()
    is_postgresql = connection.dialect.name == "postgresql"
    for table in (*metadata.sorted_tables, *(postgresql_metadata.sorted_tables if is_postgresql else ())):
        table.to_metadata(together)
    options = {"compare_type": True, "version_table": REVISION_TABLE, "include_name": None if is_postgresql else is_described}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), together))


def is_described(name: str | None, kind: str, parents: object) -> bool:
    """SQLite keeps the search index in tables of its own making."""
    return kind != "table" or name is None or not name.startswith("document_index")


def test_the_files_names_are_the_revisions_in_one_line() -> None:
    script = ScriptDirectory.from_config(Config(config_args={"script_location": str(MIGRATIONS)}))
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == list_revisions()
    assert script.get_heads() == [list_revisions()[-1]]


def test_a_new_catalog_has_the_newest_form(empty_address: CatalogAddress) -> None:
    with closing(open_database(empty_address)) as database:
        assert read_revision(database) == list_revisions()[-1]


def test_a_catalog_of_a_newer_sohoa_is_left_alone(address: CatalogAddress, database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE sohoa_revision SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="install the newer Sohoa"):
        open_catalog(address)
    with pytest.raises(ConfigurationError, match="install the newer Sohoa"):
        rebuild_catalog(address, [make_entry()], [], actor=CLERK)


def test_a_migration_that_fails_leaves_the_old_form(empty_address: CatalogAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("the plug was pulled")

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.drop_table", fail)
        with pytest.raises(RuntimeError):
            open_database(empty_address)
    with closing(open_database(empty_address)) as database:
        assert read_revision(database) == list_revisions()[-1]


def test_a_catalog_from_before_the_migrations_is_taken_over_whole(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(OLD_CATALOG.read_text(encoding="utf-8"))
        before = read_rows(old)
    with open_catalog(CatalogAddress(f"sqlite:///{path}")) as catalog:
        assert [hit.document_id for hit in catalog.search("dien bien 47/QĐ-UBND").hits] == ["doc"]
        assert [sighting.name for sighting in catalog.submissions.list_sightings("ab" * 32)] == ["ban-sao.pdf"]
        assert len(catalog.submissions.history("ab" * 32)) == 3
    with closing(sqlite3.connect(path)) as new:
        assert read_rows(new) == before
    assert len(before) == 5
    assert all(before.values())


def read_rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the first form's tables, in the columns that they had then."""
    rows = {}
    for name in ("submissions", "sightings", "events", "documents", "pages"):
        columns: list[ColumnElement[object]] = [
            literal_column(one.name)
            for one in metadata.tables[name].columns
            if one.name not in {"recipe", "signature_standing"}
        ]
        rows[name] = connection.execute(str(select(*columns).select_from(text(name)))).fetchall()
    return rows
