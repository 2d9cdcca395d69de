"""The search index in SQLite FTS5; the only module with SQL that no other database understands.

One row a document. Its words are folded in Python before they come here (``catalog.folding``) and stand apart by spaces, so the
tokenizer has nothing left to decide; ``\\n`` parts pages and fields. Document-wide rows let the words of a query stand on
different pages. Every query text is bound, and consists of quoted strings of letters and digits only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from catalog.folding import find_words
from catalog.query import Query, Term

_BREAK = "___"  # a word no text has: phrases do not reach over the end of a field
_FIELD_WEIGHT, _PAGE_WEIGHT = 8.0, 1.0

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


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document that was found. ``is_exact``: as typed, diacritics and order of words included; higher scores are better."""

    row_id: int
    score: float
    is_exact: bool


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page's words in both forms, each form with a space before, between and after them."""

    folded: str
    toned: str


def index_document(connection: Connection, row_id: int, fields: Iterable[str], pages: Iterable[str]) -> None:
    """Put a document's words into the index in place of those it had."""
    field_forms = [_write_forms(field) for field in fields]
    page_forms = [_write_forms(page) for page in pages]
    field_break = f"\n{_BREAK}\n"
    connection.execute(_DELETE, {"id": row_id})
    values = {
        "id": row_id,
        "fields": field_break.join(folded for folded, _ in field_forms),
        "pages": "\n".join(folded for folded, _ in page_forms),
        "fields_toned": field_break.join(toned for _, toned in field_forms),
        "pages_toned": "\n".join(toned for _, toned in page_forms),
    }
    connection.execute(_INSERT, values)


def remove_document(connection: Connection, row_id: int) -> None:
    """Take a document out of the index."""
    connection.execute(_DELETE, {"id": row_id})


def count_documents(connection: Connection, query: Query) -> int:
    """Count the documents that hold every term of a query, which has at least one."""
    return int(connection.execute(_COUNT, {"words": _match_folded(query.terms)}).scalar_one())


def rank_documents(connection: Connection, query: Query, limit: int, offset: int) -> list[RankedDocument]:
    """Return the documents that hold every term, best first.

    Documents that hold the query as typed come first, then those with the same words and diacritics, then the same phrase
    without diacritics, then the rest. Among equals, those that have the query or a number in it (``47/QĐ-UBND``) in their own
    fields come before those that only cite it; then by BM25, where a word in a field weighs eight times one on a page.
    """
    values = {
        "words": _match_folded(query.terms),
        "phrases": _match_folded(query.phrases),
        "field_phrases": _match_field(query),
        "toned_words": _match_toned(query.terms),
        "toned_phrases": _match_toned(query.phrases),
        "field_weight": _FIELD_WEIGHT,
        "page_weight": _PAGE_WEIGHT,
        "limit": limit,
        "offset": offset,
    }
    return [RankedDocument(row.id, -row.score, row.tier == 0) for row in connection.execute(_RANK, values)]


def read_page_words(connection: Connection, row_id: int) -> list[PageWords]:
    """Return the indexed words of a document's pages in the order they were given."""
    row = connection.execute(_READ, {"id": row_id}).one()
    folded, toned = row.pages.split("\n"), row.pages_toned.split("\n")
    return [PageWords(f" {one} ", f" {other} ") for one, other in zip(folded, toned, strict=True)]


def _write_forms(content: str) -> tuple[str, str]:
    words = list(find_words(content))
    return " ".join(word.folded for word in words), " ".join(word.toned for word in words)


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
