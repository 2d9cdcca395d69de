"""Locks follow from the procedure, and only ever become longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dossiers.errors import InvalidCodeError, StorageDeniedError
from dossiers.model import ReviewReason
from dossiers.trail import TrailAction
from operations.retaining import describe_retention, list_lock_receipts, renew_permanent_locks, set_dossier
from runtime.wiring import House
from storage.keeping import Bucket
from tests.integration.custody.conftest import OpenHouse
from tests.support.kept_documents import CLERK, NUMBER, keep_document

RULES = {"procedures": {"1.000110": "05", "2.000635": 2}, "types": {"giay-khai-sinh": "04", "quyet-dinh": 1}}
THIS_YEAR = datetime.now(UTC).year


def end_of(year: int) -> datetime:
    return datetime(year, 12, 31, 17, tzinfo=UTC)


def locks(house: House) -> set[datetime | None]:
    return {
        receipt.retain_until
        for entry in house.catalog.documents.list_of_dossier(NUMBER)
        for receipt in list_lock_receipts(house, entry, CLERK)
    }


def test_without_rules_the_days_of_before_hold(open_house: OpenHouse) -> None:
    house = open_house(archive={"retention_days": 10})
    keep_document(house)
    (until,) = locks(house)
    assert until is not None
    assert timedelta(days=9) < until - datetime.now(UTC) < timedelta(days=11)


def test_what_is_accepted_is_locked_as_its_type_says_the_original_too(open_house: OpenHouse) -> None:
    house = open_house(retention=RULES)
    (record,) = keep_document(house)
    receipts = list_lock_receipts(house, house.catalog.documents.get(record.document_id), CLERK)
    assert {receipt.retain_until for receipt in receipts} == {end_of(THIS_YEAR + 1)}
    assert [receipt.bucket for receipt in receipts] == [Bucket.ARCHIVE] * 3 + [Bucket.ORIGINALS]
    assert {receipt.mode for receipt in receipts} == {"GOVERNANCE"}
    assert receipts[0].to_json()["sha256"] == record.pdf.sha256
    assert record.tt05["maintenance"] == "07"
    with pytest.raises(StorageDeniedError):
        house.archive.documents.delete(record.pdf.key)


def test_what_waits_for_a_person_is_not_locked(open_house: OpenHouse) -> None:
    house = open_house(retention=RULES)
    keep_document(house, review_reasons=(ReviewReason.POOR_SCAN,))
    assert locks(house) == {None}
    assert set_dossier(house, NUMBER, CLERK, procedure="1.000110").extended == 0
    assert locks(house) == {None}


def test_a_procedure_set_later_makes_locks_longer_and_never_shorter(open_house: OpenHouse) -> None:
    house = open_house(retention=RULES)
    keep_document(house)
    longer = set_dossier(house, NUMBER, CLERK, procedure="1.000110.000.00.00.H01", ended_on=date(THIS_YEAR, 1, 2))
    assert (longer.extended, longer.last_day) == (1, date(THIS_YEAR + 20, 12, 31))
    assert locks(house) == {end_of(THIS_YEAR + 20)}
    shorter = set_dossier(house, NUMBER, CLERK, procedure="2.000635")
    assert (shorter.extended, shorter.last_day) == (0, date(THIS_YEAR + 2, 12, 31))
    assert locks(house) == {end_of(THIS_YEAR + 20)}
    again = describe_retention(open_house(retention=RULES), NUMBER, CLERK)
    assert (again.record.procedure, again.record.ended_on) == ("2.000635", date(THIS_YEAR, 1, 2))
    assert [event.what for event in again.record.history] == ["dossier_set"] * 2
    assert again.record.history[0].actor.id == CLERK.id


def test_a_paper_that_is_kept_longer_lengthens_the_whole_dossier(open_house: OpenHouse) -> None:
    house = open_house(retention=RULES)
    keep_document(house)
    assert locks(house) == {end_of(THIS_YEAR + 1)}
    (longer,) = keep_document(house, content=b"a birth certificate", type_id="giay-khai-sinh")
    assert locks(house) == {end_of(THIS_YEAR + 30)}
    events = [entry.event for _, entries in house.trail.iter_entries() for entry in entries]
    (told,) = [event for event in events if event.action is TrailAction.LOCK]
    assert (told.subject, told.details) == (NUMBER, {"made_longer_by": longer.document_id})


def test_a_permanent_lock_is_renewed_when_half_of_it_is_left(open_house: OpenHouse) -> None:
    house = open_house(retention={"default": "01", "permanent_years": 2})
    keep_document(house)
    assert locks(house) == {end_of(THIS_YEAR + 2)}
    assert renew_permanent_locks(house, CLERK) == 0
    later = open_house(retention={"default": "01", "permanent_years": 30})
    assert renew_permanent_locks(later, CLERK) == 1
    assert locks(later) == {end_of(THIS_YEAR + 30)}


def test_codes_and_days_that_cannot_be_are_refused(open_house: OpenHouse) -> None:
    house = open_house()
    with pytest.raises(InvalidCodeError):
        set_dossier(house, NUMBER, CLERK, procedure="no code")
    with pytest.raises(InvalidCodeError):
        set_dossier(house, NUMBER, CLERK, ended_on=datetime.now(UTC).date() + timedelta(days=3))
    assert describe_retention(house, NUMBER, CLERK).record.history == ()
