"""Take a file in: copy its bytes, keep the original, write the submission down. Only then may it leave its folder."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from catalog import Receipt, Submission
from catalog.submission_records import make_storable
from dossiers.errors import EmptyFileError, SohoaError, TooLargeError, UnreadablePathError
from dossiers.model import Actor, SubmissionState
from dossiers.trail import Detail, TrailAction
from operations.locking import handling_scan
from operations.paths import FoundScan
from operations.recording import try_to_write_record, write_record
from operations.settling import record_arrival, settle_failure
from operations.trail import record_event
from runtime.wiring import House
from storage.files import os_errors_mapped, part_path, read_chunks, write_synced
from storage.inbox import open_inside

SETTLED = (
    SubmissionState.ARCHIVED,
    SubmissionState.NEEDS_REVIEW,
    SubmissionState.REJECTED,
    SubmissionState.REARRANGED,
)


@dataclass(frozen=True, slots=True)
class Received:
    """A file whose bytes are known. ``is_settled``: there is nothing more to do for now.

    Either the bytes came to their end before, or this file just did: it is empty, or the store could not take it.
    """

    sha256: str
    state: SubmissionState
    is_settled: bool


def receive(house: House, scan: FoundScan, actor: Actor, on_digest: Callable[[str], None] = lambda _sha256: None) -> Received:
    """Keep a file's bytes in the originals bucket, and only then write its submission down, so that whoever finds the
    submission finds the bytes, on any machine.

    ``on_digest`` is called with the bytes' digest before anything is written down. Raises UnreadablePathError or
    TooLargeError when its bytes cannot be taken, StorageUnavailableError and its kin when they cannot even be copied or
    written down here: then nothing was taken and the file stays where it is.
    """
    now = datetime.now(UTC)
    with copied_in(house, scan) as (copy, sha256):
        on_digest(sha256)
        known = house.catalog.submissions.find(sha256)
        is_told = known is not None and known.state in SETTLED
        if known is not None and is_told:
            _record_ingest(house, scan, sha256, known.size_bytes, actor)
            seen = _see_again(house, _write_down(house, scan, sha256, known.size_bytes, actor, now), scan, actor, now)
            if seen.is_settled:
                return seen
        with handling_scan(house, sha256):
            return _take(house, scan, copy, sha256, actor, now, is_told=is_told)


def _take(
    house: House, scan: FoundScan, copy: Path, sha256: str, actor: Actor, now: datetime, *, is_told: bool = False
) -> Received:
    """Keep bytes that did not come to their end yet, and write down where they stand; ``is_told``: the trail knows already."""
    size_bytes = copy.stat().st_size
    with os_errors_mapped("work folder"):
        copy.replace(_copy_path(house, sha256))
    known = house.catalog.submissions.find(sha256)
    fault = _keep(house, scan, sha256, size_bytes, actor, now, is_new=known is None)
    if fault is not None and known is not None and known.path != make_storable(scan.told_path):
        raise fault  # a further file with these bytes: it is counted once it can be taken
    if not is_told and (fault is None or known is None):  # one that waits for the store is tried again and again
        _record_ingest(house, scan, sha256, size_bytes, actor)
    receipt = _write_down(house, scan, sha256, size_bytes, actor, now)
    if receipt.submission.state in SETTLED:  # another process was first
        shutil.rmtree(house.work_folder(sha256), ignore_errors=True)
        return _see_again(house, receipt, scan, actor, now)
    if receipt.is_duplicate:
        write_record(house, sha256)
    state = _settle(house, receipt.submission, fault, actor)
    return Received(sha256, state, is_settled=state is not SubmissionState.RECEIVED)


def _record_ingest(house: House, scan: FoundScan, sha256: str, size_bytes: int, actor: Actor) -> None:
    details: dict[str, Detail] = {"size_bytes": size_bytes, "dossier_number": scan.dossier_number or ""}
    record_event(house, actor, TrailAction.INGEST, sha256, details)


def _write_down(house: House, scan: FoundScan, sha256: str, size_bytes: int, actor: Actor, now: datetime) -> Receipt:
    return house.catalog.submissions.receive(
        sha256,
        name=scan.name,
        path=scan.told_path,
        size_bytes=size_bytes,
        dossier_number=scan.dossier_number,
        actor=actor,
        at=now,
    )


def _see_again(house: House, receipt: Receipt, scan: FoundScan, actor: Actor, now: datetime) -> Received:
    """Go on with bytes that came to their end before: one more sighting of them, or another try under this name."""
    submission = receipt.submission
    if receipt.is_duplicate and _is_worth_another_try(house, submission, scan):
        submission = house.catalog.submissions.retake(submission.scan_sha256, path=scan.told_path, actor=actor, at=now)
        try_to_write_record(house, submission.scan_sha256)
        return Received(submission.scan_sha256, submission.state, is_settled=False)
    if receipt.is_duplicate:
        write_record(house, submission.scan_sha256)
    return Received(submission.scan_sha256, submission.state, is_settled=True)


def _settle(house: House, submission: Submission, fault: SohoaError | None, actor: Actor) -> SubmissionState:
    """Write down where the file stands, now that its bytes are kept or could not be."""
    if fault is None and submission.size_bytes == 0:
        fault = EmptyFileError(name=submission.name)
    if fault is not None:
        return settle_failure(house, submission, fault, actor)
    if submission.state is SubmissionState.FAILED:  # what failed before is to be taken up like anything else
        house.catalog.submissions.mark(submission.scan_sha256, SubmissionState.RECEIVED, actor=actor, detail="taken up again")
    return SubmissionState.RECEIVED


def retake(house: House, scan: FoundScan, sha256: str, actor: Actor) -> None:
    """Take up a further file of this run whose bytes were rejected under another name, such as one with a wrong ending."""
    house.catalog.submissions.retake(sha256, path=scan.told_path, actor=actor)
    try_to_write_record(house, sha256)


def _is_worth_another_try(house: House, submission: Submission, scan: FoundScan) -> bool:
    """Say whether bytes that were seen before may now come to another end.

    A rejected file may bear its right name now, or a limit may have been raised; one that was kept without a dossier
    number may bear one now.
    """
    if submission.state is SubmissionState.REJECTED:
        return True
    if submission.state is not SubmissionState.NEEDS_REVIEW or scan.dossier_number is None:
        return False
    entries = house.catalog.documents.list_of_scan(submission.scan_sha256)
    return bool(entries) and all(entry.dossier_number is None for entry in entries)


def _keep(
    house: House, scan: FoundScan, sha256: str, size_bytes: int, actor: Actor, now: datetime, *, is_new: bool
) -> SohoaError | None:
    """Store the original and, for a new one, what is known of it; return what went wrong, if anything."""
    try:
        house.archive.keep_original(_copy_path(house, sha256), sha256, scan.name, now, actor)
        if is_new:
            record_arrival(
                house,
                sha256,
                name=scan.name,
                path=make_storable(scan.told_path),
                size_bytes=size_bytes,
                dossier_number=scan.dossier_number,
                at=now,
                actor=actor,
            )
    except SohoaError as error:
        return error
    return None


def original_copy(house: House, sha256: str) -> Path:
    """Return a local copy of a scan's original bytes, fetched from the originals bucket when it is no longer here."""
    path = _copy_path(house, sha256)
    if not path.exists():
        house.archive.open_original(sha256, path)
    return path


@contextmanager
def copied_in(house: House, scan: FoundScan) -> Iterator[tuple[Path, str]]:
    """Copy the file's bytes once, hashing them on the way, so that what is kept is what was hashed.

    Yields the copy and its SHA-256; a copy that nobody moved away is removed in the end.
    """
    part = part_path(house.work_dir)
    try:
        with _open_regular(scan) as source, os_errors_mapped("work folder"):
            sha256 = write_synced(part, _limit(read_chunks(source), scan.name, house.limits.max_bytes))
        yield part, sha256
    finally:
        part.unlink(missing_ok=True)


def _limit(chunks: Iterator[bytes], name: str, max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeError(name=name, detail=f"> {max_bytes // (1 << 20)} MB")
        yield chunk


def _copy_path(house: House, sha256: str) -> Path:
    return house.work_folder(sha256) / "original"


def _open_regular(scan: FoundScan) -> BufferedReader:
    if scan.inbox is not None:
        return open_inside(scan.inbox, scan.path.relative_to(scan.inbox).parts)
    try:
        descriptor = os.open(scan.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadablePathError(name=str(scan.path), detail=error.strerror) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadablePathError(name=str(scan.path), detail="not a regular file")
    return os.fdopen(descriptor, "rb")
