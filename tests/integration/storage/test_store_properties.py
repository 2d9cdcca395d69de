"""What a store really does, proved by trying, on two S3 servers of different makers and with keys of different rights."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossiers.errors import StorageDeniedError
from dossiers.store_properties import CheckedProperty, StoreProperty, StoreReport, Verdict
from storage.directory_check import check_directory
from storage.directory_store import DirectoryStore
from storage.keys import CHECK_PREFIX
from storage.minio_admin import KeyPair, provision_minio
from storage.s3_connection import S3Connection
from storage.s3_probe import S3Probe
from storage.s3_store import S3Store
from tests.integration.storage.conftest import connect, new_bucket_name
from tests.support.minio_server import S3TestServer, running_minio
from tests.support.versitygw_server import make_service_key, running_versitygw

SERVERS = ["minio", "versitygw"]


@pytest.fixture(scope="module")
def minio() -> Iterator[S3TestServer]:
    with running_minio() as server:
        yield server


@pytest.fixture(scope="module")
def versitygw() -> Iterator[S3TestServer]:
    with running_versitygw() as server:
        yield server


def open_store(server: S3TestServer, bucket: str, keys: KeyPair | S3TestServer | None = None) -> S3Store:
    key = keys or server
    return S3Store(replace(connect(server), access_key=key.access_key, secret_key=key.secret_key), bucket)


@pytest.fixture(params=SERVERS)
def root_store(request: pytest.FixtureRequest) -> Iterator[S3Store]:
    """A bucket as the server's root key sees it."""
    store = open_store(request.getfixturevalue(request.param), new_bucket_name())
    store.ensure_bucket()
    yield store
    store.close()


@pytest.fixture(params=SERVERS)
def own_store(request: pytest.FixtureRequest) -> Iterator[S3Store]:
    """A bucket as our own service's key sees it, which has only the rights of ``storage.s3_rights``."""
    server: S3TestServer = request.getfixturevalue(request.param)
    bucket = new_bucket_name()
    root = open_store(server, bucket)
    key: KeyPair | S3TestServer
    if request.param == "minio":
        key = KeyPair(secrets.token_hex(8), secrets.token_hex(16))
        provision_minio(connect(server), (bucket,), key, None)
    else:
        root.ensure_bucket()
        key = make_service_key(server, root.client, (bucket,))
    store = open_store(server, bucket, key)
    yield store
    store.close()
    root.close()


def run(store: S3Store) -> dict[StoreProperty, CheckedProperty]:
    return {one.name: one for one in S3Probe(store).run()}


def failed(checked: dict[StoreProperty, CheckedProperty]) -> set[StoreProperty]:
    return {name for name, one in checked.items() if one.verdict is not Verdict.HOLDS}


def test_everything_holds_for_our_own_key(own_store: S3Store) -> None:
    for _ in range(2):  # the second finds what the first left
        checked = run(own_store)
        assert list(checked) == list(StoreProperty)
        assert failed(checked) == set(), checked
    assert "may delete no version" in checked[StoreProperty.LOCKED_DELETE_REFUSED].seen
    report = StoreReport(tuple(checked.values()))
    assert report.locks
    assert report.conforms
    assert not report.may_bypass


def test_a_recent_locked_probe_is_used_again(own_store: S3Store) -> None:
    def count_locked() -> int:
        key = f"{CHECK_PREFIX}locked"
        locks = [own_store.read_lock(key, version_id=found.version_id) for found in own_store.versions(key)]
        return sum(lock is not None and lock.retain_until is not None for lock in locks)

    run(own_store)
    run(own_store)
    assert count_locked() == 1


def test_a_root_key_is_told_to_get_around_locks(root_store: S3Store) -> None:
    checked = run(root_store)
    assert failed(checked) == {StoreProperty.BYPASS_REFUSED}
    assert checked[StoreProperty.LOCKED_DELETE_REFUSED].seen == "the version: refused"  # by the lock, not for lack of a right
    report = StoreReport(tuple(checked.values()))
    assert report.locks
    assert report.may_bypass
    assert "root key" in checked[StoreProperty.BYPASS_REFUSED].advice
    assert [found.key for found in root_store.list(CHECK_PREFIX)] == []


def test_a_locked_object_cannot_be_deleted_or_changed_with_our_own_key(own_store: S3Store) -> None:
    """The promise itself, by the plain client: no help of Sohoa's own checks."""
    locked = own_store.put("a/b.pdf", b"keep", "application/pdf", {}, datetime.now(UTC) + timedelta(hours=1))
    for version_id in (locked.version_id, None):
        with pytest.raises(StorageDeniedError), own_store.errors_mapped("a/b.pdf"):
            own_store.client.remove_object(own_store.bucket, "a/b.pdf", version_id=version_id)
    newer = own_store.put("a/b.pdf", b"other", "application/pdf", {})
    assert newer.version_id != locked.version_id
    assert own_store.get("a/b.pdf", version_id=locked.version_id) == b"keep"
    receipt = own_store.read_lock("a/b.pdf", version_id=locked.version_id)
    assert receipt is not None
    assert (receipt.lock_mode, receipt.retain_until) == ("GOVERNANCE", locked.retain_until)


def test_a_hold_is_put_on_and_taken_off(own_store: S3Store) -> None:
    held = own_store.put("a/b.pdf", b"keep", "application/pdf", {})
    assert own_store.set_legal_hold("a/b.pdf", True).is_held
    found = own_store.stat("a/b.pdf")
    assert found is not None
    assert found.is_held
    with pytest.raises(StorageDeniedError):
        own_store.delete("a/b.pdf", version_id=held.version_id)
    assert not own_store.set_legal_hold("a/b.pdf", False).is_held


def test_a_bucket_without_lock_is_told(minio: S3TestServer) -> None:
    store = open_store(minio, new_bucket_name())
    store.client.make_bucket(store.bucket)
    checked = run(store)
    assert {StoreProperty.VERSIONING, StoreProperty.OBJECT_LOCK, StoreProperty.OVERWRITE_KEEPS} <= failed(checked)
    assert checked[StoreProperty.LOCKED_DELETE_REFUSED].verdict is not Verdict.HOLDS
    assert not StoreReport(tuple(checked.values())).locks
    assert all(one.advice for one in checked.values() if one.verdict is not Verdict.HOLDS)
    store.close()


def test_a_server_that_is_away_is_told_once_and_the_rest_is_unknown() -> None:
    away = S3Store(S3Connection("127.0.0.1:9", "a", "b", secure=False, connect_timeout_s=0.2, retries=0), "bucket")
    checked = run(away)
    assert checked.pop(StoreProperty.REACHABLE).verdict is Verdict.FAILS
    assert {one.verdict for one in checked.values()} == {Verdict.UNKNOWN}


def test_a_clock_that_is_off_is_told(minio: S3TestServer) -> None:
    store = open_store(minio, new_bucket_name())
    store.ensure_bucket()
    ahead = S3Probe(store, lambda: datetime.now(UTC) + timedelta(minutes=2))
    checked = {one.name: one for one in ahead.run()}
    assert checked[StoreProperty.CLOCK].verdict is Verdict.FAILS
    assert "-120 s" in checked[StoreProperty.CLOCK].seen or "-121 s" in checked[StoreProperty.CLOCK].seen
    store.close()


def test_a_folder_says_that_it_cannot_lock(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.ensure_bucket()
    report = StoreReport(check_directory(store, "archive"))
    assert not report.locks
    assert "a folder cannot lock" in " ".join(one.seen for one in report.checked)
