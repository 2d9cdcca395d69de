"""Find documents by the words on their pages and in their fields."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from catalog import fts
from catalog.database import Database
from catalog.documents import read_pages
from catalog.fts_words import RankedDocument
from catalog.query import Query, parse_query
from catalog.schema import documents
from catalog.snippets import choose_page, cut_snippet, mask_personal_ids
from dossiers.model import Outcome

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document that was found, with the page that answers best.

    ``page`` counts from 1 in the archived PDF. ``highlights`` are (start, end) offsets in ``snippet``. ``date`` is ISO 8601 or
    empty. ``exact``: found as typed, diacritics and order of words included. ``score`` compares hits of one search only.
    Personal ID numbers are masked in ``snippet`` and ``number``.
    """

    document_id: str
    dossier_number: str | None
    type_id: str
    type_name: str
    number: str
    date: str
    page: int
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    exact: bool
    score: float
    pdf_key: str
    state: Outcome


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Hits, best first, and how many documents match in all.

    ``is_empty_query``: nothing to look for was typed. ``is_prefix``: nothing matched as it was, so the last word was taken as
    the beginning of one.
    """

    hits: tuple[SearchHit, ...]
    total: int
    is_empty_query: bool = False
    is_prefix: bool = False


def search_documents(database: Database, text: str, *, limit: int = 20, offset: int = 0) -> SearchResults:
    """Return the documents that hold every word and every "quoted phrase" of a query, wherever in them; one hit a document.

    Case, diacritics and the place of the tone mark don't matter, but documents that have the query as typed come first. At
    most 200 hits are returned at a time. No query text raises. Raises StorageUnavailableError when the catalog cannot be used.
    """
    query = parse_query(text)
    if not query.terms:
        return SearchResults((), 0, is_empty_query=True)
    with database.read() as connection:
        total = fts.count_documents(connection, query)
        opened = query.open_last_word() if total == 0 else None
        if opened is not None:
            query, total = opened, fts.count_documents(connection, opened)
        if total == 0:
            return SearchResults((), 0)
        ranked = fts.rank_documents(connection, query, max(0, min(limit, MAX_LIMIT)), max(0, offset))
        hits = tuple(_make_hit(connection, found, query) for found in ranked)
    return SearchResults(hits, total, is_prefix=opened is not None)


def _make_hit(connection: Connection, found: RankedDocument, query: Query) -> SearchHit:
    row = connection.execute(select(documents).where(documents.c.id == found.row_id)).one()
    texts = read_pages(connection, found.row_id)
    index = choose_page(fts.read_page_words(connection, found.row_id), query) if texts else None
    described = " · ".join(
        filter(None, (row.type_name, row.number, row.issue_date, row.issuing_authority, row.abstract, row.signatory))
    )
    snippet = cut_snippet(described if index is None else texts[index].text, query)
    return SearchHit(
        document_id=row.document_id,
        dossier_number=row.dossier_number,
        type_id=row.type_id,
        type_name=row.type_name,
        number=mask_personal_ids(row.number),
        date=row.issue_date,
        page=texts[index or 0].number if texts else 1,
        snippet=snippet.text,
        highlights=snippet.highlights,
        exact=found.is_exact,
        score=found.score,
        pdf_key=row.pdf_key,
        state=Outcome(row.state),
    )
