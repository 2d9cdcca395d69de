"""Two persons, nothing that is held or locked or still to be kept, no trace left, and a certificate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

import operations.destroying
import storage.erasing
from dossiers.errors import ConfigurationError, EmptyFileError, NotFoundError, RefusedActError, StorageUnavailableError
from dossiers.model import Actor
from dossiers.reconciliation import Ending
from operations.destroying import approve_destruction, execute_destruction, propose_destruction, show_destruction
from operations.erasing import Erasure
from operations.holding import place_hold
from operations.reconciling import reconcile
from operations.recording import RecordWriter
from operations.reindexing import reindex_catalog
from operations.retaining import set_dossier
from operations.statements import judge_statement
from runtime.wiring import House
from storage.destructions import DestructionState, DoomedDocument
from storage.object_store import ObjectStore
from storage.quarantine import quarantine
from tests.integration.custody.conftest import OpenHouse
from tests.support.kept_documents import CLERK, NUMBER, OFFICER, keep_document

OTHER = "H01.50.05.13-261008-0976"
GROUND = "Quyết định 12/QĐ-UBND ngày 05/01/2026"
RULES = {"archive": {"retention_days": 0}, "retention": {"procedures": {"1.000110": "06", "2.000635": "01"}}}
LONG_AGO = date(2010, 5, 4)


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(**RULES)


def end_dossier(house: House, number: str = NUMBER) -> None:
    set_dossier(house, number, CLERK, procedure="1.000110", ended_on=LONG_AGO)


def approve(house: House, *dossiers: str) -> str:
    list_id = propose_destruction(house, GROUND, CLERK, dossiers).list_id
    approve_destruction(house, list_id, OFFICER)
    return list_id


def every_version(store: ObjectStore) -> Iterator[str]:
    """Yield every key that still has a version, those of custody and of the trail aside."""
    for found in store.list():
        if not found.key.startswith(("_custody/", "trail/")):
            yield found.key


def test_what_was_destroyed_is_nowhere_any_more_and_certified(house: House) -> None:
    first, _ = keep_document(house, first_pages=(1, 3))
    (kept,) = keep_document(house, content=b"another dossier's", dossier_number=OTHER)
    end_dossier(house)
    done = execute_destruction(house, approve(house), OFFICER)
    certificate = done.certificate
    assert done.is_genuine
    assert done.record.state is DestructionState.DONE
    assert {one.pdf_sha256 for one in certificate.documents} >= {first.pdf.sha256}
    assert (len(certificate.documents), certificate.scans) == (2, (first.scan_sha256,))
    assert (certificate.proposed_by.id, certificate.approved_by.id, certificate.ground) == (CLERK.id, OFFICER.id, GROUND)
    assert certificate.documents[0].last_day == date(2020, 12, 31)
    assert {key.split("/")[1] for key in every_version(house.archive.documents)} == {kept.document_id}
    assert {key.split("/")[1] for key in every_version(house.archive.originals)} == {kept.scan_sha256}
    for key in (first.pdf.key, first.words.key, first.metadata_key):
        assert house.archive.documents.versions(key) == ()
    assert house.catalog.documents.count() == 1
    assert house.catalog.submissions.find(first.scan_sha256) is None
    assert [hit.document_id for hit in house.catalog.search("47/QĐ-UBND").hits] == [kept.document_id]


def test_a_copy_in_quarantine_from_before_it_was_accepted_is_destroyed_as_well(house: House, tmp_path: Path) -> None:
    (tmp_path / "Nguyễn Văn An.pdf").write_bytes(b"a scan")
    quarantine(tmp_path / "Nguyễn Văn An.pdf", house.quarantine_dir, EmptyFileError(name="a"), datetime.now(UTC), move=True)
    keep_document(house, content=b"a scan")
    end_dossier(house)
    execute_destruction(house, approve(house), OFFICER)
    assert [path for path in house.quarantine_dir.rglob("*") if path.is_file()] == []


def test_reindex_and_reconcile_agree_after_a_destruction(house: House) -> None:
    keep_document(house)
    keep_document(house, content=b"another dossier's", dossier_number=OTHER)
    end_dossier(house)
    execute_destruction(house, approve(house), OFFICER)
    before = reconcile(house, CLERK, sleep=lambda _seconds: None)
    assert before.agrees, before.differences
    assert (before.endings[Ending.DESTROYED], before.endings[Ending.ARCHIVED], before.total) == (1, 1, 2)
    house.catalog.close()
    house.__dict__.pop("catalog")
    report = reindex_catalog(house, CLERK, lambda: None)
    assert (report.documents, report.submissions) == (1, 1)
    assert reconcile(house, CLERK, sleep=lambda _seconds: None) == before


def test_a_record_of_which_the_store_had_not_heard_brings_nothing_back(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record is written by whoever comes by; so somebody may just be about to while the scan is destroyed."""
    house, other = open_house(**RULES), open_house(**RULES)
    (document,) = keep_document(house)
    end_dossier(house)
    sha256 = document.scan_sha256
    house.catalog.submissions.receive(sha256, name="b", path="/b", size_bytes=6, dossier_number=None, actor=CLERK)
    real = storage.erasing.Eraser.erase_scan
    writing = Thread(target=RecordWriter(other).write)

    def erase_and_wait(eraser: storage.erasing.Eraser, sha256: str) -> None:
        real(eraser, sha256)
        writing.start()
        writing.join(1.0)

    monkeypatch.setattr(storage.erasing.Eraser, "erase_scan", erase_and_wait)
    execute_destruction(house, approve(house), OFFICER)
    writing.join()
    assert list(every_version(house.archive.originals)) == []
    assert house.catalog.record_outbox.list_due() == []
    found = reconcile(house, CLERK, sleep=lambda _seconds: None)
    assert (found.agrees, found.endings[Ending.DESTROYED]) == (True, 2)


def test_one_person_alone_destroys_nothing(house: House) -> None:
    keep_document(house)
    end_dossier(house)
    list_id = propose_destruction(house, GROUND, CLERK).list_id
    with pytest.raises(RefusedActError):
        execute_destruction(house, list_id, OFFICER)
    with pytest.raises(RefusedActError):
        approve_destruction(house, list_id, CLERK)
    with pytest.raises(NotFoundError):
        show_destruction(house, list_id, CLERK)
    approve_destruction(house, list_id, OFFICER)
    with pytest.raises(RefusedActError):
        approve_destruction(house, list_id, OFFICER)
    assert house.catalog.documents.count() == 1


@pytest.mark.parametrize(
    ("procedure", "ended_on", "why"),
    [
        (None, LONG_AGO, "chưa biết thời hạn bảo quản của hồ sơ .no retention term"),
        ("1.000110", None, "is not known"),
        ("1.000110", date(2020, 1, 1), "còn bảo quản đến hết ngày 31/12/2030 .its dossier is kept until 2030-12-31"),
        ("2.000635", LONG_AGO, "for ever"),
    ],
)
def test_nothing_is_listed_whose_term_is_not_over(house: House, procedure: str | None, ended_on: date | None, why: str) -> None:
    keep_document(house)
    set_dossier(house, NUMBER, CLERK, procedure=procedure, ended_on=ended_on)
    with pytest.raises(NotFoundError, match=why):
        propose_destruction(house, GROUND, CLERK, [NUMBER])
    with pytest.raises(NotFoundError):
        propose_destruction(house, GROUND, CLERK)


def test_what_is_held_or_locked_stays_when_listed_and_when_executed(house: House) -> None:
    keep_document(house)
    keep_document(house, content=b"locked by hand", dossier_number=OTHER)
    for number in (NUMBER, OTHER):
        end_dossier(house, number)
    list_id = approve(house)
    (locked,) = house.catalog.documents.list_of_dossier(OTHER)
    house.archive.documents.extend_retention(locked.words_key, datetime.now(UTC) + timedelta(hours=1))
    place_hold(house, NUMBER, "Lệnh 12/TAND", OFFICER)
    with pytest.raises(NotFoundError, match="Lệnh 12/TAND"):
        propose_destruction(house, GROUND, CLERK)
    done = execute_destruction(house, list_id, OFFICER)
    assert done.certificate.documents == ()
    assert sorted(one.reason[:10] for one in done.certificate.refused) == [f"{locked.words_key[:10]}", "đang có lệ"]
    assert house.catalog.documents.count() == 2


def test_an_original_that_holds_a_paper_that_stays_is_kept(house: House) -> None:
    first, second = keep_document(house, first_pages=(1, 3))
    end_dossier(house)
    list_id = approve(house)
    place_hold(house, second.document_id, "Lệnh 12/TAND", OFFICER)
    done = execute_destruction(house, list_id, OFFICER)
    assert [one.document_id for one in done.certificate.documents] == [first.document_id]
    assert done.certificate.scans == ()
    assert house.archive.holds_original(first.scan_sha256)
    record = house.archive.find_submission(first.scan_sha256)
    assert record is not None
    assert record.document_ids == (second.document_id,)


def test_an_interrupted_execution_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_document(house, first_pages=(1, 3))
    end_dossier(house)
    list_id = approve(house)
    real, calls = storage.erasing._erase, 0

    def break_off(store: ObjectStore, key: str) -> None:
        nonlocal calls
        calls += 1
        if calls in (2, 5, 7):
            raise StorageUnavailableError(detail="interrupted")
        real(store, key)

    monkeypatch.setattr(storage.erasing, "_erase", break_off)
    for _ in range(3):
        with pytest.raises(StorageUnavailableError):
            execute_destruction(house, list_id, OFFICER)
        assert house.destructions.get(list_id).state is DestructionState.STARTED
    done = execute_destruction(house, list_id, OFFICER)
    assert (len(done.certificate.documents), len(done.certificate.scans)) == (2, 1)
    assert list(every_version(house.archive.documents)) == list(every_version(house.archive.originals)) == []
    assert execute_destruction(house, list_id, OFFICER).certificate == done.certificate
    assert reconcile(house, CLERK, sleep=lambda _seconds: None).agrees


def test_a_changed_certificate_is_not_genuine(house: House) -> None:
    keep_document(house)
    end_dossier(house)
    list_id = approve(house)
    execute_destruction(house, list_id, OFFICER)
    statement, signature = house.destructions.read_certificate(list_id)
    assert judge_statement(house, statement, signature).is_genuine
    changed = json.loads(statement)
    changed["approved_by"]["id"] = "somebody"
    assert not judge_statement(house, json.dumps(changed).encode(), signature).is_genuine


def test_the_services_own_key_destroys_nothing(open_house: OpenHouse, request: pytest.FixtureRequest) -> None:
    if "directory" in request.node.name:
        return  # a folder knows no keys
    house = open_house(**RULES, destruction={"access_key": "", "secret_key": ""})
    keep_document(house)
    end_dossier(house)
    with pytest.raises(ConfigurationError, match="destruction"):
        execute_destruction(house, approve(house), OFFICER)
    assert house.catalog.documents.count() == 1


def test_no_hold_comes_between_the_last_look_and_the_act(open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house, other = open_house(**RULES), open_house(**RULES)
    keep_document(house)
    end_dossier(house)
    list_id = approve(house)
    real = Erasure._find_obstacle
    outcome: list[object] = []

    def hold() -> None:
        try:
            outcome.append(place_hold(other, NUMBER, "Lệnh 12/TAND", OFFICER))
        except NotFoundError as error:
            outcome.append(error)

    holding = Thread(target=hold)

    def look_and_wait(self: Erasure, document: DoomedDocument, actor: Actor) -> str:
        obstacle = real(self, document, actor)
        holding.start()
        holding.join(1.0)
        return obstacle

    monkeypatch.setattr(Erasure, "_find_obstacle", look_and_wait)
    done = execute_destruction(house, list_id, OFFICER)
    holding.join()
    assert len(done.certificate.documents) == 1
    assert isinstance(outcome[0], NotFoundError)  # nobody is told that something is held that is no more


def test_what_an_interrupted_execution_destroyed_is_certified_whatever_was_held_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = keep_document(house, first_pages=(1, 3))
    end_dossier(house)
    list_id = approve(house)
    real = Erasure._erase

    def break_off(self: Erasure, document: DoomedDocument) -> None:
        if document.document_id == second.document_id:
            raise StorageUnavailableError(detail="interrupted")
        real(self, document)

    with monkeypatch.context() as patch:
        patch.setattr(Erasure, "_erase", break_off)
        with pytest.raises(StorageUnavailableError):
            execute_destruction(house, list_id, OFFICER)
    place_hold(house, NUMBER, "Lệnh 12/TAND", OFFICER)
    certificate = execute_destruction(house, list_id, OFFICER).certificate
    assert [one.document_id for one in certificate.documents] == [first.document_id]
    assert [one.document_id for one in certificate.refused] == [second.document_id]


def test_a_list_is_no_longer_than_one_entry_of_the_trail_can_tell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations.destroying, "MAX_DOCUMENTS", 3)
    for number, content in ((NUMBER, b"one"), (OTHER, b"two")):
        keep_document(house, content=content, dossier_number=number, first_pages=(1, 3))
        end_dossier(house, number)
    for left in (2, 0):
        execute_destruction(house, approve(house), OFFICER)
        assert house.catalog.documents.count() == left
