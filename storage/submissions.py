"""The record of what became of a handed-in file: ``submission.json`` beside its original bytes. Pure.

The catalog's rows on submissions are rebuilt from these records and from nothing else.
"""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from dossiers.model import Outcome, SubmissionState
from storage.records import ActorRecord, HistoryEvent, Record

SUBMISSION_SCHEMA_VERSION = 1


class SubmissionError(Record):
    """Why a file was rejected or failed: a stable code and one sentence in each language."""

    code: str
    message_vi: str
    message_en: str


class Sighting(Record):
    """The same bytes handed in once more. Each is a duplicate in the count of files seen."""

    name: str
    path: str = ""
    dossier_number: str | None = None
    outcome: Outcome = Outcome.DUPLICATE
    seen_at: AwareDatetime
    actor: ActorRecord


class PartOfScan(Record):
    """A submission made of pages of a scan: the digest of its bytes, what it is called, and its dossier."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    path: str
    dossier_number: str | None = None


class SubmissionRecord(Record):
    """What became of a handed-in file. ``sha256`` is hex; ``original_key`` is None while its bytes are not stored.

    ``history`` and ``sightings`` are append-only. ``parts`` are the submissions into which a rearranged scan went.
    """

    schema_version: int = SUBMISSION_SCHEMA_VERSION
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: str
    path: str = ""
    size_bytes: int = Field(ge=0)
    original_key: str | None = None
    dossier_number: str | None = None
    state: SubmissionState
    error: SubmissionError | None = None
    attempts: int = Field(default=1, ge=0)
    flow_run_id: str | None = None
    page_count: int | None = None
    document_ids: tuple[str, ...] = ()
    received_at: AwareDatetime
    updated_at: AwareDatetime
    actor: ActorRecord
    quarantine_path: str | None = None
    sightings: tuple[Sighting, ...] = ()
    history: tuple[HistoryEvent, ...] = ()
    parts: tuple[PartOfScan, ...] = ()


def dump_submission(record: SubmissionRecord) -> bytes:
    """Return the record as JSON: UTF-8, NFC, sorted names."""
    return record.to_json()


def parse_submission(data: bytes, what: str) -> SubmissionRecord:
    """Read a record back. Raises ``IntegrityError`` when it is damaged or of a schema we do not know."""
    return SubmissionRecord.from_json(data, what, SUBMISSION_SCHEMA_VERSION)
