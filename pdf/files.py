"""Digests of files, files that appear whole, and what a failing disk is called."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from dossiers.errors import StorageFullError, StorageUnavailableError


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hex, reading it piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_atomically(temporary: Path, target: Path) -> None:
    """Flush a finished file to the disk and give it its name."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(target)


def name_disk_fault(error: OSError, place: Path) -> StorageUnavailableError:
    """Return the domain's error for a disk that does not take or give what it should."""
    detail = f"{place}: {error.strerror or error}"
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return StorageFullError(detail=detail) if full else StorageUnavailableError(detail=detail)
