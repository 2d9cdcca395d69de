"""What every store promises, shown on each of them."""

from __future__ import annotations

import hashlib
import resource
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossiers.errors import IntegrityError, NotFoundError, StorageDeniedError, UnreadablePathError
from storage.object_store import MAX_METADATA_BYTES, ObjectStore

NAME = "H01.50.05.13-261008-0975/p0001-0002-abc/giấy tờ.pdf"


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_store_keeps_versions_and_locks(store: ObjectStore) -> None:
    properties = store.check()
    assert properties.versioning
    assert properties.object_lock
    assert store.ensure_bucket() == properties
    assert isinstance(store, ObjectStore)


def test_what_is_put_can_be_got(store: ObjectStore, tmp_path: Path) -> None:
    stored = store.put(NAME, b"bytes", "application/pdf", {"scan-name": "x"})
    assert (stored.key, stored.size_bytes, stored.sha256, stored.retain_until) == (NAME, 5, sha(b"bytes"), None)
    assert store.get(NAME) == b"bytes"
    assert store.digest(NAME) == stored.sha256
    assert store.stat(NAME) == stored
    assert store.download(NAME, tmp_path / "copy") == stored
    assert (tmp_path / "copy").read_bytes() == b"bytes"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["copy"]


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.put("empty", b"", "text/plain", {}).size_bytes == 0
    assert store.get("empty") == b""


def test_what_is_absent_is_not_found(store: ObjectStore, tmp_path: Path) -> None:
    assert store.stat("absent/thing") is None
    assert store.versions("absent/thing") == ()
    assert list(store.list("absent/")) == []
    store.delete("absent/thing")
    for read in (store.get, store.digest):
        with pytest.raises(NotFoundError):
            read("absent/thing")
    with pytest.raises(NotFoundError):
        store.download("absent/thing", tmp_path / "copy")
    with pytest.raises(NotFoundError):
        store.extend_retention("absent/thing", in_an_hour())
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "value",
    [
        "Giấy chứng nhận quyền sử dụng đất — số 47/QĐ-UBND",
        "  hai  khoảng trắng ở hai đầu  ",
        "100% + dấu & = ? # ; , : \\ \" ' < >",
        "dòng 1\ndòng 2\r\tđầu dòng",
        "e\u0302\u0301",
        "𝔘 😀",
        "",
    ],
)
def test_metadata_of_any_letters_comes_back(store: ObjectStore, value: str) -> None:

    store.put("a", b"1", "text/plain", {"subject": value, "other": "plain"})
    stored = store.stat("a")
    assert stored is not None
    assert stored.metadata == {"subject": unicodedata.normalize("NFC", value), "other": "plain"}


@pytest.mark.parametrize(
    "metadata",
    [{"a": "x" * MAX_METADATA_BYTES}, {"a": "ế" * 400}, {"Tên": "x"}, {"a b": "x"}, {"sha256": "0"}, {"a": "\udc80"}],
)
def test_metadata_that_no_object_can_carry_is_refused(store: ObjectStore, metadata: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"metadata|surrogates"):
        store.put("a", b"1", "text/plain", metadata)
    assert store.stat("a") is None


def test_an_overwritten_key_keeps_its_versions(store: ObjectStore) -> None:
    first = store.put("k/v", b"one", "text/plain", {"n": "1"})
    second = store.put("k/v", b"two!", "text/plain", {"n": "2"})
    assert first.version_id != second.version_id
    assert store.get("k/v") == b"two!"
    assert store.get("k/v", version_id=first.version_id) == b"one"
    assert store.versions("k/v") == (second, first)
    assert [found.key for found in store.list()] == ["k/v"]
    store.delete("k/v")
    assert store.get("k/v") == b"one"
    store.delete("k/v", version_id=first.version_id)
    assert store.stat("k/v") is None
    assert list(store.list()) == []


def test_a_locked_version_stays(store: ObjectStore) -> None:
    until = in_an_hour().replace(microsecond=250)
    locked = store.put("locked", b"keep", "text/plain", {}, until)
    assert locked.retain_until == until.replace(microsecond=0) + timedelta(seconds=1)
    assert store.stat("locked") == locked
    with pytest.raises(StorageDeniedError):
        store.delete("locked")
    with pytest.raises(StorageDeniedError):
        store.delete("locked", version_id=locked.version_id)
    newer = store.put("locked", b"newer", "text/plain", {})
    store.delete("locked", version_id=newer.version_id)
    assert store.get("locked") == b"keep"


def test_a_lock_can_be_made_longer_but_not_shorter(store: ObjectStore) -> None:
    stored = store.put("later", b"keep", "text/plain", {"a": "đ"})
    hour = in_an_hour()
    locked = store.extend_retention("later", hour)
    assert locked.retain_until is not None
    assert locked.version_id == stored.version_id
    assert locked.metadata == {"a": "đ"}
    longer = store.extend_retention("later", hour + timedelta(hours=1), version_id=stored.version_id)
    assert longer.retain_until == locked.retain_until + timedelta(hours=1)
    with pytest.raises(StorageDeniedError):
        store.extend_retention("later", hour)
    with pytest.raises(StorageDeniedError):
        store.delete("later")
    assert store.get("later") == b"keep"
    assert len(store.versions("later")) == 1


def test_a_lock_without_a_time_zone_is_refused(store: ObjectStore) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.put("a", b"1", "text/plain", {}, in_an_hour().replace(tzinfo=None))


def test_listing_follows_the_order_of_keys(store: ObjectStore) -> None:
    names = ["a/b/1", "a-b/1", "a/b/2", "a0", "ab", "Đơn/tờ khai", "a/c", "a%2Fb"]
    for name in names:
        store.put(name, name.encode(), "text/plain", {})
    assert [found.key for found in store.list()] == sorted(names)
    assert [found.key for found in store.list("a/")] == ["a/b/1", "a/b/2", "a/c"]
    assert [found.key for found in store.list("a/b/2")] == ["a/b/2"]
    assert [found.key for found in store.list("a")] == ["a%2Fb", "a-b/1", "a/b/1", "a/b/2", "a/c", "a0", "ab"]
    assert [found.size_bytes for found in store.list("Đơn")] == [len("Đơn/tờ khai".encode())]
    assert store.get("a0") == b"a0"


def test_a_listing_tells_when_a_version_was_stored(store: ObjectStore) -> None:
    before = datetime.now(UTC)
    store.put("a", b"1", "text/plain", {})
    store.put("a", b"2", "text/plain", {})
    (found,) = store.list("a")
    assert found.stored_at is not None
    assert before - timedelta(seconds=1) <= found.stored_at <= datetime.now(UTC) + timedelta(seconds=1)  # whole seconds at some


def test_more_keys_than_one_page_of_a_listing(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.put(f"many/{number:05d}", b"", "text/plain", {}), range(1005)))
    assert len(list(store.list("many/"))) == 1005


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a/./b",
        "a//b",
        "a/",
        ".hidden",
        "a/.versions/b",
        "a\\b",
        "a\0b",
        "a\nb",
        "a\u202eb",
        "e\u0302",
        "\udc80",
        "x" * 241,
        "/".join(["x" * 200] * 6),
        "a/ /b",
    ],
)
def test_keys_that_could_lead_astray_are_refused(store: ObjectStore, key: str, tmp_path: Path) -> None:
    with pytest.raises(StorageDeniedError):
        store.put(key, b"1", "text/plain", {})
    for read in (store.get, store.digest, store.stat, store.versions, store.delete):
        with pytest.raises(StorageDeniedError):
            read(key)
    with pytest.raises(StorageDeniedError):
        store.download(key, tmp_path / "copy")
    with pytest.raises(StorageDeniedError):
        store.extend_retention(key, in_an_hour())
    if key not in ("", "a/"):  # which are prefixes
        with pytest.raises(StorageDeniedError):
            list(store.list(key))


def test_bytes_that_are_not_those_of_the_digest_are_not_stored(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"changed")
    for data in (b"changed", tmp_path / "file"):
        with pytest.raises(IntegrityError):
            store.put("a", data, "text/plain", {}, sha256=sha(b"original"))
    assert store.stat("a") is None
    assert store.put("a", b"original", "text/plain", {}, sha256=sha(b"original")).size_bytes == 8


def test_reading_is_bounded(store: ObjectStore) -> None:
    store.put("a", b"x" * 1000, "text/plain", {})
    assert len(store.get("a", max_bytes=1000)) == 1000
    with pytest.raises(IntegrityError):
        store.get("a", max_bytes=999)


def test_a_file_that_cannot_be_read_is_its_own_fault(store: ObjectStore, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.pdf", tmp_path):
        with pytest.raises(UnreadablePathError):
            store.put("a", path, "text/plain", {})
    assert store.stat("a") is None


def test_a_large_file_goes_through_in_bounded_memory(store: ObjectStore, tmp_path: Path) -> None:
    size_bytes = 150 * 1024 * 1024 + 7
    path = tmp_path / "large"
    with path.open("wb") as stream:
        for number in range(150):
            stream.write(bytes([number]) * (1024 * 1024))
        stream.write(b"the end")
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = store.put("large/file", path, "application/pdf", {}, in_an_hour())
    assert stored.size_bytes == size_bytes
    copied = store.download("large/file", tmp_path / "copy")
    assert copied.sha256 == stored.sha256 == store.digest("large/file")
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    assert grown_kb < 90 * 1024
    with pytest.raises(StorageDeniedError):
        store.delete("large/file")


def test_an_unknown_version_is_absent(store: ObjectStore) -> None:
    store.put("a", b"1", "text/plain", {})
    unknown = "00000000-0000-4000-8000-000000000000"
    assert store.stat("a", version_id=unknown) is None
    with pytest.raises(NotFoundError):
        store.get("a", version_id=unknown)
