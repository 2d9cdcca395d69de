"""The search index in PostgreSQL: a GIN index finds documents by their words and pairs of words, their text tells the rest.

The lexemes are made here and have no positions, because those of a ``tsvector`` end at 16,383 and phrases must be found on
page 100 too. Pairs of neighbours are lexemes as well: in a large archive half of all documents hold every word of a common
name somewhere, but few hold it as typed. What the lexemes leave open is decided by the words in order, which stand beside them
with a space before, between and after each. Every value is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, insert
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from catalog.fts_words import FIELD_BREAK, FIELD_WEIGHT, PAGE_WEIGHT, Forms, PageWords, RankedDocument
from catalog.query import Query, Term
from catalog.schema import document_index, documents

_index = document_index.c
_MAX_LEXEME_LETTERS = 200  # PostgreSQL takes 2,046 bytes; a letter has at most 4
_MAX_LEXEMES_BYTES = 900_000  # and of all lexemes of a row 1 MiB
_TOO_MANY = "_"  # the one lexeme of a document with more: it is looked through whenever anything is searched
RANKED_DOCUMENTS = 1000
_Held = ReadOnlyColumnCollection[str, Any]
_SHORT_PAGES_BYTES = 8000.0  # about what two pages hold, folded


def index_document(connection: Connection, row_id: int, fields: Sequence[Forms], pages: Sequence[Forms]) -> None:
    """Put a document's words into the index in place of those it had."""
    values = {
        "fields": _join([folded for folded, _ in fields], f" {FIELD_BREAK} "),
        "pages": _join([folded for folded, _ in pages]),
        "fields_toned": _join([toned for _, toned in fields], f" {FIELD_BREAK} "),
        "pages_toned": _join([toned for _, toned in pages]),
        "words_a_page": [len(folded) for folded, _ in pages],
        "lexemes": func.array_to_tsvector(cast(_list_lexemes(fields, pages), ARRAY(Text))),
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
    is, as BM25 does; unlike it, a term counts the same whether it is rare or not, since every hit holds all terms. Where very
    many answer, the 1,000 last catalogued of those that may hold the query as typed and of all are ranked; the others follow.
    """
    chosen = _choose_candidates(query)
    ranked = [
        RankedDocument(row.id, row.score, row.tier == 0) for row in connection.execute(_rank(chosen, query, limit, offset))
    ]
    if len(ranked) == limit or offset + limit <= RANKED_DOCUMENTS:
        return ranked
    ranked_count = connection.execute(select(func.count()).select_from(chosen)).scalar_one()
    others = select(_index.document_id).where(_matches(query), _index.document_id.not_in(select(chosen.c.document_id)))
    others = others.order_by(_index.document_id.desc()).limit(limit - len(ranked)).offset(max(0, offset - ranked_count))
    return [*ranked, *(RankedDocument(row.document_id, 0.0, is_exact=False) for row in connection.execute(others))]


def read_page_words(connection: Connection, row_id: int) -> list[PageWords]:
    """Return the indexed words of a document's pages in the order they were given."""
    query = select(_index.pages, _index.pages_toned, _index.words_a_page).where(_index.document_id == row_id)
    row = connection.execute(query).one()
    folded, toned = iter(row.pages.split()), iter(row.pages_toned.split())
    return [PageWords(f" {' '.join(islice(folded, n))} ", f" {' '.join(islice(toned, n))} ") for n in row.words_a_page]


def _join(texts: Sequence[Sequence[str]], between: str = " ") -> str:
    return f" {between.join(' '.join(words) for words in texts if words)} "


def _list_lexemes(fields: Sequence[Forms], pages: Sequence[Forms]) -> list[str]:
    streams = [*(folded for folded, _ in fields), [word for folded, _ in pages for word in folded]]
    lexemes = {_cut(word) for words in streams for word in words}
    lexemes |= {_cut(f"{one} {next_one}") for words in streams for one, next_one in pairwise(words)}
    is_small = sum(len(lexeme.encode()) for lexeme in lexemes) <= _MAX_LEXEMES_BYTES
    return sorted(lexemes) if is_small else [_TOO_MANY]


def _choose_candidates(query: Query) -> CTE:
    found = select(_index.document_id).where(_matches(query))
    typed = _has_lexemes(f"{_write_lexemes(query.phrases)} | {_quote(_TOO_MANY)}")
    newest = _index.document_id.desc()
    either = union(*(one.order_by(newest).limit(RANKED_DOCUMENTS) for one in (found, found.where(typed))))
    return either.cte("candidates")


def _rank(chosen: CTE, query: Query, limit: int, offset: int) -> Select[Any]:
    # Joined to nothing, a text is unpacked once instead of at every look; OFFSET 0 keeps the planner from undoing that.
    unpacked = [
        (column + "").label(column.name) for column in (_index.fields, _index.pages, _index.fields_toned, _index.pages_toned)
    ]
    texts = select(_index.document_id.label("id"), *unpacked).where(_index.document_id.in_(select(chosen.c.document_id)))
    held = texts.offset(0).subquery("texts").c
    tier = case(
        (_hold_all(held, query.phrases, is_toned=True), 0),
        (_hold_all(held, query.terms, is_toned=True), 1),
        (_hold_all(held, query.phrases), 2),
        else_=3,
    ).label("tier")
    score = sum((_score(held, term) for term in query.terms), start=cast(literal(0.0), Float)).label("score")
    return (
        select(held.id, tier, score)
        .join(documents, documents.c.id == held.id)
        .order_by(tier, _is_in_field(held, query).desc(), score.desc(), documents.c.document_id)
        .limit(limit)
        .offset(offset)
    )


def _matches(query: Query) -> ColumnElement[bool]:
    undecided = [term for term in query.terms if len(term.folded) > 2 or len(" ".join(term.folded)) > _MAX_LEXEME_LETTERS]
    return or_(
        and_(_has_lexemes(_write_lexemes(query.terms)), _hold_all(_index, undecided)),
        and_(_has_lexemes(_quote(_TOO_MANY)), _hold_all(_index, query.terms)),
    )


def _has_lexemes(query: str) -> ColumnElement[bool]:
    return _index.lexemes.bool_op("@@")(cast(query, TSQUERY))


def _write_lexemes(terms: Sequence[Term]) -> str:
    """Write what every document with these terms has as a ``tsquery``: single words, and the pairs of longer terms."""
    lexemes: set[str] = set()
    for term in terms:
        parts = [f"{one} {next_one}" for one, next_one in pairwise(term.folded)] or list(term.folded)
        lexemes |= {_quote(part) for part in parts[:-1]}
        lexemes.add(f"{_quote(parts[-1])}{':*' if term.is_prefix else ''}")
    return " & ".join(sorted(lexemes))


def _quote(lexeme: str) -> str:
    """Quote a lexeme, which has only letters, digits and spaces, for a ``tsquery``."""
    return f"'{_cut(lexeme)}'"


def _cut(lexeme: str) -> str:
    return lexeme[:_MAX_LEXEME_LETTERS]


def _hold_all(held: _Held, terms: Sequence[Term], *, is_toned: bool = False) -> ColumnElement[bool]:
    return and_(true(), *(_holds(held, term, is_toned=is_toned) for term in terms))


def _holds(held: _Held, term: Term, *, is_toned: bool) -> ColumnElement[bool]:
    columns = (held.fields_toned, held.pages_toned) if is_toned else (held.fields, held.pages)
    spelled = _spell(term.toned if is_toned else term.folded, term.is_prefix)
    return or_(*(func.strpos(column, spelled) > 0 for column in columns))


def _is_in_field(held: _Held, query: Query) -> ColumnElement[bool]:
    whole = and_(*(func.strpos(held.fields, _spell(phrase.folded, phrase.is_prefix)) > 0 for phrase in query.phrases))
    numbers = [term for term in query.terms if len(term.folded) > 1]
    return or_(whole, *(func.strpos(held.fields, _spell(term.folded, term.is_prefix)) > 0 for term in numbers))


def _score(held: _Held, term: Term) -> ColumnElement[Any]:
    spelled = _spell(term.folded, term.is_prefix)
    weight = FIELD_WEIGHT * _count(held.fields, spelled) + PAGE_WEIGHT * _count(held.pages, spelled)
    return weight / (weight + 1 + func.octet_length(held.pages) / _SHORT_PAGES_BYTES)


def _count(column: ColumnElement[str], spelled: str) -> ColumnElement[Any]:
    """Count how often a spelling stands in a column. Neighbours that share a space count once: it is for the order only."""
    gone = func.octet_length(column) - func.octet_length(func.replace(column, spelled, ""))
    return gone / float(len(spelled.encode()))


def _spell(words: Sequence[str], is_prefix: bool) -> str:
    return f" {' '.join(words)}" if is_prefix else f" {' '.join(words)} "
