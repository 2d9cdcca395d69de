"""What is held cannot be deleted, whatever its lock says."""

from __future__ import annotations

import pytest

from dossiers.errors import NotFoundError, StorageDeniedError
from operations.holding import list_holds, place_hold, release_hold
from operations.retaining import list_lock_receipts
from runtime.wiring import House
from tests.integration.custody.conftest import OpenHouse
from tests.support.kept_documents import CLERK, NUMBER, OFFICER, keep_document

UNLOCKED = {"retention_days": 0}


def held(house: House, document_id: str) -> set[bool]:
    return {receipt.is_held for receipt in list_lock_receipts(house, house.catalog.documents.get(document_id), CLERK)}


def test_a_held_dossier_cannot_lose_anything_and_a_released_one_can(open_house: OpenHouse) -> None:
    house = open_house(archive=UNLOCKED)
    first, second = keep_document(house, first_pages=(1, 3))
    done = place_hold(house, NUMBER, "Lệnh 12/TAND", OFFICER)
    assert done.documents == 2
    assert held(house, first.document_id) == held(house, second.document_id) == {True}
    for key in (first.pdf.key, first.words.key, first.metadata_key):
        with pytest.raises(StorageDeniedError):
            house.archive.documents.delete(key)
    (hold,) = list_holds(open_house(archive=UNLOCKED), CLERK)
    assert (hold.dossier_number, hold.document_id, hold.reason) == (NUMBER, None, "Lệnh 12/TAND")
    release_hold(house, NUMBER, "Lệnh 13/TAND", CLERK)
    assert held(house, first.document_id) == held(house, second.document_id) == {False}
    assert list_holds(house, CLERK) == ()
    record = house.custody.find_hold(NUMBER, None)
    assert record is not None
    assert [(event.what, event.actor.id, event.detail) for event in record.history] == [
        ("held", OFFICER.id, "Lệnh 12/TAND"),
        ("released", CLERK.id, "Lệnh 13/TAND"),
    ]


def test_a_release_leaves_what_another_hold_covers(open_house: OpenHouse) -> None:
    house = open_house(archive=UNLOCKED)
    first, second = keep_document(house, first_pages=(1, 3))
    place_hold(house, NUMBER, "whole", OFFICER)
    place_hold(house, second.document_id, "one", OFFICER)
    release_hold(house, NUMBER, "over", OFFICER)
    assert held(house, second.document_id) == {True}
    assert True in held(house, first.document_id)  # the original, which the second shares
    release_hold(house, second.document_id, "over", OFFICER)
    assert held(house, second.document_id) == {False}


def test_a_paper_that_comes_into_a_held_dossier_is_held(open_house: OpenHouse) -> None:
    house = open_house(archive=UNLOCKED)
    keep_document(house)
    place_hold(house, NUMBER, "whole", OFFICER)
    (late,) = keep_document(house, content=b"late")
    assert held(house, late.document_id) == {True}


def test_only_what_is_there_can_be_held_and_only_what_is_held_released(open_house: OpenHouse) -> None:
    house = open_house()
    with pytest.raises(NotFoundError):
        place_hold(house, "H01.50.05.13-261008-9999", "x", OFFICER)
    keep_document(house)
    with pytest.raises(NotFoundError):
        release_hold(house, NUMBER, "x", OFFICER)


def test_a_hold_on_a_paper_without_a_dossier_holds_it_when_its_dossier_is_known(open_house: OpenHouse) -> None:
    house = open_house(archive=UNLOCKED)
    (unfiled,) = keep_document(house, dossier_number=None)
    place_hold(house, unfiled.document_id, "Lệnh 12/TAND", OFFICER)
    (filed,) = keep_document(house)
    assert (filed.document_id, filed.dossier_number) == (unfiled.document_id, NUMBER)
    assert [hold.reason for hold in house.custody.list_holds_of(NUMBER, filed.document_id)] == ["Lệnh 12/TAND"]
    assert held(house, filed.document_id) == {True}
    release_hold(house, filed.document_id, "over", OFFICER)
    assert list_holds(house, CLERK) == house.custody.list_holds_of(NUMBER, filed.document_id) == ()
    assert held(house, filed.document_id) == {False}
