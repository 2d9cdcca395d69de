"""A fresh catalog: in a file of its own, or in a database of its own on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from catalog import Catalog, CatalogAddress, open_catalog
from catalog.database import Database, open_database
from tests.support.postgresql_server import PostgresqlServer

BOTH = ["sqlite", "postgresql"]


@pytest.fixture
def sqlite_address(tmp_path: Path) -> CatalogAddress:
    """Where a SQLite catalog is going to be."""
    return CatalogAddress(f"sqlite:///{tmp_path / 'catalog.db'}")


@pytest.fixture
def postgresql_address(postgresql_server: PostgresqlServer) -> Iterator[CatalogAddress]:
    """Where an empty PostgreSQL catalog of today's form is."""
    with postgresql_server.fresh_catalog() as fresh:
        yield fresh


@pytest.fixture
def empty_postgresql_address(postgresql_server: PostgresqlServer) -> Iterator[CatalogAddress]:
    """Where a PostgreSQL database with nothing in it is."""
    with postgresql_server.fresh_database() as fresh:
        yield fresh


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest) -> CatalogAddress:
    """Where a catalog may be opened, once on each database."""
    found: CatalogAddress = request.getfixturevalue(f"{request.param}_address")
    return found


@pytest.fixture(params=BOTH)
def empty_address(request: pytest.FixtureRequest) -> CatalogAddress:
    """Where a catalog may be made, once on each database."""
    name = "sqlite_address" if request.param == "sqlite" else "empty_postgresql_address"
    found: CatalogAddress = request.getfixturevalue(name)
    return found


@pytest.fixture
def catalog(address: CatalogAddress) -> Iterator[Catalog]:
    with open_catalog(address) as opened:
        yield opened


@pytest.fixture
def sqlite_catalog(sqlite_address: CatalogAddress) -> Iterator[Catalog]:
    with open_catalog(sqlite_address) as opened:
        yield opened


@pytest.fixture
def database(address: CatalogAddress) -> Iterator[Database]:
    with closing(open_database(address)) as opened:
        yield opened


@pytest.fixture
def sqlite_database(sqlite_address: CatalogAddress) -> Iterator[Database]:
    with closing(open_database(sqlite_address)) as opened:
        yield opened
