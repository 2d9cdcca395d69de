"""How the directory store lays versions out on the disk.

    <root>/<key>                              the newest version's bytes, a second name (hard link) for people to find
    <root>/.versions/<key>/.<version>.data    the bytes of a version, never changed
    <root>/.versions/<key>/.<version>.json    its sidecar: digest, size, metadata, lock; **the version exists once this does**
    <root>/.parts/                            files in the making
    <root>/.lock                              held while a version is put in place or taken away

Version ids begin with the time in nanoseconds and grow with every version, so the newest is the last by name. Segments of
keys never begin with a dot, so that these names cannot clash with keys.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from dossiers.errors import IntegrityError, StorageDeniedError, StorageUnavailableError
from storage.files import make_folder, part_path, replace_atomically, sync_folder
from storage.object_store import LOCK_MODE, StoredObject

_STALE_PART_AGE_S = 24 * 3600.0
_LOCK_POLL_S = 0.02


class VersionTree:
    """The paths below one root, and what is written there. All methods raise ``OSError``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions = root / ".versions"
        self.parts = root / ".parts"

    def create(self) -> None:
        """Create the folders, and clear away parts that a crash left more than a day ago."""
        make_folder(self.versions)
        make_folder(self.parts)
        for part in self.parts.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - part.lstat().st_mtime > _STALE_PART_AGE_S:
                    part.unlink()

    def folder(self, key: str) -> Path:
        """Return the folder that holds a key's versions. Raises ``StorageDeniedError`` when a symbolic link is on the way."""
        folder = self.versions
        for segment in key.split("/"):
            folder = folder / segment
            if folder.is_symlink():
                raise StorageDeniedError(detail=f"a symbolic link stands in the way of {key}")
        return folder

    def data_path(self, key: str, version_id: str) -> Path:
        return self.folder(key) / f".{version_id}.data"

    def sidecar_path(self, key: str, version_id: str) -> Path:
        return self.folder(key) / f".{version_id}.json"

    def version_ids(self, key: str) -> tuple[str, ...]:
        """Return the ids of a key's versions, the newest first."""
        try:
            names = [path.name for path in self.folder(key).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted((name[1:-5] for name in names if is_sidecar(name)), reverse=True))

    def next_version_id(self, key: str) -> str:
        """Return an id that sorts behind every version of the key, even if the clock was set back."""
        newest = max((int(version_id[:20]) for version_id in self.version_ids(key)), default=0)
        return f"{max(time.time_ns(), newest + 1):020d}-{secrets.token_hex(6)}"

    def new_part(self) -> Path:
        return part_path(self.parts)

    def write_sidecar(self, stored: StoredObject, version_id: str) -> None:
        replace_atomically(self.sidecar_path(stored.key, version_id), _dump_sidecar(stored))

    def read_sidecar(self, key: str, version_id: str) -> StoredObject:
        """Return what a sidecar says. Raises ``IntegrityError`` when it is damaged."""
        return _parse_sidecar(self.sidecar_path(key, version_id).read_bytes(), key, version_id)

    def refresh_view(self, key: str) -> None:
        """Let the readable name lead to the newest version. What hinders it hinders no one else: the version is stored."""
        view = self.root / key
        with suppress(OSError):
            if any(folder.is_symlink() for folder in view.parents if folder.is_relative_to(self.root) and folder != self.root):
                return
            version_ids = self.version_ids(key)
            if not version_ids:
                view.unlink(missing_ok=True)
                return
            make_folder(view.parent)
            part = self.new_part()
            try:
                os.link(self.data_path(key, version_ids[0]), part)
                part.replace(view)
            finally:
                part.unlink(missing_ok=True)

    def remove(self, key: str, version_id: str) -> None:
        """Take a version away: first the sidecar, by which it exists, then the bytes, then folders left empty."""
        folder = self.folder(key)
        self.sidecar_path(key, version_id).unlink(missing_ok=True)
        self.data_path(key, version_id).unlink(missing_ok=True)
        sync_folder(folder)
        with suppress(OSError):
            while folder != self.versions:
                folder.rmdir()
                folder = folder.parent

    @contextmanager
    def locked(self, timeout_s: float) -> Iterator[None]:
        """Keep other threads and processes from changing versions. Raises ``StorageUnavailableError`` after the timeout."""
        descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            give_up_at = time.monotonic() + timeout_s
            while not _try_lock(descriptor):
                if time.monotonic() > give_up_at:
                    raise StorageUnavailableError(detail="another process holds the store's lock")
                time.sleep(_LOCK_POLL_S)
            yield
        finally:
            os.close(descriptor)  # closing gives the lock back


def is_sidecar(name: str) -> bool:
    """Return whether a file name is that of a version's sidecar."""
    return name.startswith(".") and name.endswith(".json") and name[1:21].isdigit()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _dump_sidecar(stored: StoredObject) -> bytes:
    sidecar = {
        "key": stored.key,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "media_type": stored.media_type,
        "metadata": dict(stored.metadata),
        "retain_until": stored.retain_until.isoformat() if stored.retain_until else None,
        "is_held": stored.is_held,
    }
    return json.dumps(sidecar, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _parse_sidecar(data: bytes, key: str, version_id: str) -> StoredObject:
    try:
        sidecar = json.loads(data)
        retain_until = sidecar["retain_until"]
        stored = StoredObject(
            key=str(sidecar["key"]),
            size_bytes=int(sidecar["size_bytes"]),
            sha256=str(sidecar["sha256"]),
            version_id=version_id,
            media_type=str(sidecar["media_type"]),
            metadata={str(name): str(value) for name, value in sidecar["metadata"].items()},
            retain_until=datetime.fromisoformat(retain_until).astimezone(UTC) if retain_until else None,
            lock_mode=LOCK_MODE if retain_until else None,
            is_held=bool(sidecar.get("is_held", False)),  # absent in sidecars from before holds
            stored_at=datetime.fromtimestamp(int(version_id[:20]) / 1e9, UTC),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(what=key, detail="its sidecar is damaged") from error
    if stored.key != key:
        raise IntegrityError(what=key, detail="its sidecar belongs to another key")
    return stored
