"""Store one document and tell the catalog of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dossiers.completeness import decide_role
from dossiers.document_type import DocumentFamily, RoleHint
from dossiers.errors import IntegrityError
from dossiers.model import Actor, CatalogEntry, DescribedDocument, DocumentRole, ScannedFile, SignedPdf
from runtime.wiring import House
from storage.legal_metadata import LegalTerms
from storage.metadata import DocumentMetadata, Recipe


def archive_document(
    house: House, scan: ScannedFile, source_path: str, described: DescribedDocument, signed: SignedPdf, actor: Actor
) -> DocumentMetadata:
    """Store a document's PDF, words and metadata and return its record as it then stands in the archive.

    An accepted document is locked for the days that the settings say; one that waits for a person is not.
    Raises StorageUnavailableError and its kin, IntegrityError when what is read back differs.
    """
    days = house.settings.archive.retention_days
    archived = house.archive.store_document(
        scan,
        described,
        signed,
        recipe=recipe_of(house),
        actor=actor,
        role=role_in_dossier(house, source_path, described),
        terms=LegalTerms(maintenance=house.settings.archive.maintenance),
        retain_until=datetime.now(UTC) + timedelta(days=days) if days else None,
    )
    metadata = house.archive.find_document(described.dossier_number, archived.document_id)
    if metadata is None:
        raise IntegrityError(what=archived.metadata_key, detail="it was stored and is not there")
    return metadata


def retire_others(house: House, sha256: str, entries: Sequence[CatalogEntry], actor: Actor) -> None:
    """Retire what an earlier reading made of the same scan with other page ranges; the archive keeps it as superseded."""
    kept = {entry.document_id for entry in entries}
    for stale in house.catalog.documents.list_of_scan(sha256):
        if stale.document_id not in kept:
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
