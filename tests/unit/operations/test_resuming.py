"""What a watch takes up again by itself: an outage is not counted against a scan, however long it lasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.errors import RecognitionTimeoutError, RevocationUnavailableError, SohoaError, TimestampError
from dossiers.model import Actor, SubmissionState
from operations.resuming import MAX_ATTEMPTS, Resumption
from runtime.settings import Settings
from runtime.wiring import House

CLERK = Actor("clerk-1", "Trần Thị Bình")
SCAN = "ab" * 32


@pytest.mark.parametrize(
    ("error", "is_taken_up"),
    [
        (TimestampError(detail="down"), True),
        (RevocationUnavailableError(detail="down"), True),
        (RecognitionTimeoutError(page=1, detail="slow"), False),
    ],
)
def test_only_faults_of_the_scan_are_counted(tmp_path: Path, error: SohoaError, is_taken_up: bool) -> None:
    with House(Settings(home=tmp_path)) as house:
        submissions = house.catalog.submissions
        submissions.receive(SCAN, name="a.pdf", path="/a", size_bytes=1, dossier_number=None, actor=CLERK)
        for _ in range(MAX_ATTEMPTS + 1):
            submissions.start_attempt(SCAN, actor=CLERK)
            submissions.mark(SCAN, SubmissionState.FAILED, actor=CLERK, error=error)
        tried: list[str] = []
        Resumption(house, CLERK, lambda _house, work, _actor: tried.extend(sha256 for _, found in work for sha256 in found))()
        assert bool(tried) is is_taken_up
