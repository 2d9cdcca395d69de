"""Both stores, each behind the same contract: a folder, and a bucket of a real S3 server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossiers.model import SubmissionState
from storage import keys
from storage.archive import Archive
from storage.directory_store import DirectoryStore
from storage.metadata import Recipe
from storage.object_store import ObjectStore, StoredObject
from storage.records import ActorRecord
from storage.s3_connection import S3Connection
from storage.s3_store import S3Store
from storage.submissions import SubmissionRecord
from tests.support.documents import CLERK, RECEIVED_AT, SCAN_SHA256
from tests.support.minio_server import S3TestServer

RECIPE = Recipe(engine="tesseract 5.3.0 vie", pipeline_version="1")


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


@pytest.fixture
def originals(store: ObjectStore, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if isinstance(store, DirectoryStore):
        other: ObjectStore = DirectoryStore(tmp_path / "originals")
    else:
        other = S3Store(connect(request.getfixturevalue("s3_server")), new_bucket_name())
    other.ensure_bucket()
    yield other
    other.close()


@pytest.fixture
def archive(originals: ObjectStore, store: ObjectStore) -> Archive:
    return Archive(originals, store)


def documents_in(store: ObjectStore) -> Iterator[StoredObject]:
    """Yield what stands there of documents: all but the manifest, which has tests of its own."""
    return (found for found in store.list() if not found.key.startswith(keys.CUSTODY_PREFIX))


def all_versions(store: ObjectStore) -> list[tuple[str, str | None]]:
    return [(one.key, one.version_id) for found in documents_in(store) for one in store.versions(found.key)]


def in_an_hour() -> datetime:
    return (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)


def make_submission() -> SubmissionRecord:
    return SubmissionRecord(
        sha256=SCAN_SHA256,
        name="hồ sơ quét.pdf",
        size_bytes=6,
        state=SubmissionState.RECEIVED,
        received_at=RECEIVED_AT,
        updated_at=RECEIVED_AT,
        actor=ActorRecord.of(CLERK),
    )
