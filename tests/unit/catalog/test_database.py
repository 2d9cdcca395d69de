"""Opening the catalog, and what becomes of the database's own errors."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from catalog import Catalog, CatalogAddress, open_catalog
from catalog.database import open_database
from catalog.upgrading import list_revisions
from dossiers.errors import ConfigurationError, SohoaError, StorageFullError, StorageUnavailableError
from tests.unit.catalog.examples import make_entry


def test_the_files_are_for_their_owner_only(catalog: Catalog, tmp_path: Path) -> None:
    catalog.documents.upsert(make_entry())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_the_side_files_are_for_their_owner_only_while_in_use(address: CatalogAddress, tmp_path: Path) -> None:
    with open_database(address).write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(files) == {"catalog.db", "catalog.db-wal", "catalog.db-shm"}
    assert set(files.values()) == {0o600}


def test_what_was_written_is_there_when_opened_again(address: CatalogAddress) -> None:
    with open_catalog(address) as first:
        first.documents.upsert(make_entry("doc"))
    with open_catalog(address) as second:
        assert second.documents.get("doc") == make_entry("doc")


def test_foreign_keys_are_on(address: CatalogAddress) -> None:
    database = open_database(address)
    with pytest.raises(SohoaError, match="FOREIGN KEY"), database.write() as connection:
        connection.execute(text("INSERT INTO pages (document_id, number, text) VALUES (99, 1, '')"))


def test_a_catalog_of_another_form_asks_for_a_rebuild(address: CatalogAddress) -> None:
    with open_database(address).write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0'"))
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(address)


def test_a_foreign_database_asks_for_a_rebuild(address: CatalogAddress, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(address)


def test_a_file_that_is_no_database_asks_for_a_rebuild(address: CatalogAddress, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database " * 1000)
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(address)


def test_a_lost_table_asks_for_a_rebuild(address: CatalogAddress, catalog: Catalog) -> None:
    with open_database(address).write() as connection:
        connection.execute(text("DROP TABLE document_index"))
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        catalog.search("chữ")


@pytest.mark.parametrize("wrong", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret-word@host/db"])
def test_a_wrong_url_is_a_fault_of_the_configuration_and_keeps_its_password(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_catalog(CatalogAddress(wrong))
    assert "secret-word" not in caught.value.message_en + caught.value.message_vi


def test_a_path_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "catalog.db"):
        with pytest.raises(StorageUnavailableError) as caught:
            open_catalog(CatalogAddress(f"sqlite:///{path}"))
        assert not isinstance(caught.value, StorageFullError)


def test_a_locked_catalog_is_unavailable_for_writers_only(address: CatalogAddress, tmp_path: Path) -> None:
    with open_catalog(address, busy_timeout_s=0.05) as catalog:
        catalog.documents.upsert(make_entry("doc", "chữ"))
        other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError, match="locked"):
            catalog.documents.upsert(make_entry("doc"))
        assert catalog.search("chữ").total == 1
        other.close()
        catalog.documents.upsert(make_entry("doc"))


def test_a_full_disk_is_told_and_nothing_is_half_written(address: CatalogAddress) -> None:
    database = open_database(address)

    def fill() -> None:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'half'"))
            connection.execute(text("PRAGMA max_page_count = 1"))
            for number in range(1000):
                connection.execute(text("INSERT INTO alembic_version VALUES (:value)"), {"value": f"{number}" * 4000})

    with pytest.raises(StorageFullError):
        fill()
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [list_revisions()[-1]]


def test_a_read_only_catalog_is_unavailable(address: CatalogAddress) -> None:
    database = open_database(address)

    def write() -> None:
        with database.read() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
            connection.execute(text("UPDATE alembic_version SET version_num = '2'"))

    with pytest.raises(StorageUnavailableError, match="readonly"):
        write()


def test_an_error_never_tells_the_values_of_a_statement(address: CatalogAddress) -> None:
    database = open_database(address)
    with pytest.raises(SohoaError) as caught, database.write() as connection:
        connection.execute(
            text("INSERT INTO pages (document_id, number, text) VALUES (99, 1, :value)"), {"value": "079085123456"}
        )
    assert "079085123456" not in caught.value.message_en
    assert "079085123456" not in str(caught.value.__cause__)
