"""Claim a file of the inbox: bytes in the originals bucket and read back, submission written down, then the file may go.

Claiming does not read, sign or archive anything. What is claimed stands as ``received`` in the catalog and, with its dossier
number, in the originals bucket; whoever digitizes takes it from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog import Submission
from catalog.submission_records import make_storable
from dossiers.model import Actor, SubmissionState
from dossiers.stillness import Stamp
from operations.claim_journal import ClaimNote, find_note, note_claim
from operations.paths import FoundScan
from operations.receiving import receive
from operations.recording import write_record
from runtime.wiring import House

_UNFINISHED = (SubmissionState.RECEIVED, SubmissionState.FAILED)


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a file of the inbox. ``is_copy``: its bytes were handed in before."""

    sha256: str
    state: SubmissionState
    is_copy: bool

    @property
    def may_leave(self) -> bool:
        """Whether the file may leave the inbox: its bytes are safe, whatever becomes of them."""
        return self.state is not SubmissionState.FAILED

    @property
    def awaits_digitizing(self) -> bool:
        return self.state is SubmissionState.RECEIVED


def claim_file(house: House, scan: FoundScan, stamp: Stamp, actor: Actor) -> Claim:
    """Claim a file; the same file, met again after a crash, is counted once.

    Raises what ``receive`` raises: UnreadablePathError or TooLargeError for the file's own fault, StorageUnavailableError and
    its kin when it could not be taken now; then it stays where it is and may be claimed again.
    """
    note = find_note(house, scan.path, stamp)
    known = house.catalog.submissions.find(note.sha256) if note is not None else None
    if known is not None and _was_written_down(house, known, scan) and house.archive.holds_original(known.scan_sha256):
        write_record(house, known.scan_sha256)
        return Claim(known.scan_sha256, known.state, is_copy=known.path != make_storable(scan.told_path))
    received = receive(house, scan, actor, lambda sha256: note_claim(house, scan.path, ClaimNote(sha256, stamp)))
    was_settled = received.is_settled and received.state in (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW)
    is_other = house.catalog.submissions.get(received.sha256).path != make_storable(scan.told_path)
    return Claim(received.sha256, received.state, is_copy=was_settled or is_other)


def _was_written_down(house: House, submission: Submission, scan: FoundScan) -> bool:
    """Say whether this very file stands in the catalog already, as a submission that came to its end or as a sighting."""
    path = make_storable(scan.told_path)
    if submission.path == path:
        return submission.state not in _UNFINISHED
    return any(seen.path == path for seen in house.catalog.submissions.list_sightings(submission.scan_sha256))
