"""Take files in and see each to its stated end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dossiers.codes import DossierNumber
from dossiers.errors import SohoaError
from dossiers.model import Actor, SubmissionState
from operations.locking import working
from operations.outcomes import file_result, refused_result
from operations.paths import FoundScan, find_scans
from operations.receiving import Received, receive, retake
from operations.recording import RecordWriter
from operations.results import FileResult
from operations.settling import quarantine_refused
from runtime.wiring import House

_log = logging.getLogger("sohoa.ingest")

_RECORDS_FIRST = 200

# One dossier's label and the digests of its scans.
DossierScans = tuple[str, Sequence[str]]
Digitize = Callable[[House, Sequence[DossierScans], Actor], None]


def ingest_files(
    house: House, paths: Sequence[Path], actor: Actor, digitize: Digitize, dossier_number: str | None = None
) -> Iterator[FileResult]:
    """Take in every file under ``paths`` and yield where each ended, dossier by dossier.

    All files are received before the first is read, so that an interruption loses none; the store is told first what it
    missed of those before. ``digitize`` runs the flow on (label, digests) pairs. Raises InvalidCodeError for a malformed
    ``dossier_number``; anything that befalls one file is told in its result and leaves the others untouched.
    """
    if dossier_number is not None:
        dossier_number = str(DossierNumber.parse(dossier_number))
    with working(house):
        RecordWriter(house).write(limit=_RECORDS_FIRST)
        yield from _ingest(house, find_scans(paths, dossier_number), actor, digitize)


def _ingest(house: House, scans: Iterator[FoundScan], actor: Actor, digitize: Digitize) -> Iterator[FileResult]:
    waiting: dict[str, list[tuple[FoundScan, Received]]] = {}
    for scan in scans:
        taken = _take_in(house, scan, actor)
        if isinstance(taken, FileResult):
            yield taken
        elif taken.is_settled:
            is_copy = taken.state in (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW)
            yield file_result(house, str(scan.path), taken.sha256, is_copy=is_copy)
        else:
            waiting.setdefault(scan.dossier_number or scan.name, []).append((scan, taken))
    settled: set[str] = set()
    for label, members in waiting.items():
        fresh = list(dict.fromkeys(received.sha256 for _, received in members if received.sha256 not in settled))
        if fresh:
            digitize(house, [(label, fresh)], actor)
        for scan, received in members:
            # The same bytes twice in one run: the first is the submission, the others are its duplicates.
            is_copy = received.sha256 in settled
            if is_copy and _is_rejected_for_its_name(house, received.sha256, scan):
                retake(house, scan, received.sha256, actor)
                digitize(house, [(label, [received.sha256])], actor)
                is_copy = False
            yield file_result(house, str(scan.path), received.sha256, is_copy=is_copy)
            settled.add(received.sha256)


def _is_rejected_for_its_name(house: House, sha256: str, scan: FoundScan) -> bool:
    """Say whether bytes were just rejected under a name that this further file does not bear."""
    submission = house.catalog.submissions.get(sha256)
    return submission.state is SubmissionState.REJECTED and submission.name != scan.name


def _take_in(house: House, scan: FoundScan, actor: Actor) -> Received | FileResult:
    try:
        if scan.error is not None:
            raise scan.error
        return receive(house, scan, actor)
    except SohoaError as error:
        _log.warning("not taken in: %s [%s]", scan.path, error.code)
        quarantine_refused(house, scan.path, error)
        return refused_result(str(scan.path), error)
