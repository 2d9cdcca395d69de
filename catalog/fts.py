"""The search index of the catalog, on either database.

A document's words are folded in Python before they come here (``catalog.folding``), so that both databases find the same. One
row a document lets the words of a query stand on different pages. What differs is the engine, and with it the score among
equals: ``catalog.fts_sqlite`` and ``catalog.fts_postgresql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection

from catalog import fts_postgresql, fts_sqlite
from catalog.fts_words import Forms, PageWords, RankedDocument, write_forms
from catalog.query import Query


def index_document(connection: Connection, row_id: int, fields: Iterable[str], pages: Iterable[str]) -> None:
    """Put a document's words into the index in place of those it had."""
    field_forms = [write_forms(field) for field in fields]
    page_forms = [write_forms(page) for page in pages]
    _engine(connection).index_document(connection, row_id, field_forms, page_forms)


def remove_document(connection: Connection, row_id: int) -> None:
    """Take a document out of the index."""
    _engine(connection).remove_document(connection, row_id)


def count_documents(connection: Connection, query: Query) -> int:
    """Count the documents that hold every term of a query, which has at least one."""
    return _engine(connection).count_documents(connection, query)


def rank_documents(connection: Connection, query: Query, limit: int, offset: int) -> list[RankedDocument]:
    """Return the documents that hold every term, best first.

    Documents that hold the query as typed come first, then those with the same words and diacritics, then the same phrase
    without diacritics, then the rest. Among equals, those that have the query or a number in it (``47/QĐ-UBND``) in their own
    fields come before those that only cite it; then by the engine's score, where a word in a field weighs eight times one on a
    page; then by ``document_id``.
    """
    return _engine(connection).rank_documents(connection, query, limit, offset)


def read_page_words(connection: Connection, row_id: int) -> list[PageWords]:
    """Return the indexed words of a document's pages in the order they were given."""
    return _engine(connection).read_page_words(connection, row_id)


class _Engine(Protocol):
    def index_document(
        self, connection: Connection, row_id: int, fields: Sequence[Forms], pages: Sequence[Forms], /
    ) -> None: ...
    def remove_document(self, connection: Connection, row_id: int, /) -> None: ...
    def count_documents(self, connection: Connection, query: Query, /) -> int: ...
    def rank_documents(self, connection: Connection, query: Query, limit: int, offset: int, /) -> list[RankedDocument]: ...
    def read_page_words(self, connection: Connection, row_id: int, /) -> list[PageWords]: ...


def _engine(connection: Connection) -> _Engine:
    return fts_postgresql if connection.dialect.name == "postgresql" else fts_sqlite
