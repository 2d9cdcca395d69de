"""The sums agree with the object store, or the difference is listed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dossiers.errors import RecognitionError
from dossiers.model import Actor, SubmissionState
from dossiers.reconciliation import Disagreement, Ending
from operations.paths import FoundScan
from operations.receiving import receive
from operations.reconciling import Reconciliation
from operations.reconciling import reconcile as reconcile_house
from operations.settling import settle_failure
from runtime.settings import Settings
from runtime.wiring import House
from storage.submissions import PartOfScan
from tests.unit.catalog.examples import make_entry

ACTOR = Actor("clerk", "Clerk")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened:
        yield opened


def hand_in(house: House, name: str, content: bytes) -> str:
    path = house.home.parent / name
    path.write_bytes(content)
    return receive(house, FoundScan(path), ACTOR).sha256


def reconcile(house: House) -> Reconciliation:
    return reconcile_house(house, ACTOR, sleep=lambda _seconds: None)


def kinds(found: Reconciliation) -> list[Disagreement]:
    return [difference.kind for difference in found.differences]


def lose_original(house: House, sha256: str) -> None:
    """Remove all that the directory store has of an original."""
    folders = [path for path in (house.home / "objects" / "originals").rglob(f"*{sha256}") if path.is_dir()]
    assert folders
    for folder in folders:
        shutil.rmtree(folder)


def test_every_file_is_in_one_ending_and_the_sums_agree(house: House) -> None:
    hand_in(house, "a.pdf", b"waits")
    hand_in(house, "empty.pdf", b"")
    hand_in(house, "also-empty.pdf", b"")
    broken = hand_in(house, "b.pdf", b"fails")
    settle_failure(house, house.catalog.submissions.get(broken), RecognitionError(name="b.pdf", page=1, detail="x"), ACTOR)
    found = reconcile(house)
    assert found.agrees, found.differences
    assert found.endings == {
        Ending.ARCHIVED: 0,
        Ending.NEEDS_PERSON: 1,
        Ending.DUPLICATE: 0,
        Ending.REJECTED: 2,
        Ending.IN_PARTS: 0,
        Ending.IN_PROGRESS: 1,
        Ending.DESTROYED: 0,
    }
    assert (found.total, found.submissions, found.sightings, found.originals) == (4, 3, 1, 3)


def test_an_original_that_is_gone_is_listed(house: House) -> None:
    kept = hand_in(house, "a.pdf", b"kept")
    gone = hand_in(house, "b.pdf", b"gone")
    lose_original(house, gone)
    found = reconcile(house)
    assert [(one.kind, one.what) for one in found.differences] == [(Disagreement.NO_ORIGINAL, gone)]
    assert kept not in {one.what for one in found.differences}


def test_an_original_and_a_document_that_only_one_side_knows_are_listed(house: House) -> None:
    hand_in(house, "a.pdf", b"kept")
    house.catalog.documents.upsert(make_entry("p0001-0001-" + "a" * 32))
    known = reconcile(house)
    assert kinds(known) == [Disagreement.LOST_DOCUMENT]
    house.catalog.documents.discard("p0001-0001-" + "a" * 32)
    house.close()
    for file in house.home.glob("catalog.sqlite3*"):
        file.unlink()
    assert kinds(reconcile(house)) == [Disagreement.UNKNOWN_ORIGINAL]


def test_what_settles_while_it_is_looked_at_is_no_difference(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing is a moment old: a file that came since is in the catalog and not in the list."""
    hand_in(house, "a.pdf", b"came just now")
    monkeypatch.setattr(house.archive, "list_originals", lambda: iter(()))
    assert reconcile(house).agrees


def test_a_part_that_no_submission_knows_is_listed(house: House) -> None:
    """A long scan ended in its parts; each of them must be a file of its own."""
    sha256 = hand_in(house, "long.pdf", b"many dossiers")
    house.catalog.submissions.mark(sha256, SubmissionState.REARRANGED, actor=ACTOR)
    record = house.archive.find_submission(sha256)
    assert record is not None
    lost = PartOfScan(sha256="0" * 64, path="long.pdf#1")
    house.archive.record_submission(record.model_copy(update={"state": SubmissionState.REARRANGED, "parts": (lost,)}))
    found = reconcile(house)
    assert kinds(found) == [Disagreement.NO_PART]
    assert found.endings[Ending.IN_PARTS] == 1
