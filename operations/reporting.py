"""What the administrator asks: where every file stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog import FailureGroup, ProgressReport, Submission
from dossiers.errors import StorageDeniedError, StorageFullError
from dossiers.model import Actor, SubmissionState
from dossiers.trail import TrailAction
from operations.custody_standing import CustodyStanding, find_standing
from operations.proving_store import StoreProof, find_proof
from operations.trail import record_event
from runtime.wiring import House

_OPEN = (SubmissionState.RECEIVED, SubmissionState.FAILED, SubmissionState.NEEDS_REVIEW, SubmissionState.REJECTED)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Files by state (the sum is every file seen), failures by cause, and what still needs somebody.

    ``is_withheld``: the trail takes no entry, so that no file is named; the counts tell nothing of anybody.
    """

    counts: dict[SubmissionState, int]
    failures: tuple[FailureGroup, ...]
    open_submissions: tuple[Submission, ...]
    store: StoreProof | None = None
    custody: CustodyStanding | None = None
    is_withheld: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "counts": {state.value: count for state, count in self.counts.items()},
            "total": self.total,
            "failures": [
                {"code": group.error_code, "count": group.count, "message_vi": group.error_vi, "message_en": group.error_en}
                for group in self.failures
            ],
            "open": [submission_to_json(submission) for submission in self.open_submissions],
            "store_locks": self.store.report.locks if self.store else None,
            "custody": self.custody.to_json() if self.custody else None,
        }


def report_status(house: House, actor: Actor, *, limit: int = 20) -> StatusReport:
    """Count every file seen by where it stands and list the newest ``limit`` that still need somebody.

    That files were listed is written into the trail. Where that cannot be, none is: whoever must mend it still sees the counts.
    """
    submissions = house.catalog.submissions
    listed = submissions.list_submissions(_OPEN, limit=limit)
    is_withheld = bool(listed) and not _try_to_write_down(house, actor, len(listed))
    return StatusReport(
        counts=submissions.counts(),
        failures=tuple(submissions.group_failures()),
        open_submissions=() if is_withheld else tuple(listed),
        store=find_proof(house),
        custody=find_standing(house),
        is_withheld=is_withheld,
    )


def _try_to_write_down(house: House, actor: Actor, files: int) -> bool:
    try:
        record_event(house, actor, TrailAction.READ, "", {"what": "status", "files": files})
    except (StorageDeniedError, StorageFullError):
        return False
    return True


def report_progress(house: House, actor: Actor) -> ProgressReport:
    """Count the dossiers of every counter against the targets of the day (+07:00)."""
    del actor
    return house.catalog.progress()


def submission_to_json(submission: Submission) -> dict[str, Any]:
    """Return the form in which a submission is told as JSON."""
    error = None
    if submission.error_code:
        error = {"code": submission.error_code, "message_vi": submission.error_vi, "message_en": submission.error_en}
    return {
        "sha256": submission.scan_sha256,
        "name": submission.name,
        "path": submission.path,
        "dossier_number": submission.dossier_number,
        "state": submission.state.value,
        "attempts": submission.attempts,
        "received_at": submission.received_at.isoformat(),
        "updated_at": submission.updated_at.isoformat(),
        "error": error,
    }
