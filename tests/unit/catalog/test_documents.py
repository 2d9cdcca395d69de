"""A document is in the catalog once, with its text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog import Catalog
from dossiers.errors import NotFoundError
from dossiers.model import CatalogEntry, DocumentRole, Outcome, ReviewReason
from dossiers.signatures import SignatureStanding
from tests.unit.catalog.examples import make_entry


def test_a_document_comes_back_as_it_was_put_in(catalog: Catalog) -> None:
    entry = replace(
        make_entry("doc", "trang một", "trang hai", document_number="47", abstract="Về việc", state=Outcome.NEEDS_REVIEW),
        review_reasons=(ReviewReason.POOR_SCAN, ReviewReason.MISSING_FIELD),
        signature_level=None,
    )
    catalog.documents.upsert(entry)
    assert catalog.documents.get("doc") == entry
    assert catalog.documents.list_documents() == [replace(entry, pages=())]


def test_putting_a_document_in_again_replaces_it_and_its_words(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("doc", "chữ cũ", "trang hai"))
    for _ in range(3):
        catalog.documents.upsert(make_entry("doc", "chữ mới"))
    assert catalog.documents.count() == 1
    assert [page.text for page in catalog.documents.get("doc").pages] == ["chữ mới"]
    assert catalog.search("cũ").total == 0
    assert catalog.search("mới").total == 1


def test_several_are_put_in_all_or_none(catalog: Catalog) -> None:
    wrong = replace(make_entry("wrong"), state=Outcome.REJECTED)
    with pytest.raises(ValueError, match="rejected"):
        catalog.documents.upsert(make_entry("right"), wrong)
    assert catalog.documents.count() == 0


def test_documents_are_listed_by_scan_and_dossier(catalog: Catalog) -> None:
    scan = "cd" * 32

    def make(name: str, first_page: int, dossier_number: str | None) -> CatalogEntry:
        made = make_entry(name, scan_sha256=scan, dossier_number=dossier_number, role=DocumentRole.RESULT)
        return replace(made, first_page=first_page, last_page=first_page)

    catalog.documents.upsert(make("b", 3, "H15-261008-0001"), make("a", 1, "H15-261008-0001"), make("c", 5, None))
    assert [entry.document_id for entry in catalog.documents.list_of_dossier("H15-261008-0001")] == ["a", "b"]
    assert [entry.document_id for entry in catalog.documents.list_of_dossier(None)] == ["c"]
    assert {entry.document_id for entry in catalog.documents.list_of_scan(scan.upper())} == {"a", "b", "c"}
    assert all(entry.pages for entry in catalog.documents.list_of_scan(scan, with_pages=True))


def test_dossiers_are_listed_once_and_in_order(catalog: Catalog) -> None:
    numbers = ("H01.31.12-261008-0002", None, "H01.31.12-261008-0001", "H01.31.12-261008-0002")
    for place, number in enumerate(numbers):
        catalog.documents.upsert(replace(make_entry(f"doc-{place}", "tên", "trang"), dossier_number=number))
    assert catalog.documents.list_dossier_numbers() == ["H01.31.12-261008-0001", "H01.31.12-261008-0002"]


def test_signed_documents_are_listed_by_the_verdict_on_their_signatures(catalog: Catalog) -> None:
    standings = {"doc-1": None, "doc-2": SignatureStanding.TRUSTED, "doc-3": SignatureStanding.BROKEN}
    catalog.documents.upsert(*(replace(make_entry(name), signature_standing=item) for name, item in standings.items()))
    assert {entry.document_id for entry in catalog.documents.list_signed()} == {"doc-2", "doc-3"}
    (broken,) = catalog.documents.list_signed(SignatureStanding.BROKEN)
    assert (broken.document_id, broken.signature_standing) == ("doc-3", SignatureStanding.BROKEN)
    assert catalog.documents.list_signed(SignatureStanding.UNCHECKED) == []
    assert len(catalog.documents.list_signed(limit=1)) == 1


def test_a_prefix_finds_documents(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("ab12"), make_entry("ab34"), make_entry("cd"))
    assert [entry.document_id for entry in catalog.documents.find_by_prefix("ab3")] == ["ab34"]
    assert len(catalog.documents.find_by_prefix("ab")) == 2
    assert catalog.documents.find_by_prefix("%") == catalog.documents.find_by_prefix("") == []


def test_a_discarded_document_is_gone_with_its_words(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("doc", "chữ"), make_entry("other", "chữ"))
    assert catalog.documents.discard("doc")
    assert not catalog.documents.discard("doc")
    assert [hit.document_id for hit in catalog.search("chữ").hits] == ["other"]
    with pytest.raises(NotFoundError):
        catalog.documents.get("doc")


def test_a_few_thousand_pages_are_searched_and_counted_right(catalog: Catalog) -> None:
    sentence = "Căn cứ Luật Tổ chức chính quyền địa phương; xét đề nghị của Chánh Văn phòng, "
    entries = [
        make_entry(f"doc-{number:04}", *(f"{sentence * 5} tờ trình {number * 4 + page} mã{number % 7}" for page in range(4)))
        for number in range(750)
    ]
    catalog.documents.upsert(*entries)
    assert catalog.search("chính quyền địa phương").total == 750
    assert catalog.search("mã3").total == len([number for number in range(750) if number % 7 == 3])
    hit = catalog.search('"tờ trình 1234"').hits
    assert [(found.document_id, found.page) for found in hit] == [("doc-0308", 3)]
