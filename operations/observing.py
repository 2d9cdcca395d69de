"""What can be seen of Sohoa from outside: how much waits, since when, what failed, how long stages take, what is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog import StageTime
from dossiers.dispatching import Lane
from dossiers.errors import SohoaError
from dossiers.model import SubmissionState
from operations.custody_standing import CustodyStanding
from runtime.wiring import House


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at the catalog. Ages are in seconds; 0 when nothing waits."""

    files: dict[SubmissionState, int]
    errors: dict[str, int]
    waiting: int
    waiting_urgent: int
    oldest_age_s: float
    batches: dict[str, int]
    documents: int
    stages: tuple[StageTime, ...]
    custody: CustodyStanding | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What Sohoa needs, each with the reason why it cannot be used, or an empty string."""

    parts: dict[str, str]

    @property
    def is_ready(self) -> bool:
        return not any(self.parts.values())


def observe(house: House, now: datetime | None = None, custody: CustodyStanding | None = None) -> Observation:
    """Look at the catalog once; ``custody`` is told with it. Raises StorageUnavailableError when it cannot be used."""
    at = now or datetime.now(UTC)
    queue = house.catalog.dispatches.measure_queue(house.settings.dispatch.fast_stations)
    batches = {lane.value: 0 for lane in Lane}  # a lane without batches is told as well, so that an alarm can go by it
    for batch in house.catalog.dispatches.list_batches():
        batches[batch.lane] = batches.get(batch.lane, 0) + 1
    return Observation(
        files=house.catalog.submissions.counts(),
        errors=house.catalog.submissions.count_errors(),
        waiting=queue.waiting,
        waiting_urgent=queue.urgent,
        oldest_age_s=max(0.0, (at - queue.oldest).total_seconds()) if queue.oldest else 0.0,
        batches=batches,
        documents=house.catalog.documents.count(),
        stages=tuple(house.catalog.stage_times.list_all()),
        custody=custody,
    )


def check_readiness(house: House, check_engine: Callable[[], None] | None) -> Readiness:
    """Ask catalog, store and, when there is one, the engine whether they answer. Raises nothing."""

    def check_catalog() -> None:
        house.catalog.check()

    def check_store() -> None:
        house.archive.check()

    checks: dict[str, Callable[[], None]] = {"catalog": check_catalog, "store": check_store}
    if check_engine is not None:
        checks["engine"] = check_engine
    return Readiness({name: _why_not(check) for name, check in checks.items()})


def _why_not(check: Callable[[], None]) -> str:
    try:
        check()
    except SohoaError as error:
        return f"{error.message_en} [{error.code}]"
    return ""
