"""What tests of whole operations share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from runtime.settings import load_settings
from runtime.wiring import House
from tests.support.pki import TestPki, running_pki
from tests.support.postgresql_server import PostgresqlServer

OpenHouse = Callable[[], House]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPki]:
    """A whole PKI on this machine: authorities, time stamps, OCSP and CRL."""
    with running_pki(tmp_path_factory.mktemp("pki")) as pki:
        yield pki


@pytest.fixture
def pki(running: TestPki) -> TestPki:
    """The same without the faults that an earlier test gave it."""
    running.faults.clear()
    return running


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.fresh_catalog() as address:
        yield {"SOHOA_CATALOG__URL": address.url, "SOHOA_CATALOG__PASSWORD": address.password}


@pytest.fixture
def on_minio(
    tmp_path: Path, s3_settings: dict[str, str], catalog_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> OpenHouse:
    """Open houses on a real MinIO and one of the two catalogs."""
    return _opener({"SOHOA_HOME": str(tmp_path / "home"), **s3_settings, **catalog_settings}, monkeypatch)


@pytest.fixture
def on_s3(tmp_path: Path, s3_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    """Open houses on a real MinIO, with SQLite."""
    return _opener({"SOHOA_HOME": str(tmp_path / "home"), **s3_settings}, monkeypatch)


def _opener(settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return lambda: House(load_settings())
