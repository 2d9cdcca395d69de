"""Which waiting scans are sent to the engine next, and together with which: pure planning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dossiers.errors import (
    EngineUnavailableError,
    RecognitionTimeoutError,
    RevocationUnavailableError,
    SohoaError,
    StorageFullError,
    StorageUnavailableError,
    TimestampError,
    TokenUnavailableError,
)

NORMAL_PRIORITY = 0
FAST_PRIORITY = 10
MAX_DOUBLINGS = 10

# What is not the dossier's fault: it is tried again until it ends, and is never counted against a dossier.
OUTAGES = frozenset(
    {
        StorageUnavailableError.code,
        StorageFullError.code,
        TimestampError.code,
        RevocationUnavailableError.code,
        TokenUnavailableError.code,
        EngineUnavailableError.code,
    }
)
# What a later try may mend. "internal" is a fault of the program, which may come from the moment (memory, a killed process).
RETRYABLE = OUTAGES | {RecognitionTimeoutError.code, SohoaError.code}


class Lane(StrEnum):
    """The two queues of the engine."""

    FAST = "fast"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class WaitingScan:
    """A scan that waits to be digitized. ``tries`` counts the beginnings since it was handed in or a person replayed it.

    ``sends`` counts how often it was sent to the engine. ``error_code`` is that of the last try, if that failed.
    """

    scan_sha256: str
    dossier_number: str | None
    name: str
    size_bytes: int
    priority: int
    tries: int
    sends: int
    received_at: datetime
    updated_at: datetime
    error_code: str | None = None

    @property
    def group(self) -> str:
        """What goes into one flow run: a dossier, or a file that names none."""
        return self.dossier_number or self.scan_sha256


@dataclass(frozen=True, slots=True)
class PlannedDossier:
    """One dossier of a batch: how it is called, and the digests of its scans."""

    label: str
    scans: tuple[str, ...]

    @classmethod
    def of(cls, scans: Sequence[WaitingScan]) -> PlannedDossier:
        """Return the dossier of scans that share a group. ``scans`` is not empty."""
        return cls(scans[0].dossier_number or scans[0].name, tuple(scan.scan_sha256 for scan in scans))


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """What one flow run is given. ``key`` makes sending it twice harmless: the same scans at the same try have the same key."""

    key: str
    lane: Lane
    dossiers: tuple[PlannedDossier, ...]

    @property
    def scans(self) -> tuple[str, ...]:
        return tuple(scan for dossier in self.dossiers for scan in dossier.scans)


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How large a batch may grow. The first dossier always fits."""

    max_dossiers: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class RetryPace:
    """When what failed is tried again: ``delay`` after an outage; else twice as long after each try, MAX_DOUBLINGS times.

    From ``max_tries`` beginnings on it is given up.
    """

    delay: timedelta
    max_tries: int


def is_due(scan: WaitingScan, now: datetime, retry_delay: timedelta) -> bool:
    """Say whether a scan may be tried now. One that failed waits longer after each try; a clock set back delays nothing."""
    if scan.error_code is None:
        return True
    doublings = 0 if scan.error_code in OUTAGES else min(max(scan.tries - 1, 0), MAX_DOUBLINGS)
    return now >= scan.updated_at + retry_delay * 2**doublings or now < scan.updated_at


def is_exhausted(scan: WaitingScan, max_tries: int) -> bool:
    """Say whether a scan has begun so often that another try would only hold up the others."""
    return scan.tries >= max_tries


def plan_batches(
    waiting: Iterable[WaitingScan], free_slots: dict[Lane, int], limits: BatchLimits, *, max_tries: int
) -> tuple[PlannedBatch, ...]:
    """Pack waiting scans into at most so many batches a lane: urgent dossiers first, then the longest waiting.

    A dossier stays together. Few dossiers are spread over the free slots. One whose last try ended without a result, so that
    it may have taken its whole batch with it, goes alone. Exhausted scans are left out.
    """
    groups: dict[str, list[WaitingScan]] = {}
    for scan in waiting:
        if not is_exhausted(scan, max_tries):
            groups.setdefault(scan.group, []).append(scan)
    ordered = sorted(groups.values(), key=_urgency)
    lanes = {lane: [group for group in ordered if _lane(group) is lane] for lane in Lane}
    return tuple(batch for lane, members in lanes.items() for batch in _pack(members, lane, free_slots.get(lane, 0), limits))


def key_of(scans: Sequence[WaitingScan]) -> str:
    """Return the idempotency key of a batch: from the digests of its scans and how often each was tried and sent."""
    parts = sorted(f"{scan.scan_sha256}:{scan.tries}:{scan.sends}" for scan in scans)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _pack(groups: list[list[WaitingScan]], lane: Lane, slots: int, limits: BatchLimits) -> list[PlannedBatch]:
    if slots <= 0 or not groups:
        return []
    per_batch = min(limits.max_dossiers, -(-len(groups) // slots))
    batches: list[list[list[WaitingScan]]] = []
    for group in groups:
        if batches and _fits(batches[-1], group, per_batch, limits.max_bytes):
            batches[-1].append(group)
        elif len(batches) < slots:
            batches.append([group])
        else:
            break
    return [_to_batch(batch, lane) for batch in batches]


def _fits(batch: list[list[WaitingScan]], group: list[WaitingScan], max_dossiers: int, max_bytes: int) -> bool:
    if len(batch) >= max_dossiers or _is_suspect(batch[0]) or _is_suspect(group):
        return False
    return sum(scan.size_bytes for member in (*batch, group) for scan in member) <= max_bytes


def _is_suspect(group: list[WaitingScan]) -> bool:
    return any(scan.tries > 0 and scan.error_code not in OUTAGES for scan in group)


def _to_batch(groups: list[list[WaitingScan]], lane: Lane) -> PlannedBatch:
    dossiers = tuple(PlannedDossier.of(group) for group in groups)
    return PlannedBatch(key_of([scan for group in groups for scan in group]), lane, dossiers)


def _lane(group: list[WaitingScan]) -> Lane:
    return Lane.FAST if max(scan.priority for scan in group) >= FAST_PRIORITY else Lane.NORMAL


def _urgency(group: list[WaitingScan]) -> tuple[int, int, datetime]:
    # Those that were tried before stand behind those that were not: a poisoned dossier never blocks others.
    return (
        -max(scan.priority for scan in group),
        max(scan.tries for scan in group),
        min(scan.received_at for scan in group),
    )
