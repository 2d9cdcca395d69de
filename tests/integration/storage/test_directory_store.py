"""The directory store when the disk, another process or a crash gets in the way."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dossiers.errors import (
    ConfigurationError,
    IntegrityError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)
from storage import directory_store as module
from storage import files
from storage.directory_store import DirectoryStore
from storage.object_store import StoredObject
from storage.version_tree import VersionTree
from tests.support.small_disk import kinds_of_full_disk, wrapper_for

ROOT = Path(__file__).resolve().parents[3]


def run_python(script: str, *arguments: str, wrapper: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    return subprocess.run(
        [*(wrapper or []), sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def all_files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def data_file(store_root: Path, stored: StoredObject) -> Path:
    return store_root / ".versions" / stored.key / f".{stored.version_id}.data"


@pytest.fixture
def root(directory_store: DirectoryStore, tmp_path: Path) -> Path:
    return tmp_path / "bucket"


def test_people_find_the_newest_version_by_its_key(directory_store: DirectoryStore, root: Path) -> None:
    directory_store.put("H01/tài liệu.pdf", b"one", "application/pdf", {})
    directory_store.put("H01/tài liệu.pdf", b"two", "application/pdf", {})
    view = root / "H01" / "tài liệu.pdf"
    assert view.read_bytes() == b"two"
    view.unlink()
    assert directory_store.get("H01/tài liệu.pdf") == b"two"
    directory_store.delete("H01/tài liệu.pdf")
    assert view.read_bytes() == b"one"
    directory_store.delete("H01/tài liệu.pdf")
    assert not view.exists()


def test_only_the_owner_may_read(directory_store: DirectoryStore, root: Path) -> None:
    directory_store.put("a/b", b"1", "text/plain", {})
    for path in [root, *root.rglob("*")]:
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0, path


def test_a_folder_that_is_no_store_is_a_matter_of_configuration(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "absent")
    for operation in (store.check, lambda: store.put("a", b"1", "text/plain", {}), lambda: list(store.list())):
        with pytest.raises(ConfigurationError):
            operation()
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("kind", kinds_of_full_disk())
def test_a_full_disk_leaves_no_half_file(directory_store: DirectoryStore, root: Path, tmp_path: Path, kind: str) -> None:
    script = """
import os, sys
from pathlib import Path
from dossiers.errors import StorageFullError
from storage.directory_store import DirectoryStore
root = Path(sys.argv[1])
store = DirectoryStore(root)
store.ensure_bucket()
store.put("before", os.urandom(1_000_000), "text/plain", {})
before = {path for path in root.rglob("*")}
for data in (os.urandom(60_000_000), Path(sys.argv[2])):
    try:
        store.put("a/large", data, "text/plain", {})
    except StorageFullError:
        print("FULL")
assert {path for path in root.rglob("*")} == before
assert store.stat("a/large") is None
assert len(store.get("before")) == 1_000_000
"""
    large = tmp_path / "large"
    large.write_bytes(os.urandom(60_000_000))
    done = run_python(script, str(root), str(large), wrapper=wrapper_for(kind, root))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("FULL") == 2


def test_the_last_bytes_before_the_disk_is_full_are_no_object(
    directory_store: DirectoryStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sidecar, the last file written, meets a device that is always full."""
    open_file = os.open

    def open_full(path: Path, flags: int, mode: int = 0o777) -> int:
        if Path(path).name.startswith(".part-") and Path(path).parent != root / ".parts":
            open_file(path, flags, mode)
            return open_file("/dev/full", os.O_WRONLY)
        return open_file(path, flags, mode)

    directory_store.put("a", b"old", "text/plain", {})
    before = all_files(root)
    monkeypatch.setattr(os, "open", open_full)
    with pytest.raises(StorageFullError):
        directory_store.put("a", b"new", "text/plain", {})
    monkeypatch.undo()
    assert all_files(root) == before
    assert directory_store.get("a") == b"old"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EACCES, StorageDeniedError),
        (errno.EROFS, StorageDeniedError),
        (errno.EIO, StorageUnavailableError),
        (errno.ESTALE, StorageUnavailableError),
    ],
)
def test_the_systems_errors_in_our_words(
    directory_store: DirectoryStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    before = all_files(root)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(kind) as caught:
        directory_store.put("a", b"1", "text/plain", {})
    assert type(caught.value) is kind
    monkeypatch.undo()
    assert all_files(root) - before <= {root / ".lock"}


def test_without_permission_the_store_denies() -> None:
    script = """
import os, sys
from pathlib import Path
from dossiers.errors import StorageDeniedError
from storage.directory_store import DirectoryStore
root = Path(sys.argv[1])
if os.geteuid() == 0:
    os.chown(root, 65534, 65534)
    os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
store = DirectoryStore(root / "bucket")
store.ensure_bucket()
store.put("a", b"1", "text/plain", {})
os.chmod(root / "bucket" / ".versions", 0o500)
for operation in (store.check, lambda: store.put("b", b"1", "text/plain", {})):
    try:
        operation()
    except StorageDeniedError:
        print("denied")
assert store.get("a") == b"1"
os.chmod(root / "bucket" / ".versions", 0o700)
os.chmod(root, 0o500)
try:
    DirectoryStore(root / "other").ensure_bucket()
except StorageDeniedError:
    print("denied")
os.chmod(root, 0o700)
assert not list((root / "bucket" / ".parts").iterdir())
"""
    with tempfile.TemporaryDirectory() as folder:
        done = run_python(script, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("denied") == 3


def test_bytes_that_the_disk_changed_are_noticed_before_they_count(
    directory_store: DirectoryStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write: Callable[..., str] = files.write_synced

    def write_badly(path: Path, *arguments: object, **options: object) -> str:
        digest = write(path, *arguments, **options)
        path.chmod(0o600)
        path.write_bytes(b"changed")
        return digest

    monkeypatch.setattr(module, "write_synced", write_badly)
    with pytest.raises(IntegrityError):
        directory_store.put("a", b"original", "text/plain", {})
    assert directory_store.stat("a") is None
    assert all_files(root) == set()


@pytest.mark.parametrize("damage", [b"", b"changed!", b"original and more"])
def test_damage_is_noticed_when_reading(directory_store: DirectoryStore, root: Path, tmp_path: Path, damage: bytes) -> None:
    stored = directory_store.put("a", b"original", "text/plain", {})
    path = data_file(root, stored)
    path.chmod(0o600)
    path.write_bytes(damage)
    with pytest.raises(IntegrityError):
        directory_store.get("a")
    with pytest.raises(IntegrityError):
        directory_store.download("a", tmp_path / "copy")
    assert directory_store.digest("a") != stored.sha256
    assert not (tmp_path / "copy").exists()


def test_missing_bytes_and_a_damaged_sidecar_are_noticed(directory_store: DirectoryStore, root: Path) -> None:
    stored = directory_store.put("a", b"original", "text/plain", {})
    sidecar = data_file(root, stored).with_suffix(".json")
    data_file(root, stored).unlink()
    with pytest.raises(IntegrityError):
        directory_store.get("a")
    for damage in (b"", b"{}", b"[]", b'{"key": "other"}', sidecar.read_bytes().replace(b'"a"', b'"b"')):
        sidecar.write_bytes(damage)
        with pytest.raises(IntegrityError):
            directory_store.stat("a")


def test_symbolic_links_lead_nowhere(directory_store: DirectoryStore, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / ".versions" / "link").symlink_to(outside)
    (root / "view").symlink_to(outside)
    with pytest.raises(StorageDeniedError):
        directory_store.put("link/a", b"1", "text/plain", {})
    directory_store.put("view/a", b"1", "text/plain", {})
    assert directory_store.get("view/a") == b"1"
    stored = directory_store.put("b", b"1", "text/plain", {})
    (outside / "secret").write_bytes(b"1")
    data_file(root, stored).unlink()
    data_file(root, stored).symlink_to(outside / "secret")
    with pytest.raises(StorageDeniedError):
        directory_store.get("b")
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert [found.key for found in directory_store.list()] == ["b", "view/a"]


def test_a_clock_set_back_does_not_hide_a_new_version(directory_store: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    directory_store.put("a", b"one", "text/plain", {})
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    directory_store.put("a", b"two", "text/plain", {})
    assert directory_store.get("a") == b"two"


def test_several_processes_lose_no_version(directory_store: DirectoryStore, root: Path) -> None:
    script = """
import sys
from pathlib import Path
from storage.directory_store import DirectoryStore
store = DirectoryStore(Path(sys.argv[1]))
for number in range(25):
    store.put("shared/key", f"{sys.argv[2]} {number}".encode(), "text/plain", {})
    store.put(f"own/{sys.argv[2]}/{number}", b"1", "text/plain", {})
    store.delete(f"own/{sys.argv[2]}/{number}")
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(root), name], cwd=ROOT, stderr=subprocess.PIPE) for name in "abcd"
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    versions = directory_store.versions("shared/key")
    contents = {directory_store.get("shared/key", version_id=version.version_id) for version in versions}
    assert contents == {f"{name} {number}".encode() for name in "abcd" for number in range(25)}
    assert (root / "shared" / "key").read_bytes() == directory_store.get("shared/key")
    assert list(directory_store.list("own/")) == []
    assert list((root / ".parts").iterdir()) == []


def test_a_process_killed_at_any_time_leaves_only_whole_objects(directory_store: DirectoryStore, root: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from storage.directory_store import DirectoryStore
store = DirectoryStore(Path(sys.argv[1]))
number = 0
while True:
    store.put(f"k/{number % 7}", os.urandom(300_000), "text/plain", {})
    number += 1
    print(number, flush=True)
"""
    for delay_s in (0.0, 0.013, 0.029, 0.041):
        writer = subprocess.Popen([sys.executable, "-c", script, str(root)], cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(delay_s)
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        writer.stdout.close()
    for found in directory_store.list():
        for version in directory_store.versions(found.key):
            assert directory_store.digest(found.key, version_id=version.version_id) == version.sha256
    for part in (root / ".parts").iterdir():
        os.utime(part, (0, 0))
    directory_store.ensure_bucket()
    assert list((root / ".parts").iterdir()) == []
    directory_store.put("k/0", b"after", "text/plain", {})
    assert directory_store.get("k/0") == b"after"


def test_a_lock_held_for_ever_is_given_up(root: Path) -> None:
    store = DirectoryStore(root, lock_timeout_s=0.1)
    with VersionTree(root).locked(1.0), pytest.raises(StorageUnavailableError, match="lock"):
        store.put("a", b"1", "text/plain", {})
    store.put("a", b"1", "text/plain", {})
