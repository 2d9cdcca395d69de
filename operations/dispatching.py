"""Send waiting dossiers to the flow engine in batches, and take back what a dead batch held.

The queue is the catalog; the engine is given little more than it can work on at once, so that urgent dossiers do not stand
behind a thousand sent before. Several dispatchers may run: a scan is claimed by one batch at a time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from catalog import OpenBatch
from dossiers.dispatching import (
    RETRYABLE,
    BatchLimits,
    Lane,
    PlannedBatch,
    PlannedDossier,
    RetryPace,
    WaitingScan,
    is_due,
    is_exhausted,
    plan_batches,
)
from dossiers.errors import EngineUnavailableError, PoisonedError, ProcessingCancelledError, SohoaError
from dossiers.model import Actor, SubmissionState
from dossiers.trail import TrailAction
from operations.engine import FlowEngine, RunState
from operations.locking import working
from operations.recording import RecordWriter
from operations.settling import settle_failure
from operations.trail import Deed, record_deeds
from runtime.wiring import House

_log = logging.getLogger("sohoa.dispatch")
# So many waiting scans are looked at for one plan; more than the engine is ever given at once.
_HORIZON = 2000
# A process needs time to start before its heart beats first, on a busy machine a lot: so many leases, and as many more each
# time that a scan is sent. So however slow a machine is, a batch gets to its work in the end.
_START_LEASES = 4
_MAX_PAUSES = 10
# Whoever settles a scan tells the store at once; what is this old was left by one that was killed, or that the store refused.
_RECORD_AGE = timedelta(seconds=10)
_RECORDS_A_LOOK = 50


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the queue did: batches sent, batches taken back, scans given up."""

    sent: int = 0
    taken_back: int = 0
    given_up: int = 0


@dataclass(slots=True)
class _Pulse:
    beats: int
    since_s: float


@dataclass(slots=True)
class Dispatcher:
    """Looks at the queue again and again. ``now_s`` is a monotonic clock, so that a jump of the wall clock kills no batch."""

    house: House
    engine: FlowEngine
    actor: Actor
    now_s: Callable[[], float] = time.monotonic
    _pulses: dict[str, _Pulse] = field(default_factory=dict)
    _is_blind: bool = False
    _records: RecordWriter = field(init=False)

    def __post_init__(self) -> None:
        self._records = RecordWriter(self.house)

    def run(self, should_stop: Callable[[], bool], sleep: Callable[[float], object] = time.sleep) -> None:
        """Look until told to stop. A store, catalog or engine that is away is asked again."""
        while not should_stop():
            try:
                self.look()
            except SohoaError as error:
                _log.warning("nothing sent: %s [%s]", error.message_en, error.code)
            sleep(self.house.settings.dispatch.poll_s)

    def look(self) -> Round:
        """Take back what dead batches hold, give up what was tried too often, send what is due, tell the store what it missed.

        Raises EngineUnavailableError, StorageUnavailableError and its kin; what was claimed is then sent at the next look.
        """
        if self._is_blind:  # while the catalog was away no heart could beat: silence counts from now on
            self._pulses.clear()
        self._is_blind = True
        with working(self.house):
            try:
                return self._look()
            finally:  # last, so that a slow store keeps nothing from being sent, and also while the engine is away
                self._records.write(min_age=_RECORD_AGE, limit=_RECORDS_A_LOOK)

    def _look(self) -> Round:
        taken_back = self._check_batches()
        self._resend_unconfirmed()
        free = self._free_slots()
        if not any(free.values()):
            return Round(taken_back=taken_back)
        waiting = self._list_waiting()
        given_up = self._give_up_exhausted(waiting)
        return Round(self._send_due(waiting, free), taken_back, given_up)

    # --- batches under way ------------------------------------------------------------------------------------------

    def _check_batches(self) -> int:
        table = self.house.catalog.dispatches
        batches = table.list_batches()
        self._is_blind = False
        self._pulses = {batch.batch_id: self._feel(batch) for batch in batches}
        states = self._look_at_runs(batches)
        return sum(self._check(batch, states.get(batch.flow_run_id or "", RunState.UNKNOWN)) for batch in batches)

    def _look_at_runs(self, batches: list[OpenBatch]) -> Mapping[str, RunState]:
        runs = [batch.flow_run_id for batch in batches if batch.flow_run_id]
        try:
            return self.engine.look(runs) if runs else {}
        except EngineUnavailableError as error:
            _log.warning("the engine does not say how batches stand: %s", error.message_en)
            began = {batch.flow_run_id: batch.beats > 0 for batch in batches if batch.flow_run_id}
            return {run: RunState.RUNNING if is_running else RunState.WAITING for run, is_running in began.items()}

    def _feel(self, batch: OpenBatch) -> _Pulse:
        pulse = self._pulses.get(batch.batch_id)
        return pulse if pulse is not None and pulse.beats == batch.beats else _Pulse(batch.beats, self.now_s())

    def _check(self, batch: OpenBatch, state: RunState) -> bool:
        """Take a batch back when it came to its end or gives no sign of life; return whether it was taken back."""
        table = self.house.catalog.dispatches
        if state is RunState.WAITING:
            self._pulses[batch.batch_id].since_s = self.now_s()
            return False
        if state is RunState.CANCELLED:
            held = table.list_held(batch.batch_id)
            details = {"flow_run_id": batch.flow_run_id or ""}
            record_deeds(self.house, self.actor, [Deed(TrailAction.CANCEL, scan.scan_sha256, details) for scan in held])
            for scan in held:
                stop_scan(self.house, scan.scan_sha256, f"flow run {batch.flow_run_id}", self.actor)
        pulse = self._pulses[batch.batch_id]
        if state is RunState.ENDED and self.now_s() - pulse.since_s < self._pause_s(batch):
            return False
        if state in (RunState.ENDED, RunState.CANCELLED):
            return table.release(batch.batch_id)
        if self.now_s() - pulse.since_s < self._lease_s(batch, state):
            return False
        if not table.release(batch.batch_id, beats=pulse.beats):
            return False
        _log.error("batch %s gave no sign of life; what it held is sent again", batch.batch_id)
        if batch.flow_run_id is not None:
            self.engine.bury(batch.flow_run_id, "no sign of life; its dossiers were sent again")
        return True

    def _lease_s(self, batch: OpenBatch, state: RunState) -> float:
        """Return how long a batch may be silent: before its first sign of life, the longer the oftener it was sent."""
        lease_s = self.house.settings.dispatch.lease_s
        if batch.beats > 0 or state not in (RunState.STARTING, RunState.RUNNING):
            return lease_s
        return lease_s * _START_LEASES * max(1, self._count_sends(batch))

    def _pause_s(self, batch: OpenBatch) -> float:
        """Return how long what ended before its first sign of life is kept: it would be sent and fail without end."""
        return 0.0 if batch.beats > 0 else self.house.settings.dispatch.retry_s * min(self._count_sends(batch), _MAX_PAUSES)

    def _count_sends(self, batch: OpenBatch) -> int:
        return max((scan.sends for scan in self.house.catalog.dispatches.list_held(batch.batch_id)), default=0)

    # --- the queue --------------------------------------------------------------------------------------------------

    def _list_waiting(self) -> list[WaitingScan]:
        dispatch = self.house.settings.dispatch
        pace = RetryPace(timedelta(seconds=dispatch.retry_s), dispatch.max_tries)
        return self.house.catalog.dispatches.list_waiting(
            RETRYABLE, fast_folders=dispatch.fast_stations, limit=_HORIZON, pace=pace
        )

    def _give_up_exhausted(self, waiting: list[WaitingScan]) -> int:
        exhausted = [scan for scan in waiting if is_exhausted(scan, self.house.settings.dispatch.max_tries)]
        for scan in exhausted:
            error = PoisonedError(tries=scan.tries, detail=scan.error_code or "the process died")
            _settle_unfinished(self.house, scan.scan_sha256, error, self.actor)
        return len(exhausted)

    def _send_due(self, waiting: list[WaitingScan], free: dict[Lane, int]) -> int:
        dispatch = self.house.settings.dispatch
        now, delay = datetime.now(UTC), timedelta(seconds=dispatch.retry_s)
        due = [scan for scan in waiting if is_due(scan, now, delay)]
        limits = BatchLimits(dispatch.max_dossiers, dispatch.max_mb << 20)
        planned = plan_batches(due, free, limits, max_tries=dispatch.max_tries)
        if planned:
            self.house.archive.check()  # while the store is away, every try would be in vain
        return sum(self._claim_and_send(batch) for batch in planned)

    def _free_slots(self) -> dict[Lane, int]:
        dispatch = self.house.settings.dispatch
        slots = {Lane.NORMAL: dispatch.batches + dispatch.ahead, Lane.FAST: dispatch.fast_batches}
        for batch in self.house.catalog.dispatches.list_batches():
            if batch.lane in slots:
                slots[Lane(batch.lane)] -= 1
        return {lane: max(0, count) for lane, count in slots.items()}

    def _claim_and_send(self, batch: PlannedBatch) -> bool:
        table = self.house.catalog.dispatches
        claimed = set(table.claim(batch.key, batch.scans, lane=batch.lane.value))
        mine = replace(batch, dossiers=_only(batch.dossiers, claimed))
        return bool(mine.dossiers) and self._send(mine)

    def _send(self, batch: PlannedBatch) -> bool:
        """Send a claimed batch and say whether the engine took it; one that it refuses stops no other.

        What a refused batch holds is taken back with its lease and packed anew. Raises EngineUnavailableError when the engine
        takes none.
        """
        try:
            run = self.engine.send(batch, self.actor)
        except EngineUnavailableError as error:
            self.engine.check()
            _log.error("the engine answers and does not take batch %s: %s", batch.key, error.message_en)
            return False
        self.house.catalog.dispatches.set_flow_run(batch.key, run)
        _log.info("batch %s (%s) sent: %d dossiers, %d scans", batch.key, batch.lane, len(batch.dossiers), len(batch.scans))
        return True

    def _resend_unconfirmed(self) -> None:
        """Send again what was claimed while the engine was away or when a dispatcher died; the key makes that harmless."""
        table = self.house.catalog.dispatches
        for batch in table.list_batches():
            if batch.flow_run_id is not None or batch.lane not in set(Lane):
                continue
            groups: dict[str, list[WaitingScan]] = {}
            for scan in table.list_held(batch.batch_id):
                groups.setdefault(scan.group, []).append(scan)
            dossiers = tuple(PlannedDossier.of(group) for group in groups.values())
            if not dossiers:
                table.release(batch.batch_id)
                continue
            self._send(PlannedBatch(batch.batch_id, Lane(batch.lane), dossiers))


def stop_scan(house: House, sha256: str, why: str, actor: Actor) -> None:
    """Let a scan that is not at its end be left alone until a person replays it."""
    house.catalog.dispatches.let_go([sha256])
    _settle_unfinished(house, sha256, ProcessingCancelledError(detail=why), actor)


def _settle_unfinished(house: House, sha256: str, error: SohoaError, actor: Actor) -> None:
    submission = house.catalog.submissions.get(sha256)
    if submission.state in (SubmissionState.RECEIVED, SubmissionState.FAILED):
        settle_failure(house, submission, error, actor)


def _only(dossiers: tuple[PlannedDossier, ...], scans: set[str]) -> tuple[PlannedDossier, ...]:
    kept = (replace(dossier, scans=tuple(scan for scan in dossier.scans if scan in scans)) for dossier in dossiers)
    return tuple(dossier for dossier in kept if dossier.scans)
