"""Whatever comes between a change in the catalog and its record in the store, the store hears of it in the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr

from dossiers.errors import EmptyFileError, EngineUnavailableError, IntegrityError, SohoaError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from dossiers.reconciliation import Disagreement
from operations.dispatching import Dispatcher, Round
from operations.ingesting import ingest_files
from operations.paths import FoundScan
from operations.receiving import receive
from operations.reconciling import Reconciliation
from operations.reconciling import reconcile as reconcile_house
from operations.recording import RecordWriter, write_record
from operations.reindexing import reindex_catalog
from operations.resuming import Resumption
from operations.settling import settle_failed_try, settle_failure
from runtime.settings import CatalogSettings
from runtime.wiring import House
from storage.archive import Archive
from storage.keys import submission_key
from storage.submissions import PartOfScan, SubmissionRecord
from tests.support.kept_documents import keep_document, make_settings
from tests.support.postgresql_server import PostgresqlServer
from tests.unit.operations.test_dispatching import ScriptedEngine

ACTOR = Actor("worker", "Worker")
AWAY = StorageUnavailableError(detail="away")
EMPTY = EmptyFileError(name="a.pdf")


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    with House(make_settings(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def postgresql_house(tmp_path: Path, postgresql_server: PostgresqlServer) -> Iterator[House]:
    with postgresql_server.fresh_catalog() as address:
        catalog = CatalogSettings(url=address.url, password=SecretStr(address.password))
        with House(make_settings(tmp_path / "home", catalog=catalog)) as opened:
            yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found


def hand_in(house: House, name: str = "a.pdf") -> str:
    path = house.home.parent / name
    path.write_bytes(name.encode())
    return receive(house, FoundScan(path), ACTOR).sha256


def reject(house: House, name: str = "a.pdf") -> str:
    """Hand a file in and let it be rejected by a process that is killed before it tells the store."""
    sha256 = hand_in(house, name)
    house.catalog.submissions.mark(sha256, SubmissionState.REJECTED, actor=ACTOR, error=EMPTY)
    return sha256


def see_again(house: House, sha256: str, path: str = "/b.pdf") -> None:
    """Hand the same bytes in once more, to a process that is killed before it tells the store."""
    house.catalog.submissions.receive(sha256, name="b.pdf", path=path, size_bytes=1, dossier_number=None, actor=ACTOR)


def reconcile(house: House) -> Reconciliation:
    return reconcile_house(house, ACTOR, sleep=lambda _seconds: None)


def stored(house: House, sha256: str) -> SubmissionRecord:
    record = house.archive.find_submission(sha256)
    assert record is not None
    return record


def refuse_records(patched: pytest.MonkeyPatch, error: SohoaError = AWAY, only: str = "") -> list[str]:
    """Let the store refuse records, of one scan or of all; return the list of those that it refused."""
    works = Archive.renew_submission
    refused: list[str] = []

    def renew(archive: Archive, record: SubmissionRecord) -> bool:
        if only in ("", record.sha256):
            refused.append(record.sha256)
            raise error
        return works(archive, record)

    patched.setattr(Archive, "renew_submission", renew)
    return refused


def take_store_away(patched: pytest.MonkeyPatch) -> list[str]:
    def check(*_: object) -> None:
        raise AWAY

    patched.setattr(Archive, "check", check)
    return refuse_records(patched)


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


# --- who writes what is due -------------------------------------------------------------------------------------------


def test_one_scan_whose_record_cannot_be_written_keeps_no_other_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "sohoa.records")
    refused, good = reject(house, "refused.pdf"), reject(house)
    huge = "f" * 64
    house.catalog.submissions.receive(
        huge, name="x" * 200_001, path="/x", size_bytes=1, dossier_number=None, actor=ACTOR, state=SubmissionState.RECEIVED
    )
    house.catalog.submissions.mark(huge, SubmissionState.REJECTED, actor=ACTOR)
    refuse_records(monkeypatch, only=refused)
    writer = RecordWriter(house)
    assert [writer.write(limit=1) for _ in range(6)] == [0, 1, 0, 0, 0, 0]
    assert stored(house, good).state is SubmissionState.REJECTED
    assert sorted(house.catalog.record_outbox.list_due()) == sorted([refused, huge])
    assert len(caplog.records) == 2, "each is told once"


def test_a_store_that_is_away_is_asked_once_a_look_and_told_once(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "sohoa.records")
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        reject(house, name)
    writer = RecordWriter(house)
    with monkeypatch.context() as patched:
        refused = take_store_away(patched)
        assert (writer.write(), writer.write()) == (0, 0)
    assert (len(refused), len(caplog.records)) == (2, 1)
    assert writer.write() == 3
    assert reconcile(house).agrees


def test_the_dispatcher_tells_the_store_what_a_killed_process_did_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = reject(house)
    engine = ScriptedEngine()
    dispatcher = Dispatcher(house, engine, ACTOR)
    dispatcher.look()
    assert stored(house, sha256).state is SubmissionState.RECEIVED, "whoever settled it is about to do so"
    monkeypatch.setattr("operations.dispatching._RECORD_AGE", timedelta(0))
    hand_in(house, "waits.pdf")
    engine.is_away = True
    with pytest.raises(EngineUnavailableError):
        dispatcher.look()
    assert stored(house, sha256).state is SubmissionState.REJECTED


def test_records_that_cannot_be_written_keep_the_dispatcher_from_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.dispatching._RECORD_AGE", timedelta(0))
    reject(house)
    hand_in(house, "waits.pdf")
    refused = refuse_records(monkeypatch)
    assert Dispatcher(house, ScriptedEngine(), ACTOR).look() == Round(sent=1)
    assert refused
    monkeypatch.setattr(house.catalog.record_outbox, "list_due", refuse_to_list)
    assert Dispatcher(house, ScriptedEngine(), ACTOR).look() == Round()


def refuse_to_list(**_: object) -> list[str]:
    raise AWAY


@pytest.mark.parametrize("who", ["ingest", "watch"])
def test_whoever_takes_files_in_tells_the_store_first_what_it_missed(house: House, who: str) -> None:
    sha256 = reject(house)
    if who == "ingest":
        assert list(ingest_files(house, [], ACTOR, lambda *_: None)) == []
    else:
        Resumption(house, ACTOR, lambda *_: None)()
    assert stored(house, sha256).state is SubmissionState.REJECTED


def test_a_rebuild_loses_nothing_of_which_the_store_had_not_heard(house: House) -> None:
    (document,) = keep_document(house)
    see_again(house, document.scan_sha256)
    rejected = reject(house)
    before = house.catalog.submissions.counts()
    reindex_catalog(house, ACTOR, lambda: None)
    assert house.catalog.submissions.counts() == before
    assert len(house.catalog.submissions.list_sightings(document.scan_sha256)) == 1
    assert house.catalog.submissions.get(rejected).state is SubmissionState.REJECTED
    assert reconcile(house).agrees


def test_a_damaged_catalog_is_rebuilt_all_the_same(sqlite_house: House) -> None:
    house = sqlite_house
    (document,) = keep_document(house)
    house.close()
    for file in house.home.glob("catalog.sqlite3-*"):
        file.unlink()
    damaged = house.home / "catalog.sqlite3"
    data = bytearray(damaged.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    damaged.write_bytes(data)
    reindex_catalog(house, ACTOR, lambda: None)
    with House(house.settings) as other:  # it is the file that everybody else finds
        assert other.catalog.documents.get(document.document_id).scan_sha256 == document.scan_sha256
        assert other.catalog.trail.head() == house.catalog.trail.head()
