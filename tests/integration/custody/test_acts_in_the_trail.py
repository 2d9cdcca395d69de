"""Holds, terms, destructions and audits are acts: who did them, to what and when stands in the trail."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.errors import StorageDeniedError
from dossiers.trail import TrailAction, TrailEvent
from operations import trail
from operations.auditing import audit
from operations.destroying import approve_destruction, execute_destruction, propose_destruction
from operations.holding import place_hold, release_hold
from operations.retaining import set_dossier
from runtime.wiring import House
from tests.integration.custody.conftest import OpenHouse
from tests.support.kept_documents import CLERK, NUMBER, OFFICER, keep_document

RULES = {"archive": {"retention_days": 0}, "retention": {"procedures": {"1.000110": "06"}}}
GROUND = "Quyết định 12/QĐ-UBND"


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(**RULES)


def acts(house: House, *actions: TrailAction) -> list[TrailEvent]:
    events = [entry.event for _, entries in house.trail.iter_entries() for entry in entries]
    return [event for event in events if event.action in actions]


def test_a_hold_and_its_release_are_written_down(house: House) -> None:
    (document,) = keep_document(house)
    place_hold(house, NUMBER, "Quyết định thanh tra 5/QĐ-TTr", OFFICER)
    release_hold(house, NUMBER, "Kết luận thanh tra", OFFICER)
    held, released = acts(house, TrailAction.HOLD, TrailAction.RELEASE)
    assert [held.action, released.action] == [TrailAction.HOLD, TrailAction.RELEASE]
    assert (held.subject, held.actor, held.details["reason"]) == (NUMBER, OFFICER.id, "Quyết định thanh tra 5/QĐ-TTr")
    assert held.details["documents"] == [document.document_id]


def test_every_step_of_a_destruction_is_written_down_with_who_did_it(house: House) -> None:
    (document,) = keep_document(house)
    set_dossier(house, NUMBER, CLERK, procedure="1.000110", ended_on=date(2010, 5, 4))
    list_id = propose_destruction(house, GROUND, CLERK).list_id
    approve_destruction(house, list_id, OFFICER)
    execute_destruction(house, list_id, CLERK)
    (locked,) = acts(house, TrailAction.LOCK)
    assert (locked.subject, locked.details) == (NUMBER, {"procedure": "1.000110", "ended_on": "2010-05-04"})
    steps = acts(house, TrailAction.DESTROY)
    assert [(step.details["step"], step.actor) for step in steps] == [
        ("proposed", CLERK.id),
        ("approved", OFFICER.id),
        ("executed", CLERK.id),
    ]
    assert all((step.subject, step.details["documents"]) == (list_id, [document.document_id]) for step in steps)


def test_nothing_is_destroyed_that_cannot_be_written_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (document,) = keep_document(house)
    set_dossier(house, NUMBER, CLERK, procedure="1.000110", ended_on=date(2010, 5, 4))
    list_id = propose_destruction(house, GROUND, CLERK).list_id
    approve_destruction(house, list_id, OFFICER)

    def refuse(*_: object) -> None:
        raise StorageDeniedError(detail="trail")

    monkeypatch.setattr(trail, "_append", refuse)
    with pytest.raises(StorageDeniedError):
        execute_destruction(house, list_id, OFFICER)
    assert house.archive.find_document(NUMBER, document.document_id) is not None


def test_an_audit_is_written_down(house: House) -> None:
    keep_document(house)
    record = audit(house, OFFICER)
    (audited,) = acts(house, TrailAction.AUDIT)
    assert (audited.actor, audited.details["objects"], audited.details["findings"]) == (OFFICER.id, record.objects, 0)
