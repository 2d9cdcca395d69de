"""Destruction after retention: proposed by one person, approved by another, executed, certified.

Nothing is destroyed that is held, locked, or kept by its term: asked when it is proposed and once more when it is executed, and
the store refuses it besides.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dossiers.errors import NotFoundError, RefusedActError
from dossiers.model import Actor, CatalogEntry, Outcome
from dossiers.trail import TrailAction
from operations.erasing import Erasure
from operations.locking import acting_alone, working
from operations.retaining import DossierRetention, describe_retention, today
from operations.statements import judge_statement, require_signer, sign_statement
from operations.trail import record_event
from runtime.wiring import House
from storage.destructions import (
    Certificate,
    DestructionList,
    DestructionState,
    DoomedDocument,
    RefusedDocument,
)
from storage.records import ActorRecord, HistoryEvent

MAX_DOCUMENTS = 10_000
"""So many documents a list at the most: it is one object, and one entry of the trail names them all."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A list that was executed, with its certificate and whether that is signed by the agency and genuine."""

    record: DestructionList
    certificate: Certificate
    is_genuine: bool

    def to_json(self) -> dict[str, Any]:
        return {"list": self.record.model_dump(mode="json"), "certificate": self.certificate.model_dump(mode="json")}


def propose_destruction(house: House, ground: str, actor: Actor, dossiers: Sequence[str] = ()) -> DestructionList:
    """List the documents whose retention ended, of all dossiers or of those named, and what stays of them and why.

    A list ends with the dossier that fills it (``MAX_DOCUMENTS``); what is left is for the next one, once it was executed.
    Raises NotFoundError when there is none to destroy, StorageUnavailableError and its kin.
    """
    documents: list[DoomedDocument] = []
    refused: list[RefusedDocument] = []
    for number in dossiers or house.catalog.documents.list_dossier_numbers():
        retention = describe_retention(house, number, actor)
        if documents and len(documents) + retention.documents > MAX_DOCUMENTS:
            break
        if not retention.has_ended:
            if dossiers:
                refused += _refuse_all(house, number, _tell_not_ended(retention))
            continue
        for entry in house.catalog.documents.list_of_dossier(number):
            examined = _examine(house, entry, retention)
            if isinstance(examined, DoomedDocument):
                documents.append(examined)
            elif len(refused) < MAX_DOCUMENTS:
                refused.append(examined)
    if not documents:
        reasons = "; ".join(sorted({one.reason for one in refused}))
        raise NotFoundError(what=f"hồ sơ đã hết thời hạn bảo quản (documents to destroy){f': {reasons}' if reasons else ''}")
    now = datetime.now(UTC)
    record = DestructionList(
        list_id=f"{today():%Y%m%d}-{secrets.token_hex(4)}",
        state=DestructionState.PROPOSED,
        ground=ground,
        proposed_by=ActorRecord.of(actor),
        proposed_at=now,
        documents=tuple(documents),
        refused=tuple(refused),
        history=(_event(actor, "destruction_proposed", f"{len(documents)} documents"),),
    )
    _write_down(house, record, actor, "proposed")
    house.destructions.keep(record)
    return record


def approve_destruction(house: House, list_id: str, actor: Actor) -> DestructionList:
    """Approve a list as a second person. Raises RefusedActError for the one who proposed it, or when it was approved."""
    with acting_alone(house, "destruction", list_id):
        record = house.destructions.get(list_id)
        if record.state is not DestructionState.PROPOSED:
            raise RefusedActError(detail=f"the list {list_id} is {record.state.value}")
        if record.proposed_by.id == actor.id:
            raise RefusedActError(detail="whoever proposed a destruction cannot approve it")
        _write_down(house, record, actor, "approved")
        changed = {
            "state": DestructionState.APPROVED,
            "approved_by": ActorRecord.of(actor),
            "approved_at": datetime.now(UTC),
        }
        return _keep(house, record, actor, "destruction_approved", changed)


def execute_destruction(house: House, list_id: str, actor: Actor) -> Destroyed:
    """Destroy what an approved list names, and certify it. After an interruption the same call goes on where it ended.

    What meanwhile is held, locked or kept longer stays, and the certificate says so. Raises RefusedActError when the list was
    not approved by a second person, ConfigurationError without a key for destruction, StorageUnavailableError and its kin.
    """
    with acting_alone(house, "destruction", list_id), working(house):
        record = house.destructions.get(list_id)
        if record.state is DestructionState.DONE:
            return show_destruction(house, list_id, actor)
        approved_by, approved_at = record.approved_by, record.approved_at
        if approved_by is None or approved_at is None or approved_by.id == record.proposed_by.id:
            raise RefusedActError(detail=f"the list {list_id} is not approved by a second person")
        require_signer(house)  # nothing is erased that no certificate could tell of
        _write_down(house, record, actor, "executed")
        with Erasure(house, record) as erasure:
            if record.state is DestructionState.APPROVED:
                record = _keep(house, record, actor, "destruction_started", {"state": DestructionState.STARTED})
            destroyed, refused, scans = erasure.run(actor)
        certificate = Certificate(
            list_id=list_id,
            agency=house.settings.signing.agency,
            ground=record.ground,
            proposed_by=record.proposed_by,
            proposed_at=record.proposed_at,
            approved_by=approved_by,
            approved_at=approved_at,
            executed_by=ActorRecord.of(actor),
            executed_at=datetime.now(UTC),
            documents=destroyed,
            scans=scans,
            refused=(*record.refused, *refused),
        )
        statement = certificate.to_json()
        house.destructions.keep_certificate(list_id, statement, sign_statement(house, statement))
        detail = f"{len(destroyed)} documents, {len(scans)} scans; {len(refused)} stay"
        _keep(house, record, actor, "destruction_done", {"state": DestructionState.DONE}, detail)
    return show_destruction(house, list_id, actor)


def read_destruction(house: House, list_id: str, actor: Actor) -> Destroyed | DestructionList:
    """Return a list, with its certificate once it was executed, and write into the trail that somebody looked."""
    record_event(house, actor, TrailAction.READ, list_id, {"what": "destruction"})
    try:
        return show_destruction(house, list_id, actor)
    except NotFoundError:
        return house.destructions.get(list_id)


def list_destructions(house: House, actor: Actor) -> tuple[DestructionList, ...]:
    """Return all lists, and write into the trail that somebody looked."""
    record_event(house, actor, TrailAction.READ, "", {"what": "destructions"})
    return tuple(house.destructions.iter_lists())


def show_destruction(house: House, list_id: str, actor: Actor) -> Destroyed:
    """Return an executed list with its certificate, whose signature is verified. Raises NotFoundError while there is none."""
    del actor
    record = house.destructions.get(list_id)
    statement, signature = house.destructions.read_certificate(list_id)
    certificate = Certificate.from_json(statement, f"certificate {list_id}", 1)
    return Destroyed(record, certificate, judge_statement(house, statement, signature).is_genuine)


def _write_down(house: House, record: DestructionList, actor: Actor, step: str) -> None:
    """Write a step into the trail, before it is done."""
    documents = [doomed.document_id for doomed in record.documents]
    record_event(house, actor, TrailAction.DESTROY, record.list_id, {"step": step, "documents": documents})


def _examine(house: House, entry: CatalogEntry, retention: DossierRetention) -> DoomedDocument | RefusedDocument:
    metadata = house.archive.find_document(entry.dossier_number, entry.document_id)
    if metadata is None:
        return _refuse(entry, "kho không có tài liệu này (the archive does not have it): sohoa reconcile")
    if entry.state is not Outcome.ARCHIVED:
        return _refuse(entry, "chưa được cán bộ chấp nhận (a person has not accepted it yet)")
    if holds := house.custody.list_holds_of(entry.dossier_number, entry.document_id):
        return _refuse(entry, f"đang có lệnh giữ (held): {holds[0].reason}")
    now = datetime.now(UTC)
    for lock in house.keeping.iter_locks(metadata):
        if lock.is_held:
            return _refuse(entry, f"{lock.key}: đang bị giữ trong kho (under a legal hold)")
        if lock.retain_until is not None and lock.retain_until > now:
            return _refuse(entry, f"{lock.key}: còn khóa đến {lock.retain_until:%Y-%m-%d} (locked until then)")
    term, ended_on, last_day = retention.term, retention.record.ended_on, retention.last_day
    if term is None or ended_on is None or last_day is None:
        return _refuse(entry, _tell_not_ended(retention))
    return DoomedDocument(
        document_id=entry.document_id,
        dossier_number=retention.record.dossier_number,
        scan_sha256=entry.scan_sha256,
        scan_name=metadata.scan_name,
        type_name=entry.type_name,
        pdf_sha256=entry.pdf_sha256,
        words_sha256=metadata.words.sha256,
        archived_at=entry.archived_at,
        procedure=retention.record.procedure,
        maintenance=term.code,
        ended_on=ended_on,
        last_day=last_day,
    )


def _tell_not_ended(retention: DossierRetention) -> str:
    if retention.term is None:
        return "chưa biết thời hạn bảo quản của hồ sơ (no retention term is known for its dossier)"
    if retention.term.is_permanent:
        return "hồ sơ bảo quản vĩnh viễn (its dossier is kept for ever)"
    if retention.last_day is None:
        return "chưa biết ngày kết thúc hồ sơ (the day on which its dossier's work ended is not known)"
    day = retention.last_day
    return f"hồ sơ còn bảo quản đến hết ngày {day:%d/%m/%Y} (its dossier is kept until {day.isoformat()})"


def _refuse_all(house: House, number: str, reason: str) -> list[RefusedDocument]:
    return [_refuse(entry, reason) for entry in house.catalog.documents.list_of_dossier(number)]


def _refuse(entry: CatalogEntry, reason: str) -> RefusedDocument:
    return RefusedDocument(document_id=entry.document_id, dossier_number=entry.dossier_number, reason=reason)


def _keep(
    house: House, record: DestructionList, actor: Actor, what: str, changed: dict[str, Any], detail: str = ""
) -> DestructionList:
    record = record.model_copy(update={**changed, "history": (*record.history, _event(actor, what, detail))})
    house.destructions.keep(record)
    return record


def _event(actor: Actor, what: str, detail: str) -> HistoryEvent:
    return HistoryEvent(at=datetime.now(UTC), actor=ActorRecord.of(actor), what=what, detail=detail)
