"""A failure counts only while the attempt that failed is the newest and the scan stands where it stood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dossiers.errors import RecognitionError, StorageUnavailableError, TruncatedFileError
from dossiers.model import Actor, SubmissionState
from operations.paths import FoundScan
from operations.receiving import receive
from operations.settling import settle_failed_try, settle_failure
from runtime.settings import Settings
from runtime.wiring import House

ACTOR = Actor("worker", "Worker")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def scan(house: House, tmp_path: Path) -> str:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"scan")
    return receive(house, FoundScan(path), ACTOR).sha256


def test_a_failure_of_the_newest_attempt_counts(house: House, scan: str) -> None:
    tried = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    assert settle_failure(house, tried, StorageUnavailableError(detail="away"), ACTOR) is SubmissionState.FAILED
    assert house.catalog.submissions.get(scan).error_code == "storage.unavailable"


def test_a_late_failure_leaves_what_another_machine_archived(house: House, scan: str) -> None:
    slow = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    house.catalog.submissions.mark(scan, SubmissionState.ARCHIVED, actor=ACTOR)
    assert settle_failure(house, slow, StorageUnavailableError(detail="away"), ACTOR) is SubmissionState.ARCHIVED
    assert house.catalog.submissions.get(scan).state is SubmissionState.ARCHIVED


def test_a_late_failure_leaves_a_scan_that_another_machine_is_working_on(house: House, scan: str) -> None:
    slow = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    state = settle_failure(house, slow, RecognitionError(name="a.pdf", page=1, detail="x"), ACTOR)
    assert state is house.catalog.submissions.get(scan).state is SubmissionState.RECEIVED


def test_a_failure_after_the_scan_came_to_its_end_leaves_it_there(house: House, scan: str) -> None:
    tried = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    house.catalog.submissions.mark(scan, SubmissionState.NEEDS_REVIEW, actor=ACTOR)
    assert settle_failure(house, tried, RuntimeError("result not kept"), ACTOR) is SubmissionState.NEEDS_REVIEW


def test_a_late_refusal_puts_nothing_into_the_quarantine(house: House, scan: str) -> None:
    slow = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    settle_failure(house, slow, TruncatedFileError(name="a.pdf", detail="x"), ACTOR)
    assert not [path for path in house.quarantine_dir.rglob("*") if path.is_file()]
    assert (house.work_folder(scan) / "original").is_file()


@pytest.mark.parametrize("failing", ["mark", "forgive"])
def test_an_outage_of_the_catalog_itself_is_not_held_against_the_scan(
    house: House, scan: str, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    tried = house.catalog.submissions.start_attempt(scan, actor=ACTOR)
    room = house.catalog.submissions if failing == "mark" else house.catalog.dispatches
    works, away = getattr(room, failing), StorageUnavailableError(detail="catalog: away")
    answers: list[Exception | None] = [away, away, None]
    pauses_s: list[float] = []

    def answer(*arguments: object, **options: object) -> object:
        fault = answers.pop(0)
        if fault is not None:
            raise fault
        return works(*arguments, **options)

    monkeypatch.setattr(room, failing, answer)
    assert settle_failed_try(house, tried, away, ACTOR, pauses_s.append) is SubmissionState.FAILED
    assert len(pauses_s) == 2
    (waiting,) = house.catalog.dispatches.list_waiting(["storage.unavailable"])
    assert (waiting.tries, waiting.error_code) == (0, "storage.unavailable")


def test_a_catalog_that_stays_away_is_told_in_the_end(house: House, scan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = house.catalog.submissions.start_attempt(scan, actor=ACTOR)

    def refuse(*_: object, **__: object) -> None:
        raise StorageUnavailableError(detail="catalog: away")

    monkeypatch.setattr(house.catalog.submissions, "mark", refuse)
    pauses_s: list[float] = []
    with pytest.raises(StorageUnavailableError):
        settle_failed_try(house, tried, RuntimeError("x"), ACTOR, pauses_s.append)
    assert 60 <= sum(pauses_s) <= 90
