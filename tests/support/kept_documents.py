"""Documents that stand in a house as if digitized, without reading a page: for tests of what becomes of them afterwards."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from dossiers.model import Actor, CatalogEntry, ReviewReason, ScannedFile
from operations.archiving import archive_document
from operations.paths import FoundScan
from operations.receiving import original_copy, receive
from operations.settling import settle_success
from runtime.settings import Settings
from runtime.wiring import House
from storage.metadata import DocumentMetadata, to_catalog_entry
from tests.support.documents import make_described, make_signed

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa phường Long Xuyên")
OFFICER = Actor("officer-2", "Lê Văn Cường", "Lưu trữ tỉnh")
NUMBER = "H01.50.05.13-261008-0975"


def make_settings(home: Path, **sections: object) -> Settings:
    """Return settings of a house that reads nothing."""
    return Settings.model_validate({"home": home, "reading": {"engine": "null"}, **sections})


def keep_document(
    house: House,
    *,
    content: bytes = b"a scan",
    dossier_number: str | None = NUMBER,
    type_id: str = "quyet-dinh",
    first_pages: tuple[int, ...] = (1,),
    review_reasons: tuple[ReviewReason, ...] = (),
) -> tuple[DocumentMetadata, ...]:
    """Receive a file of these bytes and archive a document of two pages from each of the first pages, as the flow does."""
    folder = house.home.parent / "handed-in"
    folder.mkdir(exist_ok=True)
    path = folder / f"{sha256(content).hexdigest()[:8]}.pdf"
    path.write_bytes(content)
    scan_sha256 = receive(house, FoundScan(path, dossier_number=dossier_number), CLERK).sha256
    submission = house.catalog.submissions.get(scan_sha256)
    scan = ScannedFile(
        original_copy(house, scan_sha256),
        scan_sha256,
        submission.size_bytes,
        submission.name,
        dossier_number,
        submission.received_at,
    )
    records: list[DocumentMetadata] = []
    entries: list[CatalogEntry] = []
    for first_page in first_pages:
        described = make_described(dossier_number=dossier_number, first_page=first_page, review_reasons=review_reasons)
        document = replace(described.document, scan_sha256=scan_sha256, type_id=type_id)
        signed = make_signed(folder, b"%PDF-1.7 signed " + content + str(first_page).encode())
        record = archive_document(house, scan, str(path), replace(described, document=document), signed, CLERK)
        records.append(record)
        entries.append(to_catalog_entry(record, document.pages))
        house.catalog.documents.upsert(entries[-1])
    settle_success(house, scan_sha256, records, CLERK)
    return tuple(records)
