"""From what the archive stores of a document to the catalog's entry; the same way for a new document and for a reindex."""

from __future__ import annotations

from collections.abc import Iterable

from dossiers.model import CatalogEntry, PageText, RecognizedPage
from storage.metadata import DocumentMetadata


def to_catalog_entry(metadata: DocumentMetadata, pages: Iterable[RecognizedPage]) -> CatalogEntry:
    """Return the catalog's entry of a stored document. Pages are numbered from 1 in its PDF."""
    return CatalogEntry(
        document_id=metadata.document_id,
        scan_sha256=metadata.scan_sha256,
        dossier_number=metadata.dossier_number,
        role=metadata.role,
        type_id=metadata.type_id,
        type_name=metadata.type_name,
        type_score=metadata.type_score,
        first_page=metadata.first_page,
        last_page=metadata.last_page,
        fields={name: field.value for name, field in metadata.fields.items()},
        mean_confidence=metadata.text_confidence,
        state=metadata.outcome,
        review_reasons=metadata.review_reasons,
        signature_level=metadata.pdf.level,
        pdf_key=metadata.pdf.key,
        pdf_sha256=metadata.pdf.sha256,
        words_key=metadata.words.key,
        metadata_key=metadata.metadata_key,
        archived_at=metadata.archived_at,
        pages=tuple(PageText(number, page.text) for number, page in enumerate(pages, start=1)),
    )
