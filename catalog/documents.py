"""The archived documents and the text of their pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from catalog import fts
from catalog.database import Database, insert_once
from catalog.folding import normalize
from catalog.schema import documents, pages
from dossiers.errors import NotFoundError
from dossiers.model import CatalogEntry, DocumentRole, Outcome, PageText, ReviewReason, SignatureLevel
from dossiers.signatures import SignatureStanding

_STATES = (Outcome.ARCHIVED, Outcome.NEEDS_REVIEW)


class Documents:
    """The documents of a catalog, each once, by its ``document_id``.

    Every method raises StorageUnavailableError or StorageFullError when the catalog cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(self, *entries: CatalogEntry) -> None:
        """Put documents into the catalog, all or none, each in place of what was known of it. Searchable at once."""
        with self._database.write() as connection:
            # In one order, so that two that write the same documents wait for each other instead of locking each other out.
            for entry in sorted(entries, key=lambda entry: entry.document_id):
                write_entry(connection, entry)

    def discard(self, document_id: str) -> bool:
        """Take a document out of the catalog (never out of the archive) and say whether it was there."""
        with self._database.write() as connection:
            key = connection.execute(select(documents.c.id).where(documents.c.document_id == document_id)).scalar_one_or_none()
            if key is None:
                return False
            fts.remove_document(connection, key)
            connection.execute(delete(documents).where(documents.c.id == key))
            return True

    def get(self, document_id: str) -> CatalogEntry:
        """Return a document with its pages. Raises NotFoundError."""
        found = self._select(documents.c.document_id == document_id, with_pages=True)
        if not found:
            raise NotFoundError(what=f"document {document_id}")
        return found[0]

    def find_by_prefix(self, prefix: str, limit: int = 20) -> list[CatalogEntry]:
        """Return the documents whose id begins so, without their pages; none for an empty prefix."""
        if not prefix:
            return []
        return self._select(documents.c.document_id.startswith(normalize(prefix), autoescape=True), limit=limit)

    def find_by_pdf(self, pdf_sha256: str) -> CatalogEntry | None:
        """Return the document whose archived PDF has this digest, or None."""
        return next(iter(self._select(documents.c.pdf_sha256 == pdf_sha256.lower(), limit=1)), None)

    def list_of_scan(self, scan_sha256: str, *, with_pages: bool = False) -> list[CatalogEntry]:
        """Return the documents of one scanned file in the order of its pages."""
        return self._select(documents.c.scan_sha256 == scan_sha256.lower(), with_pages=with_pages)

    def list_of_dossier(self, dossier_number: str | None, *, with_pages: bool = False) -> list[CatalogEntry]:
        """Return the documents of one dossier; with None those that are in no dossier."""
        return self._select(documents.c.dossier_number == dossier_number, with_pages=with_pages)

    def list_documents(self, limit: int | None = None) -> list[CatalogEntry]:
        """Return documents without their pages, by dossier, scan and page."""
        return self._select(None, limit=limit)

    def list_dossier_numbers(self) -> list[str]:
        """Return the numbers of the dossiers that have documents, in order."""
        numbered = documents.c.dossier_number.is_not(None)
        query = select(documents.c.dossier_number).where(numbered).distinct().order_by(documents.c.dossier_number)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def list_signed(self, standing: SignatureStanding | None = None, limit: int | None = None) -> list[CatalogEntry]:
        """Return the documents that came in signed by others, without their pages; with one verdict on their signatures."""
        column = documents.c.signature_standing
        return self._select(column.is_not(None) if standing is None else column == standing.value, limit=limit)

    def list_scans_by_recipe(self, *, containing: str | None = None, other_than: str | None = None) -> list[str]:
        """Return the scans (SHA-256) with a document whose recipe contains a text, or is another one than that given."""
        query = select(documents.c.scan_sha256).distinct().order_by(documents.c.scan_sha256)
        if containing is not None:
            query = query.where(documents.c.recipe.contains(containing, autoescape=True))
        if other_than is not None:
            query = query.where(documents.c.recipe != other_than)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def count(self) -> int:
        """Count the documents."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(documents)).scalar_one()

    def _select(
        self, condition: ColumnElement[bool] | None, *, with_pages: bool = False, limit: int | None = None
    ) -> list[CatalogEntry]:
        order = (
            documents.c.dossier_number.nulls_first(),
            documents.c.scan_sha256,
            documents.c.first_page,
            documents.c.document_id,
        )
        query = select(documents).order_by(*order).limit(limit)
        if condition is not None:
            query = query.where(condition)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            return [_to_entry(row, read_pages(connection, row.id) if with_pages else ()) for row in rows]


def write_entry(connection: Connection, entry: CatalogEntry) -> None:
    """Write one document, its pages and its words in the index. Raises ValueError when its state is not that of a document."""
    if entry.state not in _STATES:
        raise ValueError(f"a document cannot be {entry.state}")
    values = _to_row(entry)
    key = insert_once(connection, documents, values)
    if key is None:
        mine = documents.c.document_id == entry.document_id
        connection.execute(update(documents).where(mine).values(**values))
        key = connection.execute(select(documents.c.id).where(mine)).scalar_one()
        connection.execute(delete(pages).where(pages.c.document_id == key))
    texts = [PageText(page.number, normalize(page.text)) for page in sorted(entry.pages, key=lambda page: page.number)]
    if texts:
        rows = [{"document_id": key, "number": page.number, "text": page.text} for page in texts]
        connection.execute(pages.insert(), rows)
    fts.index_document(connection, key, _list_searchable(entry), [page.text for page in texts])


def read_pages(connection: Connection, key: int) -> tuple[PageText, ...]:
    """Return the pages of a document by its row id, in order."""
    query = select(pages.c.number, pages.c.text).where(pages.c.document_id == key).order_by(pages.c.number)
    return tuple(PageText(number, content) for number, content in connection.execute(query))


def _list_searchable(entry: CatalogEntry) -> Iterable[str]:
    values = [entry.number, entry.dossier_number or "", entry.type_name, *entry.fields.values()]
    return [normalize(value) for value in dict.fromkeys(values) if value]


def _to_row(entry: CatalogEntry) -> dict[str, Any]:
    return {
        "document_id": entry.document_id,
        "scan_sha256": entry.scan_sha256.lower(),
        "dossier_number": entry.dossier_number,
        "role": entry.role.value,
        "type_id": entry.type_id,
        "type_name": normalize(entry.type_name),
        "type_score": entry.type_score,
        "first_page": entry.first_page,
        "last_page": entry.last_page,
        "number": normalize(entry.number),
        "issue_date": normalize(entry.issue_date),
        "issuing_authority": normalize(entry.issuing_authority),
        "abstract": normalize(entry.abstract),
        "signatory": normalize(entry.signatory),
        "fields": {name: normalize(value) for name, value in entry.fields.items()},
        "mean_confidence": entry.mean_confidence,
        "state": entry.state.value,
        "review_reasons": [reason.value for reason in entry.review_reasons],
        "signature_level": entry.signature_level.value if entry.signature_level else None,
        "pdf_key": entry.pdf_key,
        "pdf_sha256": entry.pdf_sha256,
        "words_key": entry.words_key,
        "metadata_key": entry.metadata_key,
        "archived_at": entry.archived_at,
        "recipe": entry.recipe,
        "signature_standing": entry.signature_standing.value if entry.signature_standing else None,
    }


def _to_entry(row: Row[Any], page_texts: tuple[PageText, ...]) -> CatalogEntry:
    return CatalogEntry(
        document_id=row.document_id,
        scan_sha256=row.scan_sha256,
        dossier_number=row.dossier_number,
        role=DocumentRole(row.role),
        type_id=row.type_id,
        type_name=row.type_name,
        type_score=row.type_score,
        first_page=row.first_page,
        last_page=row.last_page,
        fields=dict(row.fields),
        mean_confidence=row.mean_confidence,
        state=Outcome(row.state),
        review_reasons=tuple(ReviewReason(reason) for reason in row.review_reasons),
        signature_level=SignatureLevel(row.signature_level) if row.signature_level else None,
        pdf_key=row.pdf_key,
        pdf_sha256=row.pdf_sha256,
        words_key=row.words_key,
        metadata_key=row.metadata_key,
        archived_at=row.archived_at,
        recipe=row.recipe,
        signature_standing=SignatureStanding(row.signature_standing) if row.signature_standing else None,
        pages=page_texts,
    )
