"""Every look into the archive is in the trail, and a trail that was taken away is missed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dossiers.errors import StorageDeniedError
from dossiers.model import ReviewReason
from dossiers.trail import TrailAction, TrailEvent
from dossiers.trail_check import TrailFault
from operations.destroying import list_destructions, read_destruction
from operations.holding import list_holds
from operations.reindexing import reindex_catalog
from operations.reporting import report_status
from operations.retaining import show_dossier
from operations.trail import record_event
from operations.trail_verifying import verify_trail
from operations.verifying import verify_documents
from runtime.wiring import House
from storage.destructions import DestructionList, DestructionState
from storage.records import ActorRecord
from tests.support.kept_documents import CLERK, NUMBER, OFFICER, keep_document, make_settings


@pytest.fixture
def open_house(tmp_path: Path) -> Callable[[], House]:
    return lambda: House(make_settings(tmp_path / "home", archive={"retention_days": 0}))


def last_event(house: House) -> TrailEvent:
    return [entry.event for _, entries in house.trail.iter_entries() for entry in entries][-1]


def test_each_look_is_written_down_with_who_looked(open_house: Callable[[], House]) -> None:
    with open_house() as house:
        (record,) = keep_document(house)
        keep_document(house, content=b"another", review_reasons=(ReviewReason.UNKNOWN_TYPE,))
        proposed = DestructionList(
            list_id="20370101-1a2b3c4d",
            state=DestructionState.PROPOSED,
            ground="QĐ 1",
            proposed_by=ActorRecord.of(CLERK),
            proposed_at=datetime.now(UTC),
            documents=(),
        )
        house.destructions.keep(proposed)
        entries = house.catalog.documents.list_documents()
        looks: list[tuple[Callable[[], object], TrailAction, str, str]] = [
            (lambda: list(verify_documents(house, entries[:1], OFFICER)), TrailAction.VERIFY, entries[0].document_id, ""),
            (lambda: list(verify_documents(house, entries, OFFICER)), TrailAction.VERIFY, "", ""),
            (lambda: show_dossier(house, NUMBER, OFFICER), TrailAction.READ, NUMBER, "dossier"),
            (lambda: list_holds(house, OFFICER), TrailAction.READ, "", "holds"),
            (lambda: list_destructions(house, OFFICER), TrailAction.READ, "", "destructions"),
            (lambda: read_destruction(house, proposed.list_id, OFFICER), TrailAction.READ, proposed.list_id, "destruction"),
            (lambda: report_status(house, OFFICER), TrailAction.READ, "", "status"),
        ]
        for look, action, subject, what in looks:
            look()
            event = last_event(house)
            assert (event.actor, event.action, event.subject) == (OFFICER.id, action, subject)
            assert event.details.get("what", "") == what
        assert record.document_id in {entry.document_id for entry in entries}


def test_a_pdf_that_nobody_can_read_is_told_and_holds_up_no_other(open_house: Callable[[], House]) -> None:
    with open_house() as house:
        for content in (b"no real PDF", b"nor is this"):
            keep_document(house, content=content)
        found = list(verify_documents(house, house.catalog.documents.list_documents(), CLERK))
    assert [(one.is_genuine, one.digest_matches) for one in found] == [(False, True)] * 2
    assert {one.error.code for one in found if one.error} == {"input.truncated"}


def test_the_status_names_no_file_where_the_trail_takes_no_entry(
    open_house: Callable[[], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageDeniedError(detail="the store refuses our key")

    with open_house() as house:
        keep_document(house, review_reasons=(ReviewReason.UNKNOWN_TYPE,))
        monkeypatch.setattr(house.trail, "append", refuse)
        report = report_status(house, OFFICER)
        assert (report.total, report.open_submissions, report.is_withheld) == (1, (), True)


def test_a_trail_that_was_taken_away_with_all_that_knows_its_head_is_missed(
    open_house: Callable[[], House], tmp_path: Path
) -> None:
    with open_house() as house:
        keep_document(house)
        keep_document(house, content=b"another", dossier_number=None)
        assert verify_trail(house).problems == ()
    for place in ("trail", ".versions/trail"):
        shutil.rmtree(tmp_path / "home" / "objects" / "originals" / place)
    for path in (tmp_path / "home").glob("catalog.sqlite3*"):
        path.unlink()
    with open_house() as house:
        reindex_catalog(house, CLERK, lambda: None)
        (problem,) = verify_trail(house).problems
        assert (problem.fault, problem.where) == (TrailFault.REMOVED, "archive")
        assert "2 scans" in problem.detail


def test_what_waits_on_this_machine_is_not_missed(open_house: Callable[[], House]) -> None:
    with open_house() as house:
        record_event(house, CLERK, TrailAction.READ, "before")
        (house.home / "trail-spool").mkdir()
        (house.home / "trail-spool" / "rest").touch()  # the store was away a moment ago
        keep_document(house)
        verdict = verify_trail(house)
        assert verdict.waiting > 0
        assert verdict.problems == ()
