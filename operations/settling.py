"""Write down where a submission ends, and put a refused file aside with the reason beside it."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from catalog import Submission
from dossiers.dispatching import OUTAGES
from dossiers.errors import AlreadySignedError, InputError, SohoaError, StorageUnavailableError, UnreadablePathError
from dossiers.model import Actor, Outcome, SubmissionState
from dossiers.review import ReviewSubject, review_needed
from operations.incoming import SIGNATURE_REASONS
from operations.recording import try_to_write_record
from runtime.wiring import House
from storage.metadata import DocumentMetadata
from storage.quarantine import quarantine
from storage.records import ActorRecord
from storage.submissions import SubmissionRecord

_log = logging.getLogger("sohoa.settle")
_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)


class UnexpectedError(SohoaError):
    """A fault of the program itself, told without its details; those stand in the log. Facts: detail."""

    retryable = True


def settle_success(house: House, sha256: str, records: Sequence[DocumentMetadata], actor: Actor) -> SubmissionState:
    """Record that a submission's documents stand in the archive: all accepted, or one at least waiting for a person.

    The documents stand in the catalog already. A store that is away now hears of the end later.
    """
    waiting = [record for record in records if record.outcome is Outcome.NEEDS_REVIEW]
    state = SubmissionState.NEEDS_REVIEW if waiting else SubmissionState.ARCHIVED
    error: SohoaError | None = None
    submission = house.catalog.submissions.get(sha256)
    if waiting:
        error = review_needed([_to_subject(record) for record in waiting], is_only_document=len(records) == 1)
    if error and any(SIGNATURE_REASONS.intersection(record.review_reasons) for record in waiting):
        error = AlreadySignedError(name=submission.name, **error.facts)
        _put_aside(house, submission, error)
    house.catalog.submissions.mark(sha256, state, actor=actor, error=error)
    try_to_write_record(house, sha256)
    return state


def _to_subject(record: DocumentMetadata) -> ReviewSubject:
    return ReviewSubject(
        record.type_name, record.first_page, record.last_page, record.review_reasons, record.list_review_notes()
    )


def settle_failure(house: House, tried: Submission, error: Exception, actor: Actor) -> SubmissionState:
    """Record why a submission did not reach the archive and return its state.

    The file's own fault (InputError) rejects it: a copy goes to the quarantine with the reason beside it. Any other error
    leaves it FAILED: the original is kept and can be replayed.

    ``tried`` is the submission as it stood when the attempt began. A failure that comes late, when it stands elsewhere by
    now or another attempt began, as after the lease of a slow machine ran out, is told in the log and changes nothing.
    """
    told = error if isinstance(error, SohoaError) else UnexpectedError(detail=type(error).__name__)
    sha256 = tried.scan_sha256
    state = SubmissionState.REJECTED if isinstance(told, InputError) else SubmissionState.FAILED
    submission = house.catalog.submissions.mark(
        sha256, state, actor=actor, error=told, expected=(tried.state,), attempt=tried.attempts
    )
    if submission.state is not state or submission.attempts != tried.attempts:
        _log.warning("too late to count, %s stands as %s: %s [%s]", tried.name, submission.state, told.message_en, told.code)
        return submission.state
    _log.warning("%s %s: %s [%s]", state.value, submission.name, told.message_en, told.code)
    try_to_write_record(house, sha256)
    if state is SubmissionState.REJECTED:  # its bytes stand in the originals bucket and, from here on, in the quarantine
        _put_aside(house, submission, told)
        shutil.rmtree(house.work_folder(sha256), ignore_errors=True)
    return state


def settle_failed_try(
    house: House, tried: Submission, error: Exception, actor: Actor, sleep: Callable[[float], object] = time.sleep
) -> SubmissionState:
    """Record why a try failed, see ``settle_failure``, and take it back where an outage is to blame.

    A catalog that is away is asked again for about a minute: what it does not hear of would count against the scan. Raises
    StorageUnavailableError when it stays away.
    """
    pauses_s = iter(_PAUSES_S)
    while True:
        try:
            state = settle_failure(house, tried, error, actor)
            if isinstance(error, SohoaError) and error.code in OUTAGES:
                house.catalog.dispatches.forgive(tried.scan_sha256)
        except StorageUnavailableError:
            pause_s = next(pauses_s, None)
            if pause_s is None:
                raise
            sleep(pause_s)
        else:
            return state


def quarantine_refused(house: House, path: Path, error: SohoaError) -> bool:
    """Put a copy of a file that is at fault aside with the reason beside it, and say whether it lies there.

    What cannot be read is only told.
    """
    if not isinstance(error, InputError) or isinstance(error, UnreadablePathError):
        return False
    try:
        quarantine(path, house.quarantine_dir, error, datetime.now(UTC), move=False)
    except SohoaError as refusal:
        _log.error("%s stays where it is, its copy cannot be put aside: %s", path, refusal.message_en)
        return False
    return True


def _put_aside(house: House, submission: Submission, error: SohoaError) -> None:
    """Put the scan's local copy into the quarantine; the original also stands in the originals bucket."""
    original = house.work_folder(submission.scan_sha256) / "original"
    try:
        quarantine(original, house.quarantine_dir, error, submission.received_at, move=False, name=submission.name)
    except SohoaError as refusal:
        _log.error("%s cannot be put aside: %s", submission.name, refusal.message_en)


def record_arrival(
    house: House, sha256: str, *, name: str, path: str, size_bytes: int, dossier_number: str | None, at: datetime, actor: Actor
) -> None:
    """Tell the store of a file that is about to be written down, so that its name and number never hang on the catalog alone.

    Raises StorageUnavailableError and its kin.
    """
    house.archive.record_submission(
        SubmissionRecord(
            sha256=sha256,
            name=name,
            path=path,
            size_bytes=size_bytes,
            dossier_number=dossier_number,
            state=SubmissionState.RECEIVED,
            received_at=at,
            updated_at=at,
            actor=ActorRecord.of(actor),
        ),
        is_first=True,
    )
