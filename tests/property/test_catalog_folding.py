"""Folding and searching must hold for any text at all."""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog import Catalog, CatalogAddress, open_catalog
from catalog.folding import find_words, fold, fold_word, normalize
from catalog.snippets import mask_personal_ids
from tests.unit.catalog.examples import make_entry

VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯ àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệ0123456789/.-", max_size=60)
SYNTAX = st.text("\"'*^:;(){}[]-+~,.\\/%_$@#!?|&=<> \t\n\0", max_size=20)
HOSTILE = st.lists(SYNTAX | st.sampled_from(["NEAR", "AND", "OR", "NOT", "fields", "chữ", "a", " "])).map("".join)


def words_of(text: str) -> list[tuple[str, str]]:
    return [(word.folded, word.toned) for word in find_words(text)]


@given(st.text() | VIETNAMESE)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_twice_is_folding_once_for_every_letter_there_is() -> None:
    letters = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


@given(st.text() | VIETNAMESE)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)


@given(VIETNAMESE)
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    assert words_of(unicodedata.normalize("NFC", text)) == words_of(unicodedata.normalize("NFD", text))


@given(VIETNAMESE)
def test_vietnamese_folds_to_plain_small_letters(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text) == fold(text.upper())
    assert len(fold(text)) == len(unicodedata.normalize("NFC", text))


@given(st.text())
def test_words_stand_where_they_say_and_hold_nothing_that_parts_words(text: str) -> None:
    for word in find_words(text):
        assert fold_word(text[word.start : word.end]) == (word.folded, word.toned)
        assert word.folded.isalnum()
        assert word.toned.replace("_", "", 1).isalnum()


@given(st.text(st.characters(exclude_categories=())))
def test_normalized_text_can_be_stored_and_stays(text: str) -> None:
    normalized = normalize(text)
    normalized.encode("utf-8")
    assert "\0" not in normalized
    assert normalize(normalized) == normalized


def locate(folder: str) -> CatalogAddress:
    return CatalogAddress(f"sqlite:///{Path(folder) / 'catalog.db'}")


@pytest.fixture(scope="module")
def filled() -> Iterator[Catalog]:
    with tempfile.TemporaryDirectory() as folder, open_catalog(locate(folder)) as catalog:
        catalog.documents.upsert(make_entry("doc", "chữ a near and or not fields"), make_entry("other", "khác"))
        yield catalog


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())) | HOSTILE | VIETNAMESE)
@example('" OR 1=1; DROP TABLE documents; --')
@example('fields_toned : "x" *')
@example("\udcff\x00")
@example("a" * 100_000)
@example("a " * 10_000)
@example('"' * 999)
@example("/ " * 500)
def test_no_query_raises_or_changes_anything(filled: Catalog, text: str) -> None:
    results = filled.search(text)
    assert 0 <= len(results.hits) == results.total <= 2
    assert results.is_empty_query == (not any(True for _ in find_words(normalize(text[:1000]))))
    assert filled.documents.count() == 2
    for hit in results.hits:
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.highlights)


@settings(deadline=None)
@given(SYNTAX, SYNTAX)
def test_a_word_among_syntax_is_found_as_a_word(filled: Catalog, before: str, after: str) -> None:
    assert [hit.document_id for hit in filled.search(f"{before}chữ{after}").hits] == ["doc"]


@settings(deadline=None)
@given(st.text())
def test_a_text_is_found_by_itself(text: str) -> None:
    words = list(find_words(normalize(text)))
    if words and len(text) < 200:
        with tempfile.TemporaryDirectory() as folder, open_catalog(locate(folder)) as catalog:
            catalog.documents.upsert(make_entry("doc", text))
            hit = catalog.search('"' + text.replace('"', " ") + '"').hits[0]
            assert hit.exact


@given(st.text("0123456789  .-a\u00a0", max_size=60))
@example("1 2 3 4 5 6 7 8 079085123456")
def test_no_run_of_digits_as_long_as_an_id_number_is_left(text: str) -> None:
    masked = mask_personal_ids(text)
    assert len(masked) == len(text)
    assert re.search(r"(?<![0-9])(?:[0-9]{9}|[0-9]{12})(?![0-9])", masked) is None
