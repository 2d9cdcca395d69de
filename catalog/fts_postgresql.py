"""The search index in PostgreSQL: a GIN index of a document's words finds it, its words in order tell the rest.

The lexemes are made here and have no positions, because those of a ``tsvector`` end at 16,383 and phrases must be found on
page 100 too. So the index finds the documents with all words, and what stands beside them, the words in order with a space
before, between and after each, decides about phrases. Every value is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Text, and_, case, cast, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, insert

from catalog.fts_words import FIELD_BREAK, FIELD_WEIGHT, PAGE_WEIGHT, Forms, PageWords, RankedDocument
from catalog.query import Query, Term
from catalog.schema import document_index, documents

_index = document_index.c
_MAX_LEXEME_LETTERS = 200  # PostgreSQL takes 2,046 bytes; a letter has at most 4
_MAX_LEXEMES_BYTES = 900_000  # and of all lexemes of a row 1 MiB
_TOO_MANY = "_"  # the one lexeme of a document with more: it is looked through whenever anything is searched
_SHORT_PAGES_BYTES = 8000.0  # about what two pages hold, folded


def index_document(connection: Connection, row_id: int, fields: Sequence[Forms], pages: Sequence[Forms]) -> None:
    """Put a document's words into the index in place of those it had."""
    values = {
        "fields": _join([folded for folded, _ in fields], f" {FIELD_BREAK} "),
        "pages": _join([folded for folded, _ in pages]),
        "fields_toned": _join([toned for _, toned in fields], f" {FIELD_BREAK} "),
        "pages_toned": _join([toned for _, toned in pages]),
        "words_a_page": [len(folded) for folded, _ in pages],
        "lexemes": func.array_to_tsvector(cast(_list_lexemes([*fields, *pages]), ARRAY(Text))),
    }
    statement = insert(document_index).values(document_id=row_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[_index.document_id], set_=values))


def remove_document(connection: Connection, row_id: int) -> None:
    """Take a document out of the index."""
    connection.execute(delete(document_index).where(_index.document_id == row_id))


def count_documents(connection: Connection, query: Query) -> int:
    """Count the documents that hold every term of a query, which has at least one."""
    return connection.execute(select(func.count()).select_from(document_index).where(_matches(query))).scalar_one()


def rank_documents(connection: Connection, query: Query, limit: int, offset: int) -> list[RankedDocument]:
    """Return the documents that hold every term, best first.

    The score adds up how often each term stands there, with diminishing returns and the more slowly the longer the document
    is, as BM25 does; unlike it, a term counts the same whether it is rare or not, since every hit holds all terms.
    """
    tier = case(
        (_hold_all(query.phrases, is_toned=True), 0),
        (_hold_all(query.terms, is_toned=True), 1),
        (_hold_all(query.phrases), 2),
        else_=3,
    ).label("tier")
    score = sum((_score(term) for term in query.terms), start=cast(literal(0.0), Float)).label("score")
    found = (
        select(documents.c.id, tier, score)
        .join(document_index, _index.document_id == documents.c.id)
        .where(_matches(query))
        .order_by(tier, _is_in_field(query).desc(), score.desc(), documents.c.document_id)
        .limit(limit)
        .offset(offset)
    )
    return [RankedDocument(row.id, row.score, row.tier == 0) for row in connection.execute(found)]


def read_page_words(connection: Connection, row_id: int) -> list[PageWords]:
    """Return the indexed words of a document's pages in the order they were given."""
    query = select(_index.pages, _index.pages_toned, _index.words_a_page).where(_index.document_id == row_id)
    row = connection.execute(query).one()
    folded, toned = iter(row.pages.split()), iter(row.pages_toned.split())
    return [PageWords(f" {' '.join(islice(folded, n))} ", f" {' '.join(islice(toned, n))} ") for n in row.words_a_page]


def _join(texts: Sequence[Sequence[str]], between: str = " ") -> str:
    return f" {between.join(' '.join(words) for words in texts if words)} "


def _list_lexemes(texts: Sequence[Forms]) -> list[str]:
    lexemes = sorted({word[:_MAX_LEXEME_LETTERS] for folded, _ in texts for word in folded})
    return lexemes if sum(len(word.encode()) for word in lexemes) <= _MAX_LEXEMES_BYTES else [_TOO_MANY]


def _matches(query: Query) -> ColumnElement[bool]:
    words = {_write_lexeme(word) for term in query.terms for word in term.folded[:-1]}
    words |= {_write_lexeme(term.folded[-1], is_prefix=term.is_prefix) for term in query.terms}
    undecided = [term for term in query.terms if len(term.folded) > 1 or len(term.folded[0]) > _MAX_LEXEME_LETTERS]
    return or_(
        and_(_has_lexemes(" & ".join(sorted(words))), *(_holds(term) for term in undecided)),
        and_(_has_lexemes(_write_lexeme(_TOO_MANY)), *(_holds(term) for term in query.terms)),
    )


def _has_lexemes(query: str) -> ColumnElement[bool]:
    return _index.lexemes.bool_op("@@")(cast(query, TSQUERY))


def _write_lexeme(word: str, *, is_prefix: bool = False) -> str:
    """Write a word, which has only letters and digits, for a ``tsquery``."""
    return f"'{word[:_MAX_LEXEME_LETTERS]}'{':*' if is_prefix else ''}"


def _hold_all(terms: Sequence[Term], *, is_toned: bool = False) -> ColumnElement[bool]:
    return and_(*(_holds(term, is_toned=is_toned) for term in terms))


def _holds(term: Term, *, is_toned: bool = False) -> ColumnElement[bool]:
    columns = (_index.fields_toned, _index.pages_toned) if is_toned else (_index.fields, _index.pages)
    spelled = _spell(term.toned if is_toned else term.folded, term.is_prefix)
    return or_(*(func.strpos(column, spelled) > 0 for column in columns))


def _is_in_field(query: Query) -> ColumnElement[bool]:
    whole = and_(*(func.strpos(_index.fields, _spell(phrase.folded, phrase.is_prefix)) > 0 for phrase in query.phrases))
    numbers = [term for term in query.terms if len(term.folded) > 1]
    return or_(whole, *(func.strpos(_index.fields, _spell(term.folded, term.is_prefix)) > 0 for term in numbers))


def _score(term: Term) -> ColumnElement[Any]:
    spelled = _spell(term.folded, term.is_prefix)
    weight = FIELD_WEIGHT * _count(_index.fields, spelled) + PAGE_WEIGHT * _count(_index.pages, spelled)
    return weight / (weight + 1 + func.octet_length(_index.pages) / _SHORT_PAGES_BYTES)


def _count(column: ColumnElement[str], spelled: str) -> ColumnElement[Any]:
    """Count how often a spelling stands in a column. Neighbours that share a space count once: it is for the order only."""
    gone = func.octet_length(column) - func.octet_length(func.replace(column, spelled, ""))
    return gone / float(len(spelled.encode()))


def _spell(words: Sequence[str], is_prefix: bool) -> str:
    return f" {' '.join(words)}" if is_prefix else f" {' '.join(words)} "
