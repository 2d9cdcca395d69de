"""No file ends without a reason, whoever took it up meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.errors import RecognitionError, TakenOverError
from dossiers.model import Actor, Outcome, SubmissionState
from operations.outcomes import file_result
from operations.paths import FoundScan
from operations.receiving import receive
from operations.settling import settle_failure
from runtime.settings import Settings
from runtime.wiring import House

ACTOR = Actor("clerk", "Clerk")


@pytest.mark.parametrize("state", [SubmissionState.FAILED, SubmissionState.REJECTED])
def test_a_failed_file_that_another_run_took_up_meanwhile_says_so(tmp_path: Path, state: SubmissionState) -> None:
    scan = FoundScan(tmp_path / "a.pdf")
    scan.path.write_bytes(b"" if state is SubmissionState.REJECTED else b"scan")
    with House(Settings(home=tmp_path / "home")) as house:
        sha256 = receive(house, scan, ACTOR).sha256
        if state is SubmissionState.FAILED:
            fault = RecognitionError(name="a.pdf", page=1, detail="x")
            settle_failure(house, house.catalog.submissions.get(sha256), fault, ACTOR)
        first = file_result(house, "a.pdf", sha256)
        house.catalog.submissions.requeue(sha256, actor=ACTOR)  # as the other run does when it takes the file in
        told = file_result(house, "a.pdf", sha256)
    assert first.error is not None
    assert first.error.code in ("input.empty", "recognition.failed")
    assert told.error is not None
    assert (told.outcome, told.error.code) == (Outcome.REJECTED, TakenOverError.code)


def test_a_file_whose_pages_are_other_files_was_handed_in_before(tmp_path: Path) -> None:
    with House(Settings(home=tmp_path / "home")) as house:
        (tmp_path / "a.pdf").write_bytes(b"scan")
        sha256 = receive(house, FoundScan(tmp_path / "a.pdf"), ACTOR).sha256
        house.catalog.submissions.mark(sha256, SubmissionState.REARRANGED, actor=ACTOR)
        told = file_result(house, "a.pdf", sha256)
    assert (told.outcome, told.error, told.documents) == (Outcome.DUPLICATE, None, ())
