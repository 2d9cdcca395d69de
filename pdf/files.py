"""Digests of files, and files that appear whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hex, reading it piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_atomically(temporary: Path, target: Path) -> None:
    """Flush a finished file to the disk and give it its name."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(target)
