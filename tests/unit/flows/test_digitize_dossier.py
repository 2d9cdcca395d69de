"""How one scan is handled, without a Prefect API."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from catalog import Submission
from dossiers.errors import RecognitionError, SohoaError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from flows import digitize_dossier
from operations.locking import handling_scan
from operations.paths import FoundScan
from operations.receiving import receive
from operations.settling import settle_failed_try
from runtime.settings import Settings
from runtime.wiring import House, use_house

ACTOR = Actor("test", "Test")
FAULT = RecognitionError(name="a.pdf", page=1, detail="x")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened, use_house(opened):
        yield opened


@pytest.fixture
def scan(house: House, tmp_path: Path) -> str:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"scan")
    return receive(house, FoundScan(path), ACTOR).sha256


def fail_with(monkeypatch: pytest.MonkeyPatch, name: str, error: SohoaError) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(digitize_dossier, name, fail)


def test_a_failure_is_written_down_before_another_process_gets_the_scan(
    house: House, scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the other's beginning makes it come too late: the file would end without a reason."""

    def begin() -> None:
        with House(house.settings) as other, handling_scan(other, scan):
            other.catalog.submissions.start_attempt(scan, actor=ACTOR)

    with ThreadPoolExecutor(1) as threads:

        def settle_late(house: House, tried: Submission, error: Exception, actor: Actor) -> SubmissionState:
            other = threads.submit(begin)
            with pytest.raises(TimeoutError):  # it waits until this try has its end
                other.result(0.5)
            return settle_failed_try(house, tried, error, actor)

        monkeypatch.setattr(digitize_dossier, "settle_failed_try", settle_late)
        fail_with(monkeypatch, "is_up_to_date", FAULT)
        assert digitize_dossier._digitize_scan(scan, asdict(ACTOR), None) == SubmissionState.FAILED
    submission = house.catalog.submissions.get(scan)
    assert (submission.state, submission.error_code, submission.attempts) == (SubmissionState.FAILED, FAULT.code, 2)


def test_a_scan_that_cannot_be_had_alone_fails_for_that(house: House, scan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, "handling_scan", StorageUnavailableError(detail="lock file"))
    assert digitize_dossier._digitize_scan(scan, asdict(ACTOR), None) == SubmissionState.FAILED
    assert house.catalog.submissions.get(scan).error_code == StorageUnavailableError.code


def test_a_scan_that_the_batch_does_not_hold_is_passed_over(house: House, scan: str) -> None:
    assert digitize_dossier._digitize_scan(scan, asdict(ACTOR), "another") == SubmissionState.RECEIVED
    assert house.catalog.submissions.get(scan).attempts == 0
