"""Each change of which the store must hear is noted with it, and the note goes only with a record made after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog import Catalog, CatalogAddress, DueRecord, rebuild_catalog
from dossiers.errors import EmptyFileError, StorageUnavailableError
from dossiers.model import SubmissionState
from tests.unit.catalog.examples import CLERK, MOMENT, make_entry

SHA = "ab" * 32


def receive(catalog: Catalog, path: str = "/quet/a.pdf", sha256: str = SHA) -> None:
    catalog.submissions.receive(sha256, name="a.pdf", path=path, size_bytes=1, dossier_number=None, actor=CLERK)


def settle(catalog: Catalog, state: SubmissionState = SubmissionState.ARCHIVED, sha256: str = SHA) -> None:
    receive(catalog, sha256=sha256)
    catalog.submissions.mark(sha256, state, actor=CLERK)


def find(catalog: Catalog, sha256: str = SHA) -> DueRecord:
    due = catalog.record_outbox.find(sha256)
    assert due is not None
    return due


def clear(catalog: Catalog) -> None:
    assert catalog.record_outbox.take_out(find(catalog))
    assert catalog.record_outbox.find(SHA) is None


def test_what_only_begins_is_not_due(catalog: Catalog) -> None:
    """The store hears of an arrival before the catalog does."""
    receive(catalog)
    receive(catalog)
    catalog.submissions.start_attempt(SHA, actor=CLERK)
    catalog.submissions.requeue(SHA, actor=CLERK)
    assert catalog.record_outbox.list_due() == []
    assert catalog.record_outbox.find(SHA) is None


@pytest.mark.parametrize(
    "state",
    [
        SubmissionState.ARCHIVED,
        SubmissionState.NEEDS_REVIEW,
        SubmissionState.REJECTED,
        SubmissionState.REARRANGED,
        SubmissionState.FAILED,
    ],
)
def test_every_end_is_due(catalog: Catalog, state: SubmissionState) -> None:
    settle(catalog, state)
    assert catalog.record_outbox.list_due() == [SHA]
    assert find(catalog).submission == catalog.submissions.get(SHA)


def test_a_change_that_comes_too_late_is_not_due(catalog: Catalog) -> None:
    receive(catalog)
    catalog.submissions.mark(SHA, SubmissionState.FAILED, actor=CLERK, expected=(SubmissionState.ARCHIVED,))
    catalog.submissions.mark(SHA, SubmissionState.FAILED, actor=CLERK, attempt=7)
    assert catalog.record_outbox.list_due() == []


def test_a_sighting_and_a_file_that_takes_the_place_of_another_are_due(catalog: Catalog) -> None:
    settle(catalog, SubmissionState.REJECTED)
    clear(catalog)
    receive(catalog, "/quet/b.pdf")
    assert [seen.path for seen in find(catalog).sightings] == ["/quet/b.pdf"]
    clear(catalog)
    catalog.submissions.retake(SHA, path="/quet/b.pdf", actor=CLERK)
    due = find(catalog)
    assert (due.submission.path, [seen.path for seen in due.sightings]) == ("/quet/b.pdf", ["/quet/a.pdf"])


def test_the_documents_are_told_in_the_order_of_their_pages(catalog: Catalog) -> None:
    for document_id, first_page in (("c", 1), ("a", 5), ("b", 3)):
        entry = make_entry(document_id, scan_sha256=SHA)
        catalog.documents.upsert(replace(entry, first_page=first_page, last_page=first_page))
    catalog.documents.upsert(make_entry("other", scan_sha256="cd" * 32))
    settle(catalog)
    assert find(catalog).document_ids == ("c", "b", "a")


def test_the_note_of_a_later_change_stays(catalog: Catalog) -> None:
    settle(catalog)
    slow = find(catalog)
    receive(catalog, "/quet/b.pdf")
    assert not catalog.record_outbox.take_out(slow)
    assert find(catalog).token != slow.token
    assert catalog.record_outbox.take_out(find(catalog))
    assert not catalog.record_outbox.take_out(slow)
    assert catalog.record_outbox.list_due() == []


def test_a_change_that_fails_leaves_no_note(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(catalog)

    def fail(*_: object) -> None:
        raise StorageUnavailableError(detail="the plug was pulled")

    with monkeypatch.context() as patched:
        patched.setattr("catalog.submissions.read_submission", fail)
        with pytest.raises(StorageUnavailableError):
            catalog.submissions.mark(SHA, SubmissionState.REJECTED, actor=CLERK, error=EmptyFileError(name="a"))
    assert catalog.submissions.get(SHA).state is SubmissionState.RECEIVED
    assert catalog.record_outbox.list_due() == []


def test_what_is_destroyed_is_not_due_any_more(catalog: Catalog) -> None:
    settle(catalog)
    due = find(catalog)
    assert catalog.submissions.forget(SHA)
    assert catalog.record_outbox.list_due() == []
    assert catalog.record_outbox.find(SHA) is None
    assert not catalog.record_outbox.take_out(due)
    catalog.record_outbox.put_off(SHA)
    assert catalog.record_outbox.list_due() == []


def test_the_oldest_come_first_and_one_that_was_put_off_last(catalog: Catalog) -> None:
    scans = [f"{number:064x}" for number in (3, 1, 2)]
    for scan in scans:
        settle(catalog, sha256=scan)
    assert catalog.record_outbox.list_due() == scans
    catalog.record_outbox.put_off(scans[0])
    assert catalog.record_outbox.list_due() == [*scans[1:], scans[0]]
    assert catalog.record_outbox.list_due(limit=1) == [scans[1]]


def test_only_what_is_old_or_from_the_future_is_left_over_by_somebody(catalog: Catalog) -> None:
    settle(catalog)
    now, age = datetime.now(UTC), timedelta(seconds=10)
    assert catalog.record_outbox.list_due(min_age=age, now=now + timedelta(seconds=5)) == []
    assert catalog.record_outbox.list_due(min_age=age, now=now + timedelta(seconds=11)) == [SHA]
    assert catalog.record_outbox.list_due(min_age=age, now=now - timedelta(minutes=10)) == [SHA]


def test_a_rebuild_keeps_the_notes_on_what_the_store_does_not_know(address: CatalogAddress, catalog: Catalog) -> None:
    """What the store tells is taken from it; whatever the old catalog noted of that is done or lost with it."""
    known, unknown = "cd" * 32, "ef" * 32
    for scan in (known, unknown):
        settle(catalog, SubmissionState.REJECTED, scan)
    told = [(catalog.submissions.get(known), ())]
    rebuild_catalog(address, (), told, actor=CLERK, at=MOMENT)
    assert catalog.record_outbox.list_due() == [unknown]
