"""What is SQLite's own: its files, and what goes wrong with them."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from catalog import Catalog, CatalogAddress, open_catalog
from catalog.database import Database
from catalog.upgrading import list_revisions
from dossiers.errors import ConfigurationError, StorageFullError, StorageUnavailableError
from tests.unit.catalog.examples import make_entry


def test_the_files_are_for_their_owner_only(sqlite_catalog: Catalog, tmp_path: Path) -> None:
    sqlite_catalog.documents.upsert(make_entry())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_the_side_files_are_for_their_owner_only_while_in_use(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as connection:
        connection.execute(text("UPDATE sohoa_revision SET version_num = version_num"))
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(files) == {"catalog.db", "catalog.db-wal", "catalog.db-shm"}
    assert set(files.values()) == {0o600}


def test_a_foreign_database_asks_for_a_rebuild(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(sqlite_address)


def test_a_file_that_is_no_database_asks_for_a_rebuild(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database " * 1000)
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(sqlite_address)


def test_a_path_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "catalog.db"):
        with pytest.raises(StorageUnavailableError) as caught:
            open_catalog(CatalogAddress(f"sqlite:///{path}"))
        assert not isinstance(caught.value, StorageFullError)


def test_a_locked_catalog_is_unavailable_for_writers_only(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    with open_catalog(sqlite_address, busy_timeout_s=0.05) as catalog:
        catalog.documents.upsert(make_entry("doc", "chữ"))
        other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError, match="locked"):
            catalog.documents.upsert(make_entry("doc"))
        assert catalog.search("chữ").total == 1
        other.close()
        catalog.documents.upsert(make_entry("doc"))


def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_database: Database) -> None:

    def fill() -> None:
        with sqlite_database.write() as connection:
            connection.execute(text("UPDATE sohoa_revision SET version_num = 'half'"))
            connection.execute(text("PRAGMA max_page_count = 1"))
            for number in range(1000):
                connection.execute(text("INSERT INTO sohoa_revision VALUES (:value)"), {"value": f"{number}" * 4000})

    with pytest.raises(StorageFullError):
        fill()
    with sqlite_database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM sohoa_revision")).scalars().all() == [list_revisions()[-1]]


def test_a_read_only_catalog_is_unavailable(sqlite_database: Database) -> None:

    def write() -> None:
        with sqlite_database.read() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
            connection.execute(text("UPDATE sohoa_revision SET version_num = '2'"))

    with pytest.raises(StorageUnavailableError, match="readonly"):
        write()
