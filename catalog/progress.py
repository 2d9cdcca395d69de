"""Count how far each counter is from the target.

Everything is computed from the rows, a dossier once by its number, so that a replay cannot inflate it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from catalog.database import Database
from catalog.dossier_counts import DossierCounts, add_counts, count_dossiers
from dossiers.targets import (
    DIGITIZATION,
    Indicator,
    TargetSet,
    choose_target_set,
    compute_gap,
    compute_points,
    compute_rate_percent,
)

PACE_WINDOW_DAYS = 30
MIN_PACE_DAYS = 7
LOCAL_TIME = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class CounterProgress:
    """Digitization at one counter, or in total when ``counter`` is empty. Every number counts dossiers, not files.

    ``seen`` are the dossiers of which any file came in; those of which none came in are unknown until the register is
    imported. ``with_component``, ``with_result`` and ``digitized`` count accepted documents only. ``rate_percent`` and
    ``points`` have two decimals and are None (N/A) when nothing was seen. ``gap``: how many more of the dossiers seen must be
    digitized to reach the target now.
    """

    counter: str
    seen: int
    with_component: int
    with_result: int
    digitized: int
    waiting_for_review: int
    rate_percent: Decimal | None
    target_percent: Decimal
    points: Decimal | None
    max_points: Decimal | None
    gap: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast dossiers were digitized, and when the target would be reached at that pace if no more dossiers came in.

    ``digitized`` dossiers within ``days``. ``reach_on`` is a date in +07:00, or None for the reason given.
    """

    days: int
    digitized: int
    per_day: Decimal | None
    reach_on: date | None
    reason_vi: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Progress on a day. ``is_target_current`` is False when no newer targets are known than some that have ended.

    ``counters`` are by agency code. ``unfiled_documents`` have no valid dossier number and count at no counter.
    ``not_computable`` are the indicators whose data Sohoa does not have; each says why.
    """

    day: date
    targets: TargetSet
    is_target_current: bool
    indicator: Indicator
    total: CounterProgress
    counters: tuple[CounterProgress, ...]
    unfiled_documents: int
    pace: Pace
    not_computable: tuple[Indicator, ...]


def compute_progress(database: Database, *, now: datetime | None = None, targets: TargetSet | None = None) -> ProgressReport:
    """Count the dossiers of the catalog against the targets of the day.

    Raises ConfigurationError when no targets are configured, StorageUnavailableError when the catalog cannot be used.
    """
    moment = now or datetime.now(UTC)
    day = moment.astimezone(LOCAL_TIME).date()
    target_set = targets or choose_target_set(day)
    indicator = target_set.find(DIGITIZATION)
    with database.read() as connection:
        counts, unfiled = count_dossiers(connection, moment - timedelta(days=PACE_WINDOW_DAYS), moment)
    everywhere = add_counts(counts.values())
    total = _measure("", everywhere, indicator)
    return ProgressReport(
        day=day,
        targets=target_set,
        is_target_current=target_set.is_valid_on(day),
        indicator=indicator,
        total=total,
        counters=tuple(_measure(code, counts[code], indicator) for code in sorted(counts)),
        unfiled_documents=unfiled,
        pace=_compute_pace(everywhere, total.gap, moment),
        not_computable=tuple(one for one in target_set.indicators if one.missing_vi),
    )


def _measure(counter: str, counts: DossierCounts, indicator: Indicator) -> CounterProgress:
    return CounterProgress(
        counter=counter,
        seen=counts.seen,
        with_component=counts.with_component,
        with_result=counts.with_result,
        digitized=counts.digitized,
        waiting_for_review=counts.waiting_for_review,
        rate_percent=compute_rate_percent(counts.digitized, counts.seen),
        target_percent=indicator.target_percent,
        points=compute_points(counts.digitized, counts.seen, indicator),
        max_points=indicator.max_points,
        gap=compute_gap(counts.digitized, counts.seen, indicator.target_percent),
    )


def _compute_pace(counts: DossierCounts, gap: int, now: datetime) -> Pace:
    if counts.first_seen_at is None:
        return Pace(0, 0, None, None, "Chưa có hồ sơ nào.", "No dossier has come in yet.")
    # When the whole history is shorter than the window, all that was digitized in the window was within it.
    days = max(1, min(PACE_WINDOW_DAYS, (now - counts.first_seen_at).days + 1))
    digitized = counts.digitized_since
    per_day = (Decimal(digitized) / days).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if gap == 0:
        return Pace(days, digitized, per_day, None, "Đã đạt chỉ tiêu.", "The target is reached.")
    if days < MIN_PACE_DAYS:
        return Pace(
            days,
            digitized,
            per_day,
            None,
            f"Cần ít nhất {MIN_PACE_DAYS} ngày số liệu để dự báo.",
            f"A forecast needs at least {MIN_PACE_DAYS} days of data.",
        )
    if digitized == 0:
        return Pace(
            days,
            0,
            per_day,
            None,
            f"Không có hồ sơ nào được số hóa trong {days} ngày qua.",
            f"No dossier was digitized in the last {days} days.",
        )
    days_needed = -(-gap * days // digitized)
    return Pace(days, digitized, per_day, _add_days(now.astimezone(LOCAL_TIME).date(), days_needed))


def _add_days(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))
