"""A SQLite catalog is replaced in its file, also when that is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catalog import Catalog, CatalogAddress, open_catalog, rebuild_catalog
from dossiers.errors import StorageUnavailableError
from tests.unit.catalog.examples import CLERK, make_entry
from tests.unit.catalog.test_rebuild import fill


def test_a_catalog_that_stays_locked_stays(
    sqlite_address: CatalogAddress, sqlite_catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.rebuild_file._SWAP_TIMEOUT_S", 0.05)
    sqlite_catalog.documents.upsert(make_entry("old"))
    with closing(sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError, match="locked"):
            rebuild_catalog(sqlite_address, [make_entry("new")], [], actor=CLERK)
    assert [entry.document_id for entry in sqlite_catalog.documents.list_documents()] == ["old"]


@pytest.mark.parametrize("damage", [b"no database " * 1000, b"", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_catalog_is_replaced(sqlite_address: CatalogAddress, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "catalog.db").write_bytes(damage)
    (tmp_path / "catalog.db-wal").write_bytes(b"stale")
    rebuild_catalog(sqlite_address, [make_entry("doc", "chữ")], [], actor=CLERK)
    with open_catalog(sqlite_address) as rebuilt:
        assert rebuilt.search("chữ").total == 1
    assert (tmp_path / "catalog.db").stat().st_mode & 0o777 == 0o600


def test_a_catalog_damaged_in_the_middle_is_replaced(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    with open_catalog(sqlite_address) as catalog:
        fill(catalog)
    with (tmp_path / "catalog.db").open("r+b") as file:
        pages = file.seek(0, 2) // 4096
        file.seek(20 * 4096)
        file.write(b"\xff" * (pages - 20) * 4096)
    rebuild_catalog(sqlite_address, [make_entry("doc", "chữ")], [], actor=CLERK)
    with open_catalog(sqlite_address) as rebuilt:
        assert rebuilt.search("chữ").total == 1
