"""Take a file in: copy its bytes, keep the original, write the submission down. Only then may it leave its folder."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from dossiers.errors import EmptyFileError, SohoaError, TooLargeError, UnreadablePathError
from dossiers.model import Actor, SubmissionState
from operations.paths import FoundScan
from operations.settling import settle_failure
from operations.workfiles import storage_error
from runtime.wiring import House

_CHUNK_BYTES = 1 << 20
_SETTLED = (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW, SubmissionState.REJECTED)


@dataclass(frozen=True, slots=True)
class Received:
    """A file taken in. ``is_settled``: its bytes came to their end before, so there is nothing to do."""

    sha256: str
    state: SubmissionState
    is_settled: bool


def receive(house: House, scan: FoundScan, actor: Actor) -> Received:
    """Keep a file's bytes in the originals bucket and write its submission down.

    Raises UnreadablePathError, EmptyFileError or TooLargeError when it is no scan to take in, StorageUnavailableError and
    its kin when it could not be kept: then nothing was taken and the file stays where it is.
    """
    now = datetime.now(UTC)
    copy, sha256, size_bytes = _copy_in(house, scan)
    receipt = house.catalog.submissions.receive(
        sha256,
        name=scan.name,
        path=str(scan.path),
        size_bytes=size_bytes,
        dossier_number=scan.dossier_number,
        actor=actor,
        at=now,
    )
    if not receipt.is_new and receipt.submission.state in _SETTLED:
        copy.unlink(missing_ok=True)
        return Received(sha256, receipt.submission.state, is_settled=True)
    try:
        house.archive.keep_original(copy, sha256, scan.name, now, actor)
        if size_bytes == 0:
            raise EmptyFileError(name=scan.name)
    except SohoaError as error:
        settle_failure(house, sha256, error, actor)
        raise
    return Received(sha256, SubmissionState.RECEIVED, is_settled=False)


def original_copy(house: House, sha256: str) -> Path:
    """Return a local copy of a scan's original bytes, fetched from the originals bucket when it is no longer here."""
    path = _copy_path(house, sha256)
    if not path.exists():
        house.archive.open_original(sha256, path)
    return path


def _copy_in(house: House, scan: FoundScan) -> tuple[Path, str, int]:
    """Copy the file's bytes once, hashing them on the way, so that what is kept is what was hashed."""
    part = house.work_dir / f".incoming-{os.getpid()}-{id(scan)}.part"
    limit = house.limits.max_bytes
    try:
        with _open_regular(scan) as source, part.open("wb") as target:
            digest = hashlib.sha256()
            size = 0
            while chunk := source.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > limit:
                    raise TooLargeError(name=scan.name, detail=f"> {limit // (1 << 20)} MB")
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        sha256 = digest.hexdigest()
        copy = _copy_path(house, sha256)
        part.replace(copy)
    except OSError as error:
        raise storage_error(error, part) from error
    finally:
        part.unlink(missing_ok=True)
    return copy, sha256, size


def _copy_path(house: House, sha256: str) -> Path:
    return house.work_folder(sha256) / "original"


def _open_regular(scan: FoundScan) -> BufferedReader:
    try:
        descriptor = os.open(scan.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadablePathError(name=str(scan.path), detail=error.strerror) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadablePathError(name=str(scan.path), detail="not a regular file")
    return os.fdopen(descriptor, "rb")
