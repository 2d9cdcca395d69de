"""A house with a catalog of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.settings import CatalogSettings
from runtime.wiring import House
from tests.support.kept_documents import make_settings
from tests.support.postgresql_server import PostgresqlServer


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    with House(make_settings(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def postgresql_house(tmp_path: Path, postgresql_server: PostgresqlServer) -> Iterator[House]:
    with postgresql_server.fresh_catalog() as address:
        catalog = CatalogSettings(url=address.url, password=SecretStr(address.password))
        with House(make_settings(tmp_path / "home", catalog=catalog)) as opened:
            yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found
