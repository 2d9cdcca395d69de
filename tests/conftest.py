"""Fixtures for every test."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.minio_server import S3TestServer, running_minio
from tests.support.postgresql_server import PostgresqlServer, running_postgresql
from tests.support.prefect_server import running_prefect
from tests.support.sohoa_command import SohoaCommand

# Machines are shared: how long an example takes says nothing.
settings.register_profile("sohoa", deadline=None)
settings.load_profile("sohoa")

_TMPDIR, _TEMPDIR = os.environ.get("TMPDIR"), tempfile.tempdir


@pytest.fixture(autouse=True)
def own_temporary_folder() -> Iterator[None]:
    """Let no test work in the temporary folder of a house that an earlier one, or a fixture of its module, opened."""
    _forget_houses_folder()
    yield
    _forget_houses_folder()


def _forget_houses_folder() -> None:
    tempfile.tempdir = _TEMPDIR
    os.environ.pop("TMPDIR", None)
    if _TMPDIR is not None:
        os.environ["TMPDIR"] = _TMPDIR


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3TestServer]:
    """A real S3 server that enforces object lock."""
    with running_minio() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A real PostgreSQL server; take a database of your own from it."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Prefect API."""
    with running_prefect(tmp_path_factory.mktemp("prefect")) as url:
        yield url


@pytest.fixture
def sohoa(tmp_path: Path, prefect_api: str) -> SohoaCommand:
    """The command with a fresh home and the embedded directory store."""
    return SohoaCommand(tmp_path / "home", {"SOHOA_PREFECT__API_URL": prefect_api})


@pytest.fixture
def s3_settings(s3_server: S3TestServer) -> dict[str, str]:
    """Settings for two fresh buckets on the real S3 server."""
    suffix = secrets.token_hex(6)
    return {
        "SOHOA_STORE__KIND": "s3",
        "SOHOA_STORE__S3__ENDPOINT": s3_server.endpoint,
        "SOHOA_STORE__S3__ACCESS_KEY": s3_server.access_key,
        "SOHOA_STORE__S3__SECRET_KEY": s3_server.secret_key,
        "SOHOA_STORE__S3__SECURE": "false",
        "SOHOA_STORE__S3__ORIGINALS_BUCKET": f"originals-{suffix}",
        "SOHOA_STORE__S3__ARCHIVE_BUCKET": f"archive-{suffix}",
    }


@pytest.fixture
def sohoa_on_s3(sohoa: SohoaCommand, s3_settings: dict[str, str]) -> SohoaCommand:
    """The command with a fresh home and the real S3 server."""
    return sohoa.with_settings(s3_settings)
