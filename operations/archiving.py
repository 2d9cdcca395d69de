"""Store one document and tell the catalog of it."""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.completeness import decide_role
from dossiers.document_type import DocumentFamily, RoleHint
from dossiers.model import Actor, CatalogEntry, DescribedDocument, DocumentRole, Outcome, ScannedFile, SignedPdf
from dossiers.trail import TrailAction
from operations.retaining import lock_end_of, lock_others, term_of
from operations.trail import Deed, record_deeds
from runtime.wiring import House
from storage.keys import make_document_id
from storage.legal_metadata import LegalTerms
from storage.metadata import DocumentMetadata, Recipe


def archive_document(
    house: House, scan: ScannedFile, source_path: str, described: DescribedDocument, signed: SignedPdf, actor: Actor
) -> DocumentMetadata:
    """Store a document's PDF, words and metadata and return its record as it then stands in the archive.

    An accepted document is locked, its original too, as long as its dossier is kept; one that waits for a person is not.
    Raises StorageUnavailableError and its kin, IntegrityError when what is read back differs.
    """
    type_id = described.document.type_id
    until = lock_end_of(house, described.dossier_number, (type_id,))
    term = term_of(house, described.dossier_number, (type_id,))
    metadata = house.archive.store_document(
        scan,
        described,
        signed,
        recipe=recipe_of(house),
        actor=actor,
        role=role_in_dossier(house, source_path, described),
        terms=LegalTerms(maintenance=term.code if term else house.settings.archive.maintenance),
        retain_until=until,
    )
    if until is not None and metadata.outcome is Outcome.ARCHIVED:
        house.keeping.lock_document(metadata, until)
        lock_others(house, metadata, actor)
    if house.custody.list_holds_of(metadata.dossier_number, metadata.document_id):
        house.keeping.hold_document(metadata, is_held=True)
    return metadata


def record_signed(house: House, described: Sequence[DescribedDocument], signed: Sequence[SignedPdf], actor: Actor) -> None:
    """Write into the trail what was signed with whose key, before it is handed on."""
    deeds = [
        Deed(
            TrailAction.SIGN,
            make_document_id(item.document.scan_sha256, item.document.first_page, item.document.last_page),
            {"pdf_sha256": pdf.sha256, "signer": pdf.signer, "level": pdf.level.value if pdf.level else ""},
        )
        for item, pdf in zip(described, signed, strict=True)
    ]
    record_deeds(house, actor, deeds)


def record_archived(house: House, records: Sequence[DocumentMetadata], actor: Actor) -> None:
    """Write into the trail which documents stand in the archive now, and which of them are accepted.

    Called once they are stored and before the submission counts as settled: what is interrupted between is written again.
    """
    deeds: list[Deed] = []
    for record in records:
        is_accepted = record.outcome is Outcome.ARCHIVED
        details = {
            "scan_sha256": record.scan_sha256,
            "dossier_number": record.dossier_number or "",
            "pdf_sha256": record.pdf.sha256,
            "words_sha256": record.words.sha256,
            "outcome": record.outcome.value,
        }
        action = TrailAction.ACCEPT if is_accepted and record.history[-1].what == "accepted" else TrailAction.ARCHIVE
        deeds.append(Deed(action, record.document_id, details))
    record_deeds(house, actor, deeds)


def retire_others(house: House, sha256: str, entries: Sequence[CatalogEntry], actor: Actor) -> None:
    """Retire what an earlier reading made of the same scan with other page ranges; the archive keeps it as superseded."""
    kept = {entry.document_id for entry in entries}
    stale_entries = [entry for entry in house.catalog.documents.list_of_scan(sha256) if entry.document_id not in kept]
    details = {"successor": entries[0].document_id}
    record_deeds(house, actor, [Deed(TrailAction.SUPERSEDE, stale.document_id, details) for stale in stale_entries])
    for stale in stale_entries:
        metadata = house.archive.find_document(stale.dossier_number, stale.document_id)
        if metadata is not None:
            house.archive.supersede(metadata, entries[0].metadata_key, actor)
        house.catalog.documents.discard(stale.document_id)


def recipe_of(house: House) -> Recipe:
    """Return what the present results depend on besides the scan."""
    return Recipe(engine=house.engine.name, pipeline_version=house.pipeline_version)


def role_in_dossier(house: House, source_path: str, described: DescribedDocument) -> DocumentRole:
    """Return whether a document was handed in or is the result given back."""
    kind = house.types.get(described.document.type_id)
    issue_date = described.fields.get("issue_date")
    return decide_role(
        relative_path=source_path,
        role_hint=kind.role if kind else RoleHint.COMPONENT,
        dossier_number=described.dossier_number,
        issue_date=issue_date.value if issue_date else "",
        is_agency_paper=kind is not None
        and (kind.family is DocumentFamily.ADMINISTRATIVE or "issuing_authority" in described.fields),
    )
