"""How long a dossier is kept: what it is computed from, and the locks that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dossiers.codes import ProcedureCode
from dossiers.errors import InvalidCodeError
from dossiers.model import Actor, CatalogEntry, Outcome
from dossiers.retention import (
    RetentionTerm,
    end_of_retention,
    find_term,
    has_ended,
    lock_end,
    needs_renewal,
)
from dossiers.scan_verdict import VIETNAM_TIME
from dossiers.trail import TrailAction
from operations.locking import handling_dossier
from operations.trail import record_event
from runtime.wiring import House
from storage.custody import DossierRecord
from storage.keeping import LockReceipt
from storage.metadata import DocumentMetadata
from storage.records import ActorRecord, HistoryEvent


@dataclass(frozen=True, slots=True)
class DossierRetention:
    """How long a dossier is kept. ``term`` is None where no rule says; ``last_day`` is None for ever, or while it is not known.

    ``extended`` counts the documents whose locks were made longer just now.
    """

    record: DossierRecord
    term: RetentionTerm | None
    last_day: date | None
    documents: int
    extended: int = 0

    @property
    def has_ended(self) -> bool:
        return has_ended(self.term, self.record.ended_on, today())

    def to_json(self) -> dict[str, Any]:
        return {
            "dossier_number": self.record.dossier_number,
            "procedure": self.record.procedure,
            "ended_on": self.record.ended_on.isoformat() if self.record.ended_on else None,
            "maintenance": self.term.code if self.term else None,
            "years": self.term.years if self.term else None,
            "is_permanent": self.term.is_permanent if self.term else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "has_ended": self.has_ended,
            "documents": self.documents,
            "extended": self.extended,
        }


def set_dossier(
    house: House, dossier_number: str, actor: Actor, *, procedure: str | None = None, ended_on: date | None = None
) -> DossierRetention:
    """Write down a dossier's procedure or the day on which its work ended, and lock what is accepted as long as follows.

    No lock is ever made shorter. Raises InvalidCodeError for a code that is none, StorageUnavailableError and its kin.
    """
    if ended_on is not None and ended_on > today():
        raise InvalidCodeError(value=ended_on.isoformat(), kind="ngày kết thúc, còn ở tương lai (day still to come)")
    code = str(ProcedureCode.parse(procedure)) if procedure is not None else None
    with handling_dossier(house, dossier_number):
        record = house.custody.find_dossier(dossier_number)
        changed = {name: value for name, value in (("procedure", code), ("ended_on", ended_on)) if value is not None}
        detail = ", ".join(f"{name} {getattr(record, name)} -> {value}" for name, value in changed.items())
        event = HistoryEvent(at=datetime.now(UTC), actor=ActorRecord.of(actor), what="dossier_set", detail=detail)
        record = record.model_copy(update={**changed, "history": (*record.history, event)})
        record_event(house, actor, TrailAction.LOCK, dossier_number, {name: str(value) for name, value in changed.items()})
        house.custody.keep_dossier(record)
        return lock_dossier(house, dossier_number, actor)


def show_dossier(house: House, dossier_number: str, actor: Actor) -> DossierRetention:
    """Return how long a dossier is kept, and write into the trail that somebody looked."""
    record_event(house, actor, TrailAction.READ, dossier_number, {"what": "dossier"})
    return describe_retention(house, dossier_number, actor)


def describe_retention(house: House, dossier_number: str, actor: Actor) -> DossierRetention:
    """Return how long a dossier is kept, as things stand."""
    del actor
    record, entries = house.custody.find_dossier(dossier_number), house.catalog.documents.list_of_dossier(dossier_number)
    term = _term(house, record, _types(entries))
    last_day = end_of_retention(term, record.ended_on) if term and record.ended_on else None
    return DossierRetention(record, term, last_day, len(entries))


def lock_dossier(house: House, dossier_number: str, actor: Actor, more_types: Iterable[str] = ()) -> DossierRetention:
    """Lock every accepted document of a dossier for as long as the dossier is kept; none is made shorter.

    ``more_types`` are those of papers that are not in the catalog yet.
    """
    found = describe_retention(house, dossier_number, actor)
    until = lock_end_of(house, dossier_number, more_types)
    extended = 0
    for entry in house.catalog.documents.list_of_dossier(dossier_number):
        metadata = house.archive.find_document(entry.dossier_number, entry.document_id)
        if until is not None and metadata is not None and metadata.outcome is Outcome.ARCHIVED:
            extended += house.keeping.lock_document(metadata, until)
    return DossierRetention(found.record, found.term, found.last_day, found.documents, extended)


def lock_end_of(house: House, dossier_number: str | None, more_types: Iterable[str] = ()) -> datetime | None:
    """Return until when the documents of a dossier are locked, with papers of ``more_types`` in it; None for no lock,
    or for one that would be over already.

    Where no term is known it is ``archive.retention_days`` from now. Work whose end is not known is taken to end this year at
    the earliest: what is set later makes locks longer.
    """
    now = datetime.now(UTC)
    term = term_of(house, dossier_number, more_types)
    if term is None:
        days = house.settings.archive.retention_days
        return now + timedelta(days=days) if days else None
    ended_on = house.custody.find_dossier(dossier_number).ended_on if dossier_number else None
    until = lock_end(house.settings.retention.rules(), term, ended_on or today(), now)
    return until if until > now else None


def term_of(house: House, dossier_number: str | None, more_types: Iterable[str] = ()) -> RetentionTerm | None:
    """Return the term of a dossier with papers of ``more_types`` in it; None where no rule says."""
    if not house.settings.retention.has_rules:
        return None
    if dossier_number is None:
        return find_term(house.settings.retention.rules(), None, more_types)
    record, entries = house.custody.find_dossier(dossier_number), house.catalog.documents.list_of_dossier(dossier_number)
    return _term(house, record, [*_types(entries), *more_types])


def lock_others(house: House, metadata: DocumentMetadata, actor: Actor) -> None:
    """Lock the other papers of a dossier as long as one that was just accepted, if it made the dossier's term longer."""
    if metadata.dossier_number is None or not house.settings.retention.types:
        return
    others = [
        entry
        for entry in house.catalog.documents.list_of_dossier(metadata.dossier_number)
        if entry.document_id != metadata.document_id
    ]
    record = house.custody.find_dossier(metadata.dossier_number)
    if others and _term(house, record, _types(others)) != _term(house, record, [*_types(others), metadata.type_id]):
        record_event(house, actor, TrailAction.LOCK, metadata.dossier_number, {"made_longer_by": metadata.document_id})
        lock_dossier(house, metadata.dossier_number, actor, (metadata.type_id,))


def renew_permanent_locks(house: House, actor: Actor) -> int:
    """Make the locks of permanent dossiers longer where less than half of their years is left; count the dossiers."""
    rules, now = house.settings.retention.rules(), datetime.now(UTC)
    if not rules.knows_permanent:
        return 0
    renewed = 0
    for number in house.catalog.documents.list_dossier_numbers():
        term = term_of(house, number)
        if term is None or not term.is_permanent:
            continue
        entries = [entry for entry in house.catalog.documents.list_of_dossier(number) if entry.state is Outcome.ARCHIVED]
        receipts = list_lock_receipts(house, entries[0], actor) if entries else ()
        if receipts and any(needs_renewal(rules, receipt.retain_until, now) for receipt in receipts):
            record_event(house, actor, TrailAction.LOCK, number, {"renewed": True})
            lock_dossier(house, number, actor)
            renewed += 1
    return renewed


def list_lock_receipts(house: House, entry: CatalogEntry, actor: Actor) -> tuple[LockReceipt, ...]:
    """Return how each object of a document is locked, as the store itself answers now: for the proof bundle."""
    del actor
    metadata = house.archive.find_document(entry.dossier_number, entry.document_id)
    return house.keeping.list_receipts(metadata) if metadata is not None else ()


def today() -> date:
    """Return the day in Vietnam."""
    return datetime.now(VIETNAM_TIME).date()


def _term(house: House, record: DossierRecord, types: Iterable[str]) -> RetentionTerm | None:
    return find_term(house.settings.retention.rules(), record.procedure, types)


def _types(entries: Iterable[CatalogEntry]) -> list[str]:
    return [entry.type_id for entry in entries]
