"""A rebuilt catalog says the same, and one that cannot be rebuilt stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from catalog import Catalog, CatalogAddress, Sighting, Submission, open_catalog, rebuild_catalog
from catalog.database import Database
from dossiers.errors import StorageUnavailableError
from dossiers.model import CatalogEntry, DocumentRole, SubmissionState
from tests.unit.catalog.examples import CLERK, MOMENT, make_entry

QUERIES = ["chữ", "Quyết định", "47/QĐ-UBND", "trang", '"cùng một"', "H15-261008-0003"]


def fill(catalog: Catalog) -> list[CatalogEntry]:
    entries = [
        make_entry(
            f"doc-{number:03}",
            f"cùng một chữ, trang {number}",
            "trang hai",
            dossier_number=f"H15-261008-{number // 2:04}",
            role=DocumentRole.RESULT if number % 2 else DocumentRole.COMPONENT,
            document_number=str(number),
            document_symbol="QĐ-UBND",
        )
        for number in range(60)
    ]
    for entry in entries:
        catalog.submissions.receive(
            entry.scan_sha256,
            name="a.pdf",
            path="a.pdf",
            size_bytes=1,
            dossier_number=entry.dossier_number,
            actor=CLERK,
            at=MOMENT,
        )
        catalog.submissions.mark(entry.scan_sha256, SubmissionState.ARCHIVED, actor=CLERK, at=MOMENT)
        catalog.documents.upsert(entry)
    return entries


def received(
    submissions: list[Submission], sightings: dict[str, list[Sighting]] | None = None
) -> list[tuple[Submission, list[Sighting]]]:
    return [(one, (sightings or {}).get(one.scan_sha256, [])) for one in submissions]


def describe(catalog: Catalog) -> tuple[object, ...]:
    results = tuple(catalog.search(query, limit=100) for query in QUERIES)
    return (results, catalog.progress(now=MOMENT), catalog.submissions.counts(), catalog.documents.list_documents())


def test_a_rebuilt_catalog_says_the_same(address: CatalogAddress, catalog: Catalog) -> None:
    entries = fill(catalog)
    submissions = catalog.submissions.list_submissions(limit=None)
    before = describe(catalog)
    report = rebuild_catalog(address, reversed(entries), received(submissions), actor=CLERK)
    assert (report.documents, report.submissions, report.kept_submissions) == (60, 60, 0)
    assert describe(catalog) == before
    assert catalog.submissions.list_submissions(limit=None) == submissions


def test_a_catalog_that_is_gone_is_built_anew_and_nothing_lies_about(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    report = rebuild_catalog(sqlite_address, [make_entry("doc", "chữ")], [], actor=CLERK)
    assert report.documents == 1
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.db"]
    assert (tmp_path / "catalog.db").stat().st_mode & 0o777 == 0o600
    with open_catalog(sqlite_address) as rebuilt:
        assert rebuilt.search("chữ").total == 1


def test_a_catalog_that_is_open_sees_the_new_state(address: CatalogAddress, catalog: Catalog) -> None:
    fill(catalog)
    rebuild_catalog(address, [make_entry("only", "riêng")], [], actor=CLERK)
    assert [hit.document_id for hit in catalog.search("riêng").hits] == ["only"]
    assert catalog.documents.count() == 1
    catalog.documents.upsert(make_entry("next", "riêng"))
    assert catalog.search("riêng").total == 2


def test_what_storage_cannot_tell_is_taken_over(address: CatalogAddress, catalog: Catalog) -> None:
    fill(catalog)
    submissions = catalog.submissions.list_submissions(limit=None)
    first = submissions[0].scan_sha256
    catalog.submissions.receive(first, name="b", path="b", size_bytes=1, dossier_number=None, actor=CLERK, at=MOMENT)
    catalog.submissions.receive("e" * 64, name="c", path="c", size_bytes=0, dossier_number=None, actor=CLERK, at=MOMENT)
    catalog.submissions.mark("e" * 64, SubmissionState.REJECTED, actor=CLERK)
    counts, sightings = catalog.submissions.counts(), catalog.submissions.list_sightings(first)
    history = catalog.submissions.history(first)
    report = rebuild_catalog(address, (), received(submissions, {first: sightings}), actor=CLERK, at=MOMENT)
    assert (report.submissions, report.kept_submissions) == (61, 1)
    assert catalog.submissions.counts() == counts
    assert catalog.submissions.list_sightings(first) == sightings
    assert catalog.submissions.history(first)[:-1] == history
    assert catalog.submissions.history(first)[-1].what == "rebuilt"


def test_an_archived_submission_that_storage_does_not_know_is_dropped(address: CatalogAddress, catalog: Catalog) -> None:
    entries = fill(catalog)
    submissions = catalog.submissions.list_submissions(limit=None)
    rebuild_catalog(address, entries[:1], received(submissions[:1]), actor=CLERK)
    assert catalog.submissions.counts()[SubmissionState.ARCHIVED] == 1


def test_a_rebuild_that_fails_leaves_the_old_catalog(address: CatalogAddress, catalog: Catalog, tmp_path: Path) -> None:
    entries = fill(catalog)
    before = describe(catalog)

    def break_off() -> Iterator[CatalogEntry]:
        yield from entries * 5
        raise StorageUnavailableError(detail="gone")

    with pytest.raises(StorageUnavailableError, match="gone"):
        rebuild_catalog(address, break_off(), [], actor=CLERK)
    assert describe(catalog) == before
    assert [path.name for path in tmp_path.iterdir() if "rebuild" in path.name] == []


def test_a_catalog_of_another_form_is_replaced(address: CatalogAddress, database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE sohoa_revision SET version_num = '0'"))
        connection.execute(text("DROP TABLE pages"))
    rebuild_catalog(address, [make_entry("doc", "chữ")], [], actor=CLERK)
    with open_catalog(address) as rebuilt:
        assert rebuilt.documents.get("doc") == make_entry("doc", "chữ")
