"""Whoever looks next tells the store what it has not heard, and is kept from nothing by what cannot be written."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from dossiers.errors import EngineUnavailableError
from dossiers.model import SubmissionState
from operations.dispatching import Dispatcher, Round
from operations.ingesting import ingest_files
from operations.recording import RecordWriter
from operations.reindexing import reindex_catalog
from operations.resuming import Resumption
from runtime.wiring import House
from storage.archive import Archive
from tests.support.kept_documents import keep_document
from tests.unit.operations.records import ACTOR, AWAY, hand_in, reconcile, refuse_records, reject, see_again, stored
from tests.unit.operations.test_dispatching import ScriptedEngine


def take_store_away(patched: pytest.MonkeyPatch) -> list[str]:
    def check(*_: object) -> None:
        raise AWAY

    patched.setattr(Archive, "check", check)
    return refuse_records(patched)


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
