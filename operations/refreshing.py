"""New time stamps over archived documents before the newest one they have ages (PAdES B-LTA, ETSI EN 319 142-1, 5.5).

Each document is done whole or not at all, and the next run finds what is left: a document's metadata says how long its newest
stamp holds. A PDF that an interrupted run stored and did not get to name is taken up, not made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from dossiers.errors import ConfigurationError, NotFoundError, SohoaError
from dossiers.model import Actor
from dossiers.trail import TrailAction
from operations.locking import handling_scan, working
from operations.results import ErrorFacts
from operations.trail import record_event
from pdf.document_stamps import find_newest_stamp
from pdf.long_term import Assurance
from pdf.renewal import RenewedPdf, ask_reliability, is_renewal_of, renew_stamp
from runtime.wiring import House
from storage import keys
from storage.metadata import DocumentMetadata, to_catalog_entry

RESTAMPED = "restamped"
"""The event in a document's history."""


class Refreshment(StrEnum):
    """What became of a document whose stamp ages."""

    DUE = "due"  # a dry run would renew it
    RENEWED = "renewed"
    POINTLESS = "pointless"  # the authority's stamp of today would hold no longer than the one that is there
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefreshedDocument:
    """One document whose newest time stamp ages within the window. ``until`` is how long the newest one holds now."""

    document_id: str
    outcome: Refreshment
    was_until: datetime | None
    until: datetime | None
    error: ErrorFacts | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "document_id": self.document_id,
            "outcome": self.outcome.value,
            "was_until": self.was_until.isoformat() if self.was_until else None,
            "until": self.until.isoformat() if self.until else None,
            "error": self.error.to_json() if self.error else None,
        }


def refresh_timestamps(
    house: House, within: timedelta, actor: Actor, *, is_dry_run: bool = False
) -> Iterator[RefreshedDocument]:
    """Give each document whose newest time stamp ages within a time a new one, and yield it; others are passed over.

    A document at fault is told and passed over. Raises ``ConfigurationError`` without a time-stamping authority, and what a
    later try mends (``TimestampError``, ``RevocationUnavailableError``, ``StorageUnavailableError``): all others would fail.
    """
    assurance = _require_assurance(house)
    deadline = datetime.now(UTC) + within
    todays = None if is_dry_run else ask_reliability(assurance.timestamper) if assurance.timestamper else None
    for record in house.archive.iter_documents():
        if record.pdf.level is None:  # signed by others: archived untouched
            continue
        try:
            found = _refresh(house, record, assurance, deadline, todays, actor)
        except SohoaError as error:
            if error.retryable:
                raise
            until = record.pdf.stamped_until
            found = RefreshedDocument(record.document_id, Refreshment.FAILED, until, until, ErrorFacts.of(error))
        if found is not None:
            yield found


def count_outcomes(documents: list[RefreshedDocument]) -> dict[str, int]:
    """Return how many documents came to which end."""
    counts = Counter(document.outcome for document in documents)
    return {outcome.value: counts[outcome] for outcome in Refreshment}


def _require_assurance(house: House) -> Assurance:
    assurance = house.assurance
    if assurance.timestamper is None:
        raise ConfigurationError(detail="new time stamps need signing.timestamp_url")
    return assurance


def _refresh(
    house: House,
    record: DocumentMetadata,
    assurance: Assurance,
    deadline: datetime,
    todays: datetime | None,
    actor: Actor,
) -> RefreshedDocument | None:
    until = record.pdf.stamped_until
    if until is None and not (record.pdf.level and record.pdf.level.is_stamped):
        return None
    if until is not None and until > deadline:
        if todays is not None:
            _mend_catalog(house, record)
        return None
    if todays is None:
        return RefreshedDocument(record.document_id, Refreshment.DUE, until, until)
    if until is not None and todays <= until:
        return RefreshedDocument(record.document_id, Refreshment.POINTLESS, until, until)
    with working(house), handling_scan(house, record.scan_sha256), house.temporary_folder() as folder:
        return _renew(house, record, assurance, deadline, folder, actor)


def _renew(
    house: House, found: DocumentMetadata, assurance: Assurance, deadline: datetime, folder: Path, actor: Actor
) -> RefreshedDocument | None:
    record = house.archive.find_document(found.dossier_number, found.document_id)
    if record is None or record.superseded_by is not None or record.pdf.sha256 != found.pdf.sha256:
        return None  # somebody else was at it meanwhile
    path = folder / "document.pdf"
    house.archive.read_pdf(record, path)
    if record.pdf.stamped_until is None:  # from before the metadata said so
        stamp = find_newest_stamp(path)
        if stamp is None or stamp.reliable_until > deadline:
            return None
    renewed = _find_unfinished(house, record, path, assurance) or renew_stamp(path, folder / "renewed.pdf", assurance)
    pdf = record.pdf.model_copy(
        update={
            "key": keys.pdf_key(record.dossier_number, record.document_id, renewed.sha256),
            "sha256": renewed.sha256,
            "level": renewed.level,
            "stamped_until": renewed.stamped_until,
        }
    )
    digests = {"pdf_sha256": renewed.sha256, "was": record.pdf.sha256}
    record_event(house, actor, TrailAction.TIMESTAMP, record.document_id, digests)
    stored = house.archive.renew_pdf(record, renewed.path, pdf, actor, RESTAMPED)
    if house.custody.list_holds_of(stored.dossier_number, stored.document_id):
        house.keeping.hold_document(stored, is_held=True)  # the new versions as well
    _mend_catalog(house, stored)
    return RefreshedDocument(record.document_id, Refreshment.RENEWED, record.pdf.stamped_until, renewed.stamped_until)


def _find_unfinished(house: House, record: DocumentMetadata, path: Path, assurance: Assurance) -> RenewedPdf | None:
    """Return the renewed PDF that an interrupted run stored without getting to name it."""
    for number, other in enumerate(house.archive.list_other_pdfs(record)):
        candidate = path.with_name(f"other-{number}.pdf")
        try:
            house.archive.read_other_pdf(other.key, candidate)
        except SohoaError as error:
            if error.retryable:
                raise
            continue
        renewed = is_renewal_of(candidate, path, assurance)
        if renewed is not None and keys.pdf_key(record.dossier_number, record.document_id, renewed.sha256) == other.key:
            return renewed
        candidate.unlink()
    return None


def _mend_catalog(house: House, record: DocumentMetadata) -> None:
    """Let the catalog name the PDF that the metadata name; an interrupted run may not have come so far."""
    if not any(event.what == RESTAMPED for event in record.history):
        return
    try:
        if house.catalog.documents.get(record.document_id).pdf_sha256 == record.pdf.sha256:
            return
    except NotFoundError:
        pass
    house.catalog.documents.upsert(to_catalog_entry(record, house.archive.read_words(record)))
