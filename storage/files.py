"""Files that appear whole or not at all, and the system's errors in our own words."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from dossiers.errors import (
    NotFoundError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
    UnreadablePathError,
)
from storage.object_store import CHUNK_BYTES

PART_PREFIX = ".part-"
"""How the names of files in the making begin."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP, errno.ENAMETOOLONG})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})


def map_os_error(error: OSError, what: str) -> SohoaError:
    """Return the error of our own for one of the system's. ``what`` names the object, never a secret.

    No space, quota or file-size limit: ``StorageFullError``. No permission, read-only: ``StorageDeniedError``. No such
    file: ``NotFoundError``. Anything else, such as an input/output error: ``StorageUnavailableError``.
    """
    detail = f"{what}: {os.strerror(error.errno)}" if error.errno is not None else f"{what}: {type(error).__name__}"
    if error.errno in _FULL:
        return StorageFullError(detail=detail)
    if error.errno in _DENIED:
        return StorageDeniedError(detail=detail)
    if error.errno in _ABSENT:
        return NotFoundError(what=what)
    return StorageUnavailableError(detail=detail)


@contextmanager
def os_errors_mapped(what: str) -> Iterator[None]:
    """Turn the system's errors within the block into ours."""
    try:
        yield
    except OSError as error:
        raise map_os_error(error, what) from error


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of a stream, a megabyte at a time."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def chunks_of(data: bytes | Path) -> Iterator[bytes]:
    """Yield bytes, or a file's, a megabyte at a time. Raises ``UnreadablePathError`` when the file cannot be read."""
    if isinstance(data, bytes):
        for start in range(0, len(data), CHUNK_BYTES):
            yield data[start : start + CHUNK_BYTES]
        return
    with open_source(data) as stream:
        while chunk := _read_source(stream, data):
            yield chunk


def open_source(path: Path) -> BinaryIO:
    """Open a file that is to be stored. Raises ``UnreadablePathError``: the fault is not the store's."""
    try:
        return path.open("rb")
    except OSError as error:
        raise UnreadablePathError(name=path.name, detail=error.strerror or type(error).__name__) from error


def _read_source(stream: BinaryIO, path: Path) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise UnreadablePathError(name=path.name, detail=error.strerror or type(error).__name__) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes. Raises ``OSError``."""
    with path.open("rb") as stream:
        return hash_chunks(read_chunks(stream))


def hash_chunks(chunks: Iterable[bytes]) -> str:
    """Return the SHA-256 (hex) of bytes that come in pieces."""
    sha = hashlib.sha256()
    for chunk in chunks:
        sha.update(chunk)
    return sha.hexdigest()


def write_synced(path: Path, chunks: Iterable[bytes], mode: int = 0o600) -> str:
    """Write a new file to the disk itself and return the SHA-256 (hex) of what was written.

    A file that cannot be finished is removed. Raises ``OSError``, also when the path exists.
    """
    sha = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            for chunk in chunks:
                sha.update(chunk)
                _write_all(stream.fileno(), chunk)
            os.fsync(stream.fileno())
            # The pages leave the cache, so that a read-back comes from the disk where the system allows it.
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return sha.hexdigest()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def replace_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Give a file new content, so that any reader at any time sees the old or the new whole. Raises ``OSError``."""
    part = part_path(path.parent)
    write_synced(part, (data,), mode)
    try:
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


def copy_atomically(source: Path, path: Path, mode: int = 0o600) -> None:
    """Copy a file so that it appears whole or not at all, in bounded memory. Raises ``OSError``."""
    part = part_path(path.parent)
    with source.open("rb") as stream:
        write_synced(part, read_chunks(stream), mode)
    try:
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


def part_path(folder: Path) -> Path:
    """Return a path for a file in the making, which nobody else uses."""
    return folder / f"{PART_PREFIX}{secrets.token_hex(16)}"


def make_folder(path: Path, mode: int = 0o700) -> None:
    """Create a folder and those above it, each written to the disk. Raises ``OSError``."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    with suppress(FileExistsError):
        path.mkdir(mode=mode)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make sure that the names in a folder are on the disk. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # network file systems that cannot sync a folder
            raise
    finally:
        os.close(descriptor)
