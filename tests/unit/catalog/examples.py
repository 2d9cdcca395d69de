"""Catalog entries for the tests, all fictional."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from dossiers.model import Actor, CatalogEntry, DocumentRole, Outcome, PageText, SignatureLevel

CLERK = Actor("clerk-1", "Trần Thị Mẫu", "Bộ phận Một cửa")
MOMENT = datetime(2026, 10, 8, 2, 30, tzinfo=UTC)


def make_entry(
    document_id: str = "doc-1",
    *page_texts: str,
    dossier_number: str | None = "H15.50.05.13-261008-0975",
    role: DocumentRole = DocumentRole.COMPONENT,
    state: Outcome = Outcome.ARCHIVED,
    type_name: str = "Quyết định",
    scan_sha256: str | None = None,
    archived_at: datetime = MOMENT,
    **fields: str,
) -> CatalogEntry:
    texts = page_texts or ("Nội dung của một trang",)
    return CatalogEntry(
        document_id=document_id,
        scan_sha256=scan_sha256 or hashlib.sha256(document_id.encode()).hexdigest(),
        dossier_number=dossier_number,
        role=role,
        type_id="quyet-dinh",
        type_name=type_name,
        type_score=0.9,
        first_page=1,
        last_page=len(texts),
        fields=fields,
        mean_confidence=0.93,
        state=state,
        review_reasons=(),
        signature_level=SignatureLevel.B_B,
        pdf_key=f"archive/{document_id}.pdf",
        pdf_sha256="a" * 64,
        words_key=f"archive/{document_id}.words.json",
        metadata_key=f"archive/{document_id}.json",
        archived_at=archived_at,
        pages=tuple(PageText(number, text) for number, text in enumerate(texts, start=1)),
    )
