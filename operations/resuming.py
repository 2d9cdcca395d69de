"""Take up again what was claimed but did not come to its end: left by a crash, or failed for a reason that passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from catalog import Submission
from dossiers.dispatching import OUTAGES
from dossiers.errors import SohoaError
from dossiers.model import Actor, SubmissionState
from operations.ingesting import Digitize
from operations.locking import working
from operations.recording import RecordWriter
from runtime.wiring import House

MAX_ATTEMPTS = 5
FIRST_WAIT_S, MAX_WAIT_S = 30.0, 900.0
_AT_ONCE = 20
_RECORDS_AT_ONCE = 200


@dataclass(slots=True)
class Resumption:
    """Called again and again by a watch that digitizes by itself; looks at growing intervals while something still fails.

    What failed MAX_ATTEMPTS times, or for a reason that does not pass by itself, waits for ``sohoa replay``. An outage (of the
    store, of whoever gives stamps or knows what is revoked) is not counted: it is no fault of the scan. The store is told
    what it missed, too.
    """

    house: House
    actor: Actor
    digitize: Digitize
    clock: Callable[[], float] = time.monotonic
    not_before_s: float = 0.0
    wait_s: float = FIRST_WAIT_S
    _records: RecordWriter = field(init=False)

    def __post_init__(self) -> None:
        self._records = RecordWriter(self.house)

    def __call__(self) -> None:
        """Take up what is due, if anything. Raises what the catalog raises."""
        if self.clock() < self.not_before_s:
            return
        todo = self._find_due()
        with working(self.house):
            self._records.write(limit=_RECORDS_AT_ONCE)
            for label, digests in _by_dossier(todo):
                self.digitize(self.house, [(label, digests)], self.actor)
        still_failing = any(
            self.house.catalog.submissions.get(item.scan_sha256).state is SubmissionState.FAILED for item in todo
        )
        self.wait_s = min(MAX_WAIT_S, self.wait_s * 2) if still_failing else FIRST_WAIT_S
        self.not_before_s = self.clock() + self.wait_s

    def _find_due(self) -> list[Submission]:
        found = self.house.catalog.submissions.list_submissions((SubmissionState.RECEIVED, SubmissionState.FAILED), limit=None)
        passing = {kind.code for kind in _kinds(SohoaError) if kind.retryable}
        due = [
            item
            for item in found
            if item.error_code in OUTAGES
            or (item.attempts < MAX_ATTEMPTS and (item.state is SubmissionState.RECEIVED or item.error_code in passing))
        ]
        return sorted(due, key=lambda item: item.received_at)[:_AT_ONCE]


def _by_dossier(submissions: list[Submission]) -> list[tuple[str, list[str]]]:
    dossiers: dict[str, list[str]] = {}
    for item in submissions:
        dossiers.setdefault(item.dossier_number or item.name, []).append(item.scan_sha256)
    return list(dossiers.items())


def _kinds(kind: type[SohoaError]) -> Iterator[type[SohoaError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)
