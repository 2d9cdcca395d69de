"""Whatever comes between a change in the catalog and its record in the store, the record is written in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from dossiers.errors import IntegrityError, StorageUnavailableError
from dossiers.model import SubmissionState
from dossiers.reconciliation import Disagreement
from operations.recording import RecordWriter, write_record
from operations.settling import settle_failed_try, settle_failure
from runtime.wiring import House
from storage.archive import Archive
from storage.keys import submission_key
from storage.submissions import PartOfScan, SubmissionRecord
from tests.support.kept_documents import keep_document
from tests.unit.operations.records import ACTOR, AWAY, EMPTY, hand_in, reconcile, refuse_records, reject, see_again, stored


def count_puts(patched: pytest.MonkeyPatch, house: House) -> list[str]:
    """Return the list of the records that the store is given from now on."""
    puts: list[str] = []
    works = house.archive.originals.put

    def put(key: str, *rest: Any, **more: Any) -> object:
        puts.append(key)
        return works(key, *rest, **more)

    patched.setattr(house.archive.originals, "put", put)
    return puts


# --- nothing is lost between catalog and store ------------------------------------------------------------------------


def test_a_process_killed_before_it_told_the_store_of_an_end_leaves_no_difference(house: House) -> None:
    sha256 = reject(house)
    assert stored(house, sha256).state is SubmissionState.RECEIVED
    found = reconcile(house)
    assert found.agrees, found.differences
    record = stored(house, sha256)
    assert (record.state, record.error and record.error.code) == (SubmissionState.REJECTED, EMPTY.code)


def test_a_process_killed_before_it_told_the_store_of_a_sighting_leaves_no_difference(house: House) -> None:
    (document,) = keep_document(house)
    see_again(house, document.scan_sha256)
    assert stored(house, document.scan_sha256).sightings == ()
    found = reconcile(house)
    assert found.agrees, found.differences
    record = stored(house, document.scan_sha256)
    assert [seen.path for seen in record.sightings] == ["/b.pdf"]
    assert (record.state, record.document_ids) == (SubmissionState.ARCHIVED, (document.document_id,))


def test_a_store_that_is_away_when_a_scan_is_archived_hears_of_it_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        refused = refuse_records(patched)
        documents = keep_document(house, first_pages=(1, 3))
        (sha256,) = refused
        tried = replace(house.catalog.submissions.get(sha256), state=SubmissionState.RECEIVED)
        assert settle_failed_try(house, tried, AWAY, ACTOR) is SubmissionState.ARCHIVED, "too late to count"
    assert stored(house, sha256).state is SubmissionState.RECEIVED
    assert RecordWriter(house).write() == 1
    assert stored(house, sha256).document_ids == tuple(document.document_id for document in documents)
    assert reconcile(house).agrees


def test_a_store_that_is_away_when_a_scan_fails_hears_of_it_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = hand_in(house)
    with monkeypatch.context() as patched:
        refuse_records(patched)
        settle_failure(house, house.catalog.submissions.get(sha256), EMPTY, ACTOR)
    assert RecordWriter(house).write() == 1
    assert stored(house, sha256).state is SubmissionState.REJECTED


def test_a_sighting_of_which_the_store_did_not_hear_is_told_and_not_counted_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (document,) = keep_document(house, content=b"again.pdf")
    with monkeypatch.context() as patched:
        refuse_records(patched)
        with pytest.raises(StorageUnavailableError):
            hand_in(house, "again.pdf")
    assert RecordWriter(house).write() == 1
    assert len(stored(house, document.scan_sha256).sightings) == 1
    assert reconcile(house).agrees


def test_a_change_while_a_record_is_written_is_written_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = reject(house)
    works = Archive.renew_submission

    def change_meanwhile(archive: Archive, record: SubmissionRecord) -> bool:
        monkeypatch.setattr(Archive, "renew_submission", works)
        see_again(house, sha256)
        return works(archive, record)

    monkeypatch.setattr(Archive, "renew_submission", change_meanwhile)
    write_record(house, sha256)
    assert house.catalog.record_outbox.list_due() == [sha256]
    assert RecordWriter(house).write() == 1
    assert len(stored(house, sha256).sightings) == 1


def test_of_two_that_write_the_same_record_the_newer_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = reject(house)
    works, is_writing, may_go_on = Archive.renew_submission, Event(), Event()

    def write_slowly(archive: Archive, record: SubmissionRecord) -> bool:
        if not record.sightings:
            is_writing.set()
            assert may_go_on.wait(30)
        return works(archive, record)

    monkeypatch.setattr(Archive, "renew_submission", write_slowly)
    with House(house.settings) as other, ThreadPoolExecutor(2) as threads:
        slow = threads.submit(write_record, house, sha256)
        assert is_writing.wait(30)
        see_again(other, sha256)
        quick = threads.submit(write_record, other, sha256)
        with pytest.raises(TimeoutError):  # it waits for its turn
            quick.result(0.5)
        may_go_on.set()
        slow.result(30)
        quick.result(30)
    assert len(stored(house, sha256).sightings) == 1
    assert house.catalog.record_outbox.list_due() == []


# --- what a record is made of -----------------------------------------------------------------------------------------


def test_a_record_that_stands_already_is_not_written_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = reject(house)
    puts = count_puts(monkeypatch, house)
    with monkeypatch.context() as patched:
        patched.setattr(house.catalog.record_outbox, "take_out", lambda _due: None)  # the plug was pulled
        write_record(house, sha256)
    assert house.catalog.record_outbox.list_due() == [sha256]
    write_record(house, sha256)
    write_record(house, sha256)
    assert puts == [submission_key(sha256)]
    assert house.catalog.record_outbox.list_due() == []


def test_the_parts_of_a_rearranged_scan_are_kept(house: House) -> None:
    sha256, part = hand_in(house, "long.pdf"), hand_in(house, "part.pdf")
    parts = (PartOfScan(sha256=part, path="long.pdf#1"),)
    changed = {"state": SubmissionState.REARRANGED, "parts": parts}
    house.archive.record_submission(stored(house, sha256).model_copy(update=changed))
    see_again(house, sha256)
    write_record(house, sha256)  # as who tells of a sighting does, just before the catalog hears of the parting
    house.catalog.submissions.mark(sha256, SubmissionState.REARRANGED, actor=ACTOR)
    assert reconcile(house).agrees
    record = stored(house, sha256)
    assert (record.state, record.parts, len(record.sightings)) == (SubmissionState.REARRANGED, parts, 1)


def test_parts_that_cannot_be_read_are_not_written_over(house: House) -> None:
    sha256, other = hand_in(house), reject(house, "b.pdf")
    for scan in (sha256, other):
        house.archive.originals.put(submission_key(scan), b"damaged", "application/json", {})
    house.catalog.submissions.mark(sha256, SubmissionState.REARRANGED, actor=ACTOR)
    with pytest.raises(IntegrityError):
        write_record(house, sha256)
    assert [(one.kind, one.what) for one in reconcile(house).differences] == [(Disagreement.DAMAGED_RECORD, sha256)]
    assert stored(house, other).state is SubmissionState.REJECTED


def test_what_was_forgotten_does_not_come_back(house: House) -> None:
    """The record of a destroyed scan is gone from the store; see also tests/integration/custody/test_destroying.py."""
    sha256 = reject(house)
    before = house.archive.originals.get(submission_key(sha256))
    house.catalog.submissions.forget(sha256)
    assert RecordWriter(house).write() == 0
    write_record(house, sha256)
    assert house.archive.originals.get(submission_key(sha256)) == before


def test_a_record_that_somebody_changed_is_told_and_not_mended(house: House) -> None:
    sha256, lost = reject(house), reject(house, "b.pdf")
    assert RecordWriter(house).write() == 2
    changed = {"state": SubmissionState.ARCHIVED}
    house.archive.record_submission(stored(house, sha256).model_copy(update=changed))
    house.archive.record_submission(stored(house, lost).model_copy(update={"sightings": ()}))
    see_again(house, lost)
    write_record(house, lost)
    house.archive.record_submission(stored(house, lost).model_copy(update={"sightings": ()}))
    for _ in range(2):
        found = {(one.kind, one.what) for one in reconcile(house).differences}
        assert found == {(Disagreement.OTHER_STATE, sha256), (Disagreement.OTHER_SIGHTINGS, lost)}
