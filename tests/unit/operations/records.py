"""Scans handed in, rejected and seen again by processes that are killed before they tell the store."""

from __future__ import annotations

import pytest

from dossiers.errors import EmptyFileError, SohoaError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from operations.paths import FoundScan
from operations.receiving import receive
from operations.reconciling import Reconciliation
from operations.reconciling import reconcile as reconcile_house
from runtime.wiring import House
from storage.archive import Archive
from storage.submissions import SubmissionRecord

ACTOR = Actor("worker", "Worker")
AWAY = StorageUnavailableError(detail="away")
EMPTY = EmptyFileError(name="a.pdf")


def hand_in(house: House, name: str = "a.pdf") -> str:
    path = house.home.parent / name
    path.write_bytes(name.encode())
    return receive(house, FoundScan(path), ACTOR).sha256


def reject(house: House, name: str = "a.pdf") -> str:
    """Hand a file in and let it be rejected by a process that is killed before it tells the store."""
    sha256 = hand_in(house, name)
    house.catalog.submissions.mark(sha256, SubmissionState.REJECTED, actor=ACTOR, error=EMPTY)
    return sha256


def see_again(house: House, sha256: str, path: str = "/b.pdf") -> None:
    """Hand the same bytes in once more, to a process that is killed before it tells the store."""
    house.catalog.submissions.receive(sha256, name="b.pdf", path=path, size_bytes=1, dossier_number=None, actor=ACTOR)


def reconcile(house: House) -> Reconciliation:
    return reconcile_house(house, ACTOR, sleep=lambda _seconds: None)


def stored(house: House, sha256: str) -> SubmissionRecord:
    record = house.archive.find_submission(sha256)
    assert record is not None
    return record


def refuse_records(patched: pytest.MonkeyPatch, error: SohoaError = AWAY, only: str = "") -> list[str]:
    """Let the store refuse records, of one scan or of all; return the list of those that it refused."""
    works = Archive.renew_submission
    refused: list[str] = []

    def renew(archive: Archive, record: SubmissionRecord) -> bool:
        if only in ("", record.sha256):
            refused.append(record.sha256)
            raise error
        return works(archive, record)

    patched.setattr(Archive, "renew_submission", renew)
    return refused
