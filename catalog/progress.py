"""Count how far each counter is from the target.

Everything is computed from the rows, a dossier once by its number, so that a replay cannot inflate it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection, exists, func, select

from catalog.database import Database
from catalog.schema import documents, sightings, submissions
from dossiers.codes import DossierNumber
from dossiers.completeness import is_digitized
from dossiers.errors import InvalidCodeError
from dossiers.model import DocumentRole, Outcome
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


@dataclass(slots=True)
class _Dossier:
    counter: str
    first_seen_at: datetime
    accepted_at: dict[DocumentRole, datetime] = field(default_factory=dict)
    waits: bool = False

    @property
    def digitized_at(self) -> datetime | None:
        return max(self.accepted_at.values()) if is_digitized(self.accepted_at) else None


def compute_progress(database: Database, *, now: datetime | None = None, targets: TargetSet | None = None) -> ProgressReport:
    """Count the dossiers of the catalog against the targets of the day.

    Raises ConfigurationError when no targets are configured, StorageUnavailableError when the catalog cannot be used.
    """
    moment = now or datetime.now(UTC)
    day = moment.astimezone(LOCAL_TIME).date()
    target_set = targets or choose_target_set(day)
    indicator = target_set.find(DIGITIZATION)
    with database.read() as connection:
        dossiers, unfiled = _collect_dossiers(connection)
    counters = sorted({dossier.counter for dossier in dossiers.values()})
    return ProgressReport(
        day=day,
        targets=target_set,
        is_target_current=target_set.is_valid_on(day),
        indicator=indicator,
        total=(total := _count("", dossiers.values(), indicator)),
        counters=tuple(_count(code, [one for one in dossiers.values() if one.counter == code], indicator) for code in counters),
        unfiled_documents=unfiled,
        pace=_compute_pace(dossiers.values(), total.gap, moment),
        not_computable=tuple(one for one in target_set.indicators if one.missing_vi),
    )


def _collect_dossiers(connection: Connection) -> tuple[dict[str, _Dossier], int]:
    """Return the dossiers by number, and how many documents are in none."""
    columns = (documents.c.dossier_number, documents.c.role, documents.c.state)
    filed = select(*columns, func.min(documents.c.archived_at).label("first_at"), func.count().label("documents")).group_by(
        *columns
    )
    dossiers: dict[str, _Dossier] = {}
    unfiled = 0
    for row in connection.execute(filed):
        dossier = _find(dossiers, row.dossier_number, row.first_at)
        if dossier is None:
            unfiled += row.documents
        elif row.state == Outcome.ARCHIVED:
            role = DocumentRole(row.role)
            dossier.accepted_at[role] = min(row.first_at, dossier.accepted_at.get(role, row.first_at))
        else:
            dossier.waits = True
    # A file that became no document (rejected, failed, on its way) still shows that its dossier exists.
    became_document = exists().where(documents.c.scan_sha256 == submissions.c.scan_sha256)
    handed_in = select(submissions.c.dossier_number, func.min(submissions.c.received_at).label("first_at"))
    handed_in = handed_in.where(submissions.c.dossier_number.is_not(None), ~became_document)
    # So does one whose bytes came in another dossier before: all files of a dossier may be such.
    again = select(sightings.c.dossier_number, func.min(sightings.c.seen_at).label("first_at")).join(submissions)
    again = again.where(sightings.c.dossier_number.is_distinct_from(submissions.c.dossier_number))
    for query in (handed_in.group_by(submissions.c.dossier_number), again.group_by(sightings.c.dossier_number)):
        for row in connection.execute(query):
            _find(dossiers, row.dossier_number, row.first_at)
    return dossiers, unfiled


def _find(dossiers: dict[str, _Dossier], number: str | None, at: datetime) -> _Dossier | None:
    try:
        parsed = DossierNumber.parse(number or "")
    except InvalidCodeError:
        return None
    dossier = dossiers.setdefault(str(parsed), _Dossier(str(parsed.agency), at))
    dossier.first_seen_at = min(dossier.first_seen_at, at)
    return dossier


def _count(counter: str, dossiers: Iterable[_Dossier], indicator: Indicator) -> CounterProgress:
    held = list(dossiers)
    seen = len(held)
    digitized = sum(dossier.digitized_at is not None for dossier in held)
    return CounterProgress(
        counter=counter,
        seen=seen,
        with_component=sum(DocumentRole.COMPONENT in dossier.accepted_at for dossier in held),
        with_result=sum(DocumentRole.RESULT in dossier.accepted_at for dossier in held),
        digitized=digitized,
        waiting_for_review=sum(dossier.waits for dossier in held),
        rate_percent=compute_rate_percent(digitized, seen),
        target_percent=indicator.target_percent,
        points=compute_points(digitized, seen, indicator),
        max_points=indicator.max_points,
        gap=compute_gap(digitized, seen, indicator.target_percent),
    )


def _compute_pace(dossiers: Iterable[_Dossier], gap: int, now: datetime) -> Pace:
    held = list(dossiers)
    if not held:
        return Pace(0, 0, None, None, "Chưa có hồ sơ nào.", "No dossier has come in yet.")
    history = now - min(dossier.first_seen_at for dossier in held)
    days = max(1, min(PACE_WINDOW_DAYS, history.days + 1))
    since = now - timedelta(days=days)
    digitized = sum(since < moment <= now for dossier in held if (moment := dossier.digitized_at) is not None)
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
