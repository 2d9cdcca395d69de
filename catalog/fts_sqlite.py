"""The search index in SQLite FTS5.

The words stand apart by spaces, so the tokenizer has nothing left to decide; ``\\n`` parts pages and fields. Every query text
is bound, and consists of quoted strings of letters and digits only.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from catalog.fts_words import FIELD_BREAK, FIELD_WEIGHT, PAGE_WEIGHT, Forms, PageWords, RankedDocument
from catalog.query import Query, Term

_DELETE = text("DELETE FROM document_index WHERE rowid = :id")
_INSERT = text(
    "INSERT INTO document_index (rowid, fields, pages, fields_toned, pages_toned)"
    " VALUES (:id, :fields, :pages, :fields_toned, :pages_toned)"
)
_COUNT = text("SELECT count(*) FROM document_index WHERE document_index MATCH :words")
_RANK = text(
    "SELECT documents.id, bm25(document_index, :field_weight, :page_weight, 0.0, 0.0) AS score,"
    " CASE WHEN document_index.rowid IN (SELECT rowid FROM document_index WHERE document_index MATCH :toned_phrases) THEN 0"
    " WHEN document_index.rowid IN (SELECT rowid FROM document_index WHERE document_index MATCH :toned_words) THEN 1"
    " WHEN document_index.rowid IN (SELECT rowid FROM document_index WHERE document_index MATCH :phrases) THEN 2"
    " ELSE 3 END AS tier,"
    " document_index.rowid IN (SELECT rowid FROM document_index WHERE document_index MATCH :field_phrases) AS is_in_field"
    " FROM document_index JOIN documents ON documents.id = document_index.rowid"
    " WHERE document_index MATCH :words"
    " ORDER BY tier, is_in_field DESC, score, documents.document_id LIMIT :limit OFFSET :offset"
)
_READ = text("SELECT pages, pages_toned FROM document_index WHERE rowid = :id")


def index_document(connection: Connection, row_id: int, fields: Sequence[Forms], pages: Sequence[Forms]) -> None:
    """Put a document's words into the index in place of those it had."""
    field_break = f"\n{FIELD_BREAK}\n"
    connection.execute(_DELETE, {"id": row_id})
    values = {
        "id": row_id,
        "fields": field_break.join(" ".join(folded) for folded, _ in fields),
        "pages": "\n".join(" ".join(folded) for folded, _ in pages),
        "fields_toned": field_break.join(" ".join(toned) for _, toned in fields),
        "pages_toned": "\n".join(" ".join(toned) for _, toned in pages),
    }
    connection.execute(_INSERT, values)


def remove_document(connection: Connection, row_id: int) -> None:
    """Take a document out of the index."""
    connection.execute(_DELETE, {"id": row_id})


def count_documents(connection: Connection, query: Query) -> int:
    """Count the documents that hold every term of a query, which has at least one."""
    return int(connection.execute(_COUNT, {"words": _match_folded(query.terms)}).scalar_one())


def rank_documents(connection: Connection, query: Query, limit: int, offset: int) -> list[RankedDocument]:
    """Return the documents that hold every term, best first; the score is BM25."""
    values = {
        "words": _match_folded(query.terms),
        "phrases": _match_folded(query.phrases),
        "field_phrases": _match_field(query),
        "toned_words": _match_toned(query.terms),
        "toned_phrases": _match_toned(query.phrases),
        "field_weight": FIELD_WEIGHT,
        "page_weight": PAGE_WEIGHT,
        "limit": limit,
        "offset": offset,
    }
    return [RankedDocument(row.id, -row.score, row.tier == 0) for row in connection.execute(_RANK, values)]


def read_page_words(connection: Connection, row_id: int) -> list[PageWords]:
    """Return the indexed words of a document's pages in the order they were given."""
    row = connection.execute(_READ, {"id": row_id}).one()
    folded, toned = row.pages.split("\n"), row.pages_toned.split("\n")
    return [PageWords(f" {one} ", f" {other} ") for one, other in zip(folded, toned, strict=True)]


def _match_folded(terms: Sequence[Term]) -> str:
    return "{fields pages} : (" + " AND ".join(_quote(term.folded, term.is_prefix) for term in terms) + ")"


def _match_field(query: Query) -> str:
    numbers = [_quote(term.folded, term.is_prefix) for term in query.terms if len(term.folded) > 1]
    whole = " AND ".join(_quote(phrase.folded, phrase.is_prefix) for phrase in query.phrases)
    return "{fields} : (" + " OR ".join([f"({whole})", *numbers]) + ")"


def _match_toned(terms: Sequence[Term]) -> str:
    return "{fields_toned pages_toned} : (" + " AND ".join(_quote(term.toned, term.is_prefix) for term in terms) + ")"


def _quote(words: Sequence[str], is_prefix: bool) -> str:
    return '"' + " ".join(words).replace('"', "") + '"' + (" *" if is_prefix else "")
