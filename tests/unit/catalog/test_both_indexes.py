"""The two search engines find the same and show it the same; only the order among equals is their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from catalog import Catalog, CatalogAddress, SearchHit, open_catalog
from tests.unit.catalog.examples import make_entry

TEXT = (
    "bản đồ ban do độ điện biên đường Đường ủy uỷ ban nhân dân hòa hoà giải quyết định số 47/QĐ-UBND 05 5 Khương khươ mã3 a_b"
)
WORDS = tuple(TEXT.split(" "))


@pytest.fixture
def both(sqlite_address: CatalogAddress, postgresql_address: CatalogAddress) -> Iterator[tuple[Catalog, Catalog]]:
    with open_catalog(sqlite_address) as one, open_catalog(postgresql_address) as other:
        yield one, other


def fill(both: tuple[Catalog, Catalog], draw: np.random.Generator) -> None:
    for number in range(60):
        pages = [" ".join(draw.choice(WORDS, draw.integers(0, 13))) for _ in range(draw.integers(1, 4))]
        entry = make_entry(
            f"doc-{number:02}",
            *pages,
            type_name=str(draw.choice(["Giấy phép", "Bản đồ"])),
            document_number=str(draw.integers(45, 49)),
            document_symbol="QĐ-UBND",
        )
        for catalog in both:
            catalog.documents.upsert(entry)


def describe(hits: tuple[SearchHit, ...]) -> list[SearchHit]:
    return sorted((replace(hit, score=0.0) for hit in hits), key=lambda hit: hit.document_id)


def test_any_query_finds_and_shows_the_same(both: tuple[Catalog, Catalog]) -> None:
    draw = np.random.default_rng(20261125)
    fill(both, draw)
    found = 0
    for _ in range(60):
        typed = " ".join(draw.choice([*WORDS, "quyế", "khuo", "H15.50"], draw.integers(1, 4)))
        typed = f'"{typed}"' if draw.random() < 0.3 else typed
        one, other = (catalog.search(typed, limit=100) for catalog in both)
        assert describe(one.hits) == describe(other.hits), typed
        assert (one.total, one.is_prefix) == (other.total, other.is_prefix), typed
        assert [hit.exact for hit in one.hits] == [hit.exact for hit in other.hits], typed
        found += one.total
    assert found > 400


def test_a_phrase_goes_on_over_the_page(both: tuple[Catalog, Catalog]) -> None:
    for catalog in both:
        catalog.documents.upsert(make_entry("doc", "Căn cứ Luật Tổ", "chức chính quyền"))
        assert catalog.search('"luật tổ chức"').total == 1
        assert catalog.search('"chính quyền quyết định"').total == 0


def test_a_phrase_is_found_at_the_end_of_a_long_document(both: tuple[Catalog, Catalog]) -> None:
    filling = " ".join(f"chữ{number % 50}" for number in range(20_000))
    for catalog in both:
        catalog.documents.upsert(make_entry("long", filling, "trang cuối có câu này"), make_entry("other", "câu có này"))
        assert [(hit.document_id, hit.page) for hit in catalog.search('"có câu này"').hits] == [("long", 2)]


def test_words_longer_than_an_index_takes_are_found_and_told_apart(both: tuple[Catalog, Catalog]) -> None:
    long = "x" * 3000
    for catalog in both:
        catalog.documents.upsert(make_entry("a", f"{long}a"), make_entry("b", f"{'x' * 400}b"))
        assert [hit.document_id for hit in catalog.search(f"{'x' * 400}b").hits] == ["b"]
        assert catalog.search(f"{'x' * 400}c").total == 0


def test_a_document_with_more_words_than_a_row_takes_is_found_by_each(both: tuple[Catalog, Catalog]) -> None:
    many = " ".join(f"w{number:024}" for number in range(37_000))
    for catalog in both:
        catalog.documents.upsert(make_entry("many", many, "trang cuối"), make_entry("few", "trang đầu"))
        assert [hit.document_id for hit in catalog.search(f"w{7777:024}").hits] == ["many"]
        assert [hit.document_id for hit in catalog.search('"trang cuối"').hits] == ["many"]
        assert catalog.search(f"w{7777:024} đầu").total == 0
        assert catalog.search("trang").total == 2


def test_where_more_answer_than_are_ranked_every_one_is_listed_once(
    both: tuple[Catalog, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.fts_postgresql.RANKED_DOCUMENTS", 5)
    catalog = both[1]
    catalog.documents.upsert(*(make_entry(f"typed-{number}", "tờ bản đồ") for number in range(3)))
    catalog.documents.upsert(*(make_entry(f"other-{number:02}", "đồ gỗ và bản in") for number in range(20)))
    for size in (4, 7, 23, 50):
        pages = [catalog.search("bản đồ", limit=size, offset=offset).hits for offset in range(0, 24, size)]
        listed = [hit.document_id for page in pages for hit in page]
        assert (len(listed), len(set(listed))) == (23, 23)
        assert listed[:3] == ["typed-0", "typed-1", "typed-2"]
