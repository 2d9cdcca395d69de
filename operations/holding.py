"""Holds: an order freezes a dossier or a document, and nobody may destroy it until the hold is released."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dossiers.errors import NotFoundError
from dossiers.model import Actor, CatalogEntry
from dossiers.trail import TrailAction
from operations.locking import handling_dossier
from operations.showing import find_entry
from operations.trail import record_event
from runtime.wiring import House
from storage.custody import HoldRecord
from storage.metadata import DocumentMetadata
from storage.records import ActorRecord, HistoryEvent


@dataclass(frozen=True, slots=True)
class HoldResult:
    """A hold as it now stands, and on how many documents and versions of objects it was put, or from how many taken."""

    hold: HoldRecord
    documents: int
    versions: int

    def to_json(self) -> dict[str, Any]:
        return {**hold_to_json(self.hold), "documents": self.documents, "versions": self.versions}


def place_hold(house: House, name: str, reason: str, actor: Actor) -> HoldResult:
    """Hold a dossier, by its number, or a document, by its id or the beginning of it.

    The record is written first and the store's own holds after it: an interruption leaves more held than the store shows, and
    the same call again makes it good. Raises NotFoundError, StorageUnavailableError and its kin.
    """
    return _change(house, name, reason, actor, is_held=True)


def release_hold(house: House, name: str, reason: str, actor: Actor) -> HoldResult:
    """Take a hold off; what another hold still covers stays held in the store. Raises NotFoundError when there is none."""
    return _change(house, name, reason, actor, is_held=False)


def list_holds(house: House, actor: Actor) -> tuple[HoldRecord, ...]:
    """Return the holds in force, the longest first, and write into the trail that somebody looked."""
    record_event(house, actor, TrailAction.READ, "", {"what": "holds"})
    return tuple(sorted((hold for hold in house.custody.iter_holds() if hold.is_held), key=lambda hold: hold.since))


def _change(house: House, name: str, reason: str, actor: Actor, *, is_held: bool) -> HoldResult:
    dossier_number, document_id, _ = _resolve(house, name)
    with handling_dossier(house, dossier_number or document_id or ""):
        dossier_number, document_id, entries = _resolve(house, name)  # it may have been destroyed while this waited
        before = house.custody.find_hold(dossier_number, document_id)
        if document_id is not None and (before is None or not before.is_held):
            unfiled = house.custody.find_hold(None, document_id)  # put on it before its dossier was known
            if unfiled is not None and unfiled.is_held:
                before, dossier_number = unfiled, None
        if not is_held and (before is None or not before.is_held):
            raise NotFoundError(what=f"lệnh giữ {name} (hold)")
        details = {"dossier_number": dossier_number or "", "reason": reason, "documents": [one.document_id for one in entries]}
        action = TrailAction.HOLD if is_held else TrailAction.RELEASE
        record_event(house, actor, action, document_id or dossier_number or "", details)
        hold = _next(before, dossier_number, document_id, reason, actor, is_held=is_held)
        if is_held:
            house.custody.keep_hold(hold)
        documents, versions = _apply(house, entries, hold)
        if not is_held:
            house.custody.keep_hold(hold)
    return HoldResult(hold, documents, versions)


def _apply(house: House, entries: Iterable[CatalogEntry], changed: HoldRecord) -> tuple[int, int]:
    documents = versions = 0
    for entry in entries:
        metadata = house.archive.find_document(entry.dossier_number, entry.document_id)
        if metadata is not None and (changed.is_held or not _is_held_besides(house, metadata, changed)):
            versions += house.keeping.hold_document(metadata, changed.is_held)
            documents += 1
    return documents, versions


def _is_held_besides(house: House, metadata: DocumentMetadata, released: HoldRecord) -> bool:
    """Say whether something else holds a document, or another document of the same scan, whose original they share."""
    others = [metadata, *_of_same_scan(house, metadata)]
    return any(
        (hold.dossier_number, hold.document_id) != (released.dossier_number, released.document_id)
        for other in others
        for hold in house.custody.list_holds_of(other.dossier_number, other.document_id)
    )


def _of_same_scan(house: House, metadata: DocumentMetadata) -> list[DocumentMetadata]:
    entries = house.catalog.documents.list_of_scan(metadata.scan_sha256)
    found = [house.archive.find_document(entry.dossier_number, entry.document_id) for entry in entries]
    return [one for one in found if one is not None and one.document_id != metadata.document_id]


def _resolve(house: House, name: str) -> tuple[str | None, str | None, list[CatalogEntry]]:
    """Return dossier, document and what a hold on the name covers. A name that is a dossier's number means the dossier."""
    entries = house.catalog.documents.list_of_dossier(name.strip())
    if entries:
        return name.strip(), None, entries
    entry = find_entry(house, name)
    return entry.dossier_number, entry.document_id, [entry]


def _next(
    before: HoldRecord | None,
    dossier_number: str | None,
    document_id: str | None,
    reason: str,
    actor: Actor,
    *,
    is_held: bool,
) -> HoldRecord:
    now = datetime.now(UTC)
    event = HistoryEvent(at=now, actor=ActorRecord.of(actor), what="held" if is_held else "released", detail=reason)
    return HoldRecord(
        dossier_number=dossier_number,
        document_id=document_id,
        is_held=is_held,
        reason=reason,
        since=before.since if before is not None and before.is_held else now,
        history=(*(before.history if before else ()), event),
    )


def hold_to_json(hold: HoldRecord) -> dict[str, Any]:
    """Return the form in which a hold is told as JSON."""
    return {
        "dossier_number": hold.dossier_number,
        "document_id": hold.document_id,
        "held": hold.is_held,
        "reason": hold.reason,
        "since": hold.since.isoformat(),
        "history": [event.model_dump(mode="json") for event in hold.history],
    }
