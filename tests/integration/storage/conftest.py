"""Both stores, each behind the same contract: a folder, and a bucket of a real S3 server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.directory_store import DirectoryStore
from storage.object_store import ObjectStore
from storage.s3_connection import S3Connection
from storage.s3_store import S3Store
from tests.support.minio_server import S3TestServer


def connect(server: S3TestServer) -> S3Connection:
    """Return a connection to a test server, with short waits."""
    return S3Connection(
        server.endpoint,
        server.access_key,
        server.secret_key,
        secure=False,
        connect_timeout_s=2.0,
        read_timeout_s=20.0,
        retries=1,
    )


def new_bucket_name() -> str:
    """Return a name that no other test uses: locked objects cannot be cleared away afterwards."""
    return f"sohoa-test-{secrets.token_hex(8)}"


@pytest.fixture
def s3_store(s3_server: S3TestServer) -> Iterator[S3Store]:
    store = S3Store(connect(s3_server), new_bucket_name())
    store.ensure_bucket()
    yield store
    store.close()


@pytest.fixture
def directory_store(tmp_path: Path) -> DirectoryStore:
    store = DirectoryStore(tmp_path / "bucket")
    store.ensure_bucket()
    return store


@pytest.fixture(params=["directory_store", "s3_store"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    found: ObjectStore = request.getfixturevalue(request.param)
    return found
