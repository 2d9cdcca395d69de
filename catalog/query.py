"""Read what a person typed into the search box.

Nothing in it is an operator but the quotation mark: the query is taken apart into words and put together anew, so that
no text can be read as the syntax of the search engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.folding import Word, find_words, normalize

MAX_QUERY_LETTERS = 1000
MAX_TERMS = 32

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_CHUNK = re.compile(r'"([^"]*)"|([^\s"]+)')
_LOOSE_SLASH = re.compile(r"\s*/\s*")
_MIN_PREFIX_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must follow each other: one word, a number such as ``47/QĐ-UBND``, or a quoted phrase.

    ``is_prefix`` lets the last word go on.
    """

    folded: tuple[str, ...]
    toned: tuple[str, ...]
    is_quoted: bool = False
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all be found in a document, in any order."""

    terms: tuple[Term, ...]

    @property
    def phrases(self) -> tuple[Term, ...]:
        """The query as typed: neighbouring words joined to one phrase, quoted phrases by themselves."""
        joined: list[Term] = []
        for term in self.terms:
            if joined and not term.is_quoted and not joined[-1].is_quoted:
                last = joined[-1]
                joined[-1] = Term(last.folded + term.folded, last.toned + term.toned)
            else:
                joined.append(Term(term.folded, term.toned, term.is_quoted))
        return tuple(joined)

    def open_last_word(self) -> Query | None:
        """Return the query with its last word taken as a beginning, or None when that word is quoted, short or a number."""
        last = self.terms[-1] if self.terms else None
        if last is None or last.is_quoted or len(last.folded[-1]) < _MIN_PREFIX_LETTERS or not last.folded[-1].isalpha():
            return None
        return Query((*self.terms[:-1], Term(last.folded, last.toned, is_prefix=True)))


def parse_query(text: str) -> Query:
    """Return the query a person typed; it has no terms when the text has no word. Never raises.

    Only the first 1,000 letters and 32 terms are looked at.
    """
    terms: list[Term] = []
    tidy = _LOOSE_SLASH.sub("/", normalize(text[:MAX_QUERY_LETTERS]).translate(_QUOTES))
    for match in _CHUNK.finditer(tidy):
        quoted, plain = match.group(1), match.group(2)
        term = _make_term(list(find_words(plain if quoted is None else quoted)), is_quoted=quoted is not None)
        if term is not None and len(terms) < MAX_TERMS:
            terms.append(term)
    return Query(tuple(terms))


def _make_term(words: list[Word], *, is_quoted: bool) -> Term | None:
    if not words:
        return None
    return Term(tuple(word.folded for word in words), tuple(word.toned for word in words), is_quoted)
