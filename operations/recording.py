"""Tell the store how submissions stand: the record beside each original, from which the catalog can be rebuilt.

The catalog hears of a change first and notes, in the same transaction, that the store is to be told: see
``catalog.record_outbox``. Whoever made the change tells the store at once; when that fails, or its process is killed, whoever
comes by does it later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from catalog import DueRecord
from catalog import Sighting as SeenAgain
from dossiers.errors import IntegrityError, SohoaError, StorageDeniedError, StorageFullError, StorageUnavailableError
from operations.locking import recording_scan
from runtime.wiring import House
from storage.records import ActorRecord
from storage.submissions import Sighting, SubmissionError, SubmissionRecord

_log = logging.getLogger("sohoa.records")


def write_record(house: House, sha256: str) -> None:
    """Write a submission's record into the store if it may not have heard of its present standing; else do nothing.

    Raises StorageUnavailableError and its kin, IntegrityError when no record can be made; the record then stays due.
    """
    with recording_scan(house, sha256):
        due = house.catalog.record_outbox.find(sha256)
        if due is not None:
            house.archive.renew_submission(_compose(due))
            house.catalog.record_outbox.take_out(due)


def try_to_write_record(house: House, sha256: str) -> None:
    """Write a submission's record as ``write_record`` does; what cannot be written now is told in the log and stays due."""
    try:
        write_record(house, sha256)
    except SohoaError as error:
        _log.warning("the store has not heard of submission %s yet: %s [%s]", sha256, error.message_en, error.code)


@dataclass(slots=True)
class RecordWriter:
    """Writes the records that are due, again and again. What cannot be written is told once and keeps nothing else waiting."""

    house: House
    _told: set[str] = field(default_factory=set)
    _is_away: bool = False

    def write(self, *, min_age: timedelta = timedelta(0), limit: int | None = None) -> int:
        """Write what has been due for so long, oldest first, and return how many records; never raises a SohoaError.

        A store or catalog that is away is asked again at the next call.
        """
        written = 0
        try:
            for sha256 in self.house.catalog.record_outbox.list_due(min_age=min_age, limit=limit):
                written += self._write(sha256)
        except SohoaError as error:
            level = logging.DEBUG if self._is_away else logging.WARNING
            _log.log(level, "the store is not told how submissions stand: %s [%s]", error.message_en, error.code)
            self._is_away = True
        else:
            self._is_away = False
        return written

    def _write(self, sha256: str) -> bool:
        """Write one record and say whether it stands. Raises what keeps every other from being written as well."""
        try:
            write_record(self.house, sha256)
        except (StorageFullError, StorageDeniedError):
            raise
        except SohoaError as error:
            if isinstance(error, StorageUnavailableError):
                self.house.archive.check()
            self.house.catalog.record_outbox.put_off(sha256)  # it is this scan alone: the others go first
            level = logging.DEBUG if sha256 in self._told else logging.WARNING
            _log.log(level, "no record of submission %s: %s [%s]", sha256, error.message_en, error.code)
            self._told.add(sha256)
            return False
        self._told.discard(sha256)
        return True


def _compose(due: DueRecord) -> SubmissionRecord:
    submission, error = due.submission, None
    try:
        if submission.error_code is not None:
            error = SubmissionError(
                code=submission.error_code, message_vi=submission.error_vi or "", message_en=submission.error_en or ""
            )
        return SubmissionRecord(
            sha256=submission.scan_sha256,
            name=submission.name,
            path=submission.path,
            size_bytes=submission.size_bytes,
            dossier_number=submission.dossier_number,
            state=submission.state,
            error=error,
            document_ids=due.document_ids,
            sightings=tuple(_to_sighting(seen) for seen in due.sightings),
            received_at=submission.received_at,
            updated_at=submission.updated_at,
            actor=ActorRecord.of(submission.actor),
        )
    except ValueError as refusal:
        raise IntegrityError(what=f"submission {submission.scan_sha256}", detail="no record can be made of it") from refusal


def _to_sighting(seen: SeenAgain) -> Sighting:
    return Sighting(
        name=seen.name,
        path=seen.path,
        dossier_number=seen.dossier_number,
        outcome=seen.outcome,
        seen_at=seen.seen_at,
        actor=ActorRecord(id=seen.actor_id),
    )


def sightings_of(house: House, sha256: str) -> tuple[Sighting, ...]:
    """Return the further files with the bytes of a submission, as they are recorded. Raises NotFoundError."""
    return tuple(_to_sighting(seen) for seen in house.catalog.submissions.list_sightings(sha256))
