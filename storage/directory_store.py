"""An object store in a folder: the embedded default, safe for several processes at once.

What it promises is what an S3 bucket with versioning and object lock promises, as far as a folder can: a lock binds
this program, not someone who may write in the folder. ``storage.version_tree`` says how the folder is laid out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from dossiers.errors import ConfigurationError, IntegrityError, NotFoundError, StorageDeniedError
from storage.files import (
    chunks_of,
    hash_chunks,
    make_folder,
    os_errors_mapped,
    part_path,
    read_chunks,
    sync_folder,
    write_synced,
)
from storage.object_store import (
    DEFAULT_MAX_BYTES,
    LOCK_MODE,
    Reread,
    StoredObject,
    StoreProperties,
    decode_metadata,
    encode_metadata,
    to_lock_time,
    validate_key,
    validate_prefix,
)
from storage.version_tree import VersionTree, is_sidecar


class DirectoryStore:
    """One bucket in a folder. Files are 0400 or 0600 and folders 0700, whatever the umask allows."""

    def __init__(self, root: Path, *, lock_timeout_s: float = 30.0) -> None:
        self._root = root
        self._tree = VersionTree(root)
        self._lock_timeout_s = lock_timeout_s

    def __repr__(self) -> str:
        return f"DirectoryStore({str(self._root)!r})"

    def ensure_bucket(self) -> StoreProperties:
        """Create the folder when it is absent. Raises ``StorageDeniedError`` where that is not allowed."""
        with os_errors_mapped(str(self._root)):
            self._tree.create()
        return StoreProperties(versioning=True, object_lock=True)

    def check(self) -> StoreProperties:
        """Return the properties. Raises ``ConfigurationError`` when the folder is not a store."""
        with os_errors_mapped(str(self._root)):
            self._require_root()
            if not os.access(self._tree.versions, os.R_OK | os.W_OK | os.X_OK):
                raise StorageDeniedError(detail=f"{self._root} cannot be written")
        return StoreProperties(versioning=True, object_lock=True)

    def put(
        self,
        key: str,
        data: bytes | Path,
        media_type: str,
        metadata: Mapping[str, str],
        retain_until: datetime | None = None,
        *,
        sha256: str | None = None,
    ) -> StoredObject:
        """Store a version, see ``ObjectStore.put``. It is read back from the disk before it gets its name."""
        validate_key(key)
        kept_metadata, until = decode_metadata(encode_metadata(metadata)), to_lock_time(retain_until)
        with os_errors_mapped(key):
            self._require_root()
            part = self._tree.new_part()
            try:
                written = write_synced(part, chunks_of(data), mode=0o400)
                if sha256 is not None and written != sha256:
                    raise IntegrityError(what=key, detail="the bytes to be stored are not those of the digest given")
                with part.open("rb") as stream:
                    if hash_chunks(read_chunks(stream)) != written:
                        raise IntegrityError(what=key, detail="read back other bytes than were written")
                stored = StoredObject(
                    key=key,
                    size_bytes=part.stat().st_size,
                    sha256=written,
                    version_id=None,
                    media_type=media_type,
                    metadata=kept_metadata,
                    retain_until=until,
                    lock_mode=LOCK_MODE if until else None,
                )
                return self._commit(stored, part)
            finally:
                part.unlink(missing_ok=True)

    def get(self, key: str, *, max_bytes: int = DEFAULT_MAX_BYTES, version_id: str | None = None) -> bytes:
        """Return an object's bytes, see ``ObjectStore.get``."""
        with self._opened(key, version_id) as (stored, stream):
            size_bytes = os.fstat(stream.fileno()).st_size
            if size_bytes > max_bytes:
                raise IntegrityError(what=key, detail=f"it is larger than {max_bytes} bytes")
            data = stream.read(size_bytes)
        _require_digest(stored, hash_chunks((data,)))
        return data

    def download(self, key: str, path: Path, *, version_id: str | None = None) -> StoredObject:
        """Write an object's bytes to a file, see ``ObjectStore.download``."""
        with self._opened(key, version_id) as (stored, stream):
            part = part_path(path.parent)
            try:
                _require_digest(stored, write_synced(part, read_chunks(stream)))
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            sync_folder(path.parent)
        return stored

    def digest(self, key: str, *, version_id: str | None = None) -> str:
        """Return the SHA-256 of what is read from the disk now, see ``ObjectStore.digest``."""
        with self._opened(key, version_id) as (_, stream):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return hash_chunks(read_chunks(stream))

    def reread(
        self, key: str, *, version_id: str | None = None, on_chunk: Callable[[int], None] = lambda _size: None
    ) -> Reread:
        """Read all of a version from the disk, see ``ObjectStore.reread``."""
        with self._opened(key, version_id) as (stored, stream):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return Reread(stored, hash_chunks(_told(read_chunks(stream), on_chunk)))

    def stat(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Return what is known of an object, see ``ObjectStore.stat``."""
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            return self._find(key, version_id)

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Yield newest versions in order of keys, see ``ObjectStore.list``."""
        validate_prefix(prefix)
        with os_errors_mapped(str(self._root)):
            self._require_root()
            for key in self._keys_below("", prefix):
                if key > after and (stored := self._find(key, None)):
                    yield stored

    def versions(self, key: str) -> tuple[StoredObject, ...]:
        """Return a key's versions, see ``ObjectStore.versions``."""
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            found = (self._find(key, version_id) for version_id in self._tree.version_ids(key))
            return tuple(stored for stored in found if stored)

    def extend_retention(self, key: str, retain_until: datetime, *, version_id: str | None = None) -> StoredObject:
        """Lock a version, see ``ObjectStore.extend_retention``."""
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            with self._tree.locked(self._lock_timeout_s):
                stored = self._find(key, version_id)
                if stored is None or stored.version_id is None:
                    raise NotFoundError(what=key)
                until = to_lock_time(retain_until)
                if until and stored.retain_until and until < stored.retain_until:
                    raise StorageDeniedError(detail=f"the lock on {key} cannot be shortened")
                locked = replace(stored, retain_until=until, lock_mode=LOCK_MODE)
                self._tree.write_sidecar(locked, stored.version_id)
                return locked

    def read_lock(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Return a version with its lock, see ``ObjectStore.read_lock``."""
        return self.stat(key, version_id=version_id)

    def set_legal_hold(self, key: str, is_held: bool, *, version_id: str | None = None) -> StoredObject:
        """Put a legal hold on a version or take it off, see ``ObjectStore.set_legal_hold``."""
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            with self._tree.locked(self._lock_timeout_s):
                stored = self._find(key, version_id)
                if stored is None or stored.version_id is None:
                    raise NotFoundError(what=key)
                changed = replace(stored, is_held=is_held)
                self._tree.write_sidecar(changed, stored.version_id)
                return changed

    def delete(self, key: str, *, version_id: str | None = None) -> None:
        """Remove a version, see ``ObjectStore.delete``."""
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            with self._tree.locked(self._lock_timeout_s):
                stored = self._find(key, version_id)
                if stored is None or stored.version_id is None:
                    return
                if stored.is_locked(datetime.now(UTC)):
                    raise StorageDeniedError(detail=f"{key} is {_describe_lock(stored)}")
                self._tree.remove(key, stored.version_id)
                self._tree.refresh_view(key)

    def close(self) -> None:
        """Do nothing: no connection is held."""

    def _require_root(self) -> None:
        if not self._tree.versions.is_dir() or not self._tree.parts.is_dir():
            raise ConfigurationError(detail=f"{self._root} is not an object store; create it first")

    def _commit(self, stored: StoredObject, part: Path) -> StoredObject:
        with self._tree.locked(self._lock_timeout_s):
            version_id = self._tree.next_version_id(stored.key)
            data_path = self._tree.data_path(stored.key, version_id)
            make_folder(data_path.parent)
            part.rename(data_path)
            try:
                self._tree.write_sidecar(stored, version_id)
            except BaseException:
                with suppress(OSError):
                    self._tree.remove(stored.key, version_id)
                raise
            self._tree.refresh_view(stored.key)
        return replace(stored, version_id=version_id)

    def _find(self, key: str, version_id: str | None) -> StoredObject | None:
        if version_id is not None and not is_sidecar(f".{version_id}.json") | ("/" in version_id):
            return None
        if version_id is None:
            version_id = next(iter(self._tree.version_ids(key)), None)
        if version_id is None:
            return None
        try:
            return self._tree.read_sidecar(key, version_id)
        except FileNotFoundError:
            return None

    @contextmanager
    def _opened(self, key: str, version_id: str | None) -> Iterator[tuple[StoredObject, BinaryIO]]:
        validate_key(key)
        with os_errors_mapped(key):
            self._require_root()
            stored = self._find(key, version_id)
            if stored is None or stored.version_id is None:
                raise NotFoundError(what=key)
            path = self._tree.data_path(key, stored.version_id)
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError as error:
                raise IntegrityError(what=key, detail="its bytes are missing") from error
            with os.fdopen(descriptor, "rb") as stream:
                yield stored, stream

    def _keys_below(self, above: str, prefix: str) -> Iterator[str]:
        """Yield keys in the order of their letters, which the folders' own order is not: "a-b" stands before "a/b"."""
        folder = self._tree.folder(above) if above else self._tree.versions
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name[0] != "."]
        except (FileNotFoundError, NotADirectoryError):
            return
        keys = [f"{above}/{name}" if above else name for name in names]
        for name in sorted(keys + [key + "/" for key in keys]):
            if name.endswith("/"):
                if name.startswith(prefix) or prefix.startswith(name):
                    yield from self._keys_below(name[:-1], prefix)
            elif name.startswith(prefix) and self._tree.version_ids(name):
                yield name


def _told(chunks: Iterator[bytes], on_chunk: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        on_chunk(len(chunk))
        yield chunk


def _describe_lock(stored: StoredObject) -> str:
    if stored.is_held or stored.retain_until is None:
        return "under a legal hold"
    return f"locked until {stored.retain_until.isoformat()}"


def _require_digest(stored: StoredObject, found: str) -> None:
    if found != stored.sha256:
        raise IntegrityError(what=stored.key, detail=f"its SHA-256 is {found}, not {stored.sha256}")
