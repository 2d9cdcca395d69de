"""What is told of a file that was found in the inbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dossiers.model import SubmissionState
from dossiers.stations import Placement
from operations.claiming import Claim
from operations.ingesting import DossierScans
from operations.results import ErrorFacts

STATES_VI = {
    SubmissionState.RECEIVED: "đã nhận, chờ số hóa",
    SubmissionState.FAILED: "chưa nhận được, sẽ thử lại",
    SubmissionState.ARCHIVED: "trùng với tệp đã lưu trữ",
    SubmissionState.NEEDS_REVIEW: "trùng với tệp chờ kiểm tra",
    SubmissionState.REJECTED: "bị từ chối",
    SubmissionState.REARRANGED: "đã nhận, tách hoặc ghép thành hồ sơ",
}


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """What became of one file of the inbox: claimed, or why not."""

    path: str
    placement: Placement | None
    claim: Claim | None
    error: ErrorFacts | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form in which ``sohoa watch --claim-only --json`` tells it."""
        return {
            "path": self.path,
            "station": self.placement.station if self.placement else None,
            "dossier_number": self.placement.dossier_number if self.placement else None,
            "sha256": self.claim.sha256 if self.claim else None,
            "state": self.claim.state.value if self.claim else None,
            "is_copy": self.claim.is_copy if self.claim else False,
            "error": self.error.to_json() if self.error else None,
        }


Tell = Callable[[ClaimedFile], None]
HandOn = Callable[[DossierScans], None]
