"""Who holds which submission: the claims of dispatchers, the batches under way and how often each scan was tried.

A claim is a batch's. Whoever works on a batch lets its ``beats`` grow; a dispatcher that sees them stand still for long
enough by its own monotonic clock takes the claim back. So neither a clock that jumps nor clocks that differ matter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, literal, or_, select, text, update

from catalog.database import Database, insert_missing
from catalog.schema import UtcDateTime, batches, dispatches, submissions
from catalog.submission_records import find_key
from dossiers.dispatching import FAST_PRIORITY, MAX_DOUBLINGS, NORMAL_PRIORITY, OUTAGES, RetryPace, WaitingScan
from dossiers.model import SubmissionState

_UNFINISHED = (SubmissionState.RECEIVED.value, SubmissionState.FAILED.value)


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch under way. ``flow_run_id`` is None until the engine is known to have it."""

    batch_id: str
    lane: str
    flow_run_id: str | None
    beats: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QueueMeasure:
    """How many received scans are not at their end, how many of them are urgent, and since when the oldest waits."""

    waiting: int
    urgent: int
    oldest: datetime | None


class Dispatches:
    """The dispatcher's part of a catalog. Every method raises StorageUnavailableError when the catalog cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_waiting(
        self,
        retryable: Collection[str],
        *,
        fast_folders: Collection[str] = (),
        limit: int | None = None,
        pace: RetryPace | None = None,
        now: datetime | None = None,
    ) -> list[WaitingScan]:
        """Return the scans that nobody holds and that were received, or failed with one of the codes; urgent and old first.

        Those that came from a folder of one of the names ``fast_folders`` are urgent. With a ``pace`` those that are neither
        due nor to be given up are left out: thousands that wait for their next try must not hide what may go now.
        """
        failed = (submissions.c.state == SubmissionState.FAILED.value) & submissions.c.error_code.in_(sorted(retryable))
        query = (
            _select_waiting(fast_folders)
            .where(or_(submissions.c.state == SubmissionState.RECEIVED.value, failed), dispatches.c.batch_id.is_(None))
            .order_by(text("priority DESC"), submissions.c.received_at, submissions.c.id)
            .limit(limit)
        )
        if pace is not None:
            query = query.where(_is_due(pace, now or datetime.now(UTC)))
        with self._database.read() as connection:
            return [_to_waiting(row) for row in connection.execute(query)]

    def claim(
        self, batch_id: str, scans: Sequence[str], *, lane: str, flow_run_id: str | None = None, at: datetime | None = None
    ) -> list[str]:
        """Let a batch hold those of the scans that no other holds, and return them. Of several dispatchers one gets a scan.

        A batch that is there already keeps what it holds. When it gets nothing, no batch is made.
        """
        with self._database.write() as connection:
            claimed = [scan for scan in scans if _claim(connection, batch_id, find_key(connection, scan))]
            if claimed:
                _open_batch(connection, batch_id, lane, flow_run_id, at)
            return claimed

    def take_over(self, batch_id: str, scans: Sequence[str], *, lane: str, at: datetime | None = None) -> None:
        """Let a batch hold the scans whoever held them before, and count their tries anew: a person wants it."""
        with self._database.write() as connection:
            for scan in scans:
                key = _ensure_row(connection, find_key(connection, scan))
                changes = {"batch_id": batch_id, "tries": 0}
                connection.execute(update(dispatches).where(dispatches.c.submission_id == key).values(**changes))
            _open_batch(connection, batch_id, lane, None, at)

    def set_flow_run(self, batch_id: str, flow_run_id: str) -> None:
        """Note which flow run works on a batch."""
        with self._database.write() as connection:
            connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(flow_run_id=flow_run_id))

    def beat(self, batch_id: str) -> bool:
        """Tell that somebody works on a batch; False when the batch was taken back."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(batches).where(batches.c.batch_id == batch_id).values(beats=batches.c.beats + 1)
            )
            return changed.rowcount == 1

    def list_held(self, batch_id: str) -> list[WaitingScan]:
        """Return the scans that a batch holds and that are not at their end, oldest first."""
        query = _select_waiting().where(dispatches.c.batch_id == batch_id, submissions.c.state.in_(_UNFINISHED))
        with self._database.read() as connection:
            return [_to_waiting(row) for row in connection.execute(query.order_by(submissions.c.received_at, submissions.c.id))]

    def holds(self, batch_id: str, scan_sha256: str) -> bool:
        """Say whether a batch still holds a scan: nobody cancelled it or took it over."""
        query = select(func.count()).select_from(dispatches).join(submissions)
        query = query.where(dispatches.c.batch_id == batch_id, submissions.c.scan_sha256 == scan_sha256)
        with self._database.read() as connection:
            return bool(connection.execute(query).scalar_one())

    def list_batches(self) -> list[OpenBatch]:
        """Return the batches under way, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(batches).order_by(batches.c.created_at, batches.c.batch_id))
            return [OpenBatch(row.batch_id, row.lane, row.flow_run_id, row.beats, row.created_at) for row in rows]

    def measure_queue(self, fast_folders: Collection[str] = ()) -> QueueMeasure:
        """Measure the scans that were received and came to no end yet, those being worked on included.

        Those that came from a folder of one of the names ``fast_folders`` are urgent.
        """
        urgent = case((_priority(fast_folders) >= FAST_PRIORITY, 1), else_=0)
        query = select(func.count(), func.coalesce(func.sum(urgent), 0), func.min(submissions.c.received_at))
        query = query.select_from(submissions.outerjoin(dispatches))
        with self._database.read() as connection:
            row = connection.execute(query.where(submissions.c.state == SubmissionState.RECEIVED.value)).one()
            return QueueMeasure(int(row[0]), int(row[1]), row[2])

    def release(self, batch_id: str, *, beats: int | None = None) -> bool:
        """Give back what a batch holds. With ``beats`` only when they stand there still; return whether it was given back."""
        with self._database.write() as connection:
            gone = delete(batches).where(batches.c.batch_id == batch_id)
            if beats is not None:
                gone = gone.where(batches.c.beats == beats)
            if not connection.execute(gone).rowcount and beats is not None:
                return False
            connection.execute(update(dispatches).where(dispatches.c.batch_id == batch_id).values(batch_id=None))
            return True

    def let_go(self, scans: Sequence[str]) -> None:
        """Take scans out of whatever batch holds them."""
        self._update(scans, {"batch_id": None})

    def set_priority(self, scans: Sequence[str], priority: int) -> None:
        """Set how urgent scans are; the higher, the sooner."""
        self._update(scans, {"priority": priority})

    def start_anew(self, scans: Sequence[str]) -> None:
        """Forget how often scans were tried and who holds them: a person replays them."""
        self._update(scans, {"tries": 0, "batch_id": None})

    def forget_tries(self, scans: Sequence[str]) -> None:
        """Count the tries of scans anew; who holds them holds them still."""
        self._update(scans, {"tries": 0})

    def forgive(self, scan_sha256: str) -> None:
        """Take the last try of a scan back: it failed for what is not the scan's fault."""
        with self._database.write() as connection:
            key = find_key(connection, scan_sha256)
            tried = update(dispatches).where(dispatches.c.submission_id == key, dispatches.c.tries > 0)
            connection.execute(tried.values(tries=dispatches.c.tries - 1))

    def _update(self, scans: Sequence[str], changes: dict[str, Any]) -> None:
        with self._database.write() as connection:
            for scan in scans:
                key = _ensure_row(connection, find_key(connection, scan))
                connection.execute(update(dispatches).where(dispatches.c.submission_id == key).values(**changes))


def count_try(connection: Connection, key: int) -> None:
    """Count that processing of a submission begins."""
    _ensure_row(connection, key)
    connection.execute(update(dispatches).where(dispatches.c.submission_id == key).values(tries=dispatches.c.tries + 1))


def _open_batch(connection: Connection, batch_id: str, lane: str, flow_run_id: str | None, at: datetime | None) -> None:
    row = {"batch_id": batch_id, "lane": lane, "flow_run_id": flow_run_id, "beats": 0, "created_at": at or datetime.now(UTC)}
    insert_missing(connection, batches, row)  # it is there already when a batch claims more


def _claim(connection: Connection, batch_id: str, key: int) -> bool:
    _ensure_row(connection, key)
    free = (dispatches.c.submission_id == key) & (dispatches.c.batch_id.is_(None) | (dispatches.c.batch_id == batch_id))
    changed = connection.execute(update(dispatches).where(free).values(batch_id=batch_id, sends=dispatches.c.sends + 1))
    return changed.rowcount == 1


def _ensure_row(connection: Connection, key: int) -> int:
    insert_missing(connection, dispatches, {"submission_id": key, "priority": NORMAL_PRIORITY, "tries": 0, "sends": 0})
    return key


def _is_due(pace: RetryPace, now: datetime) -> ColumnElement[bool]:
    """Say in the database what ``dossiers.dispatching.is_due`` and ``is_exhausted`` say."""
    tries = func.coalesce(dispatches.c.tries, 0)

    def changed_before(doublings: int) -> ColumnElement[datetime]:
        return literal(now - pace.delay * 2**doublings, UtcDateTime)

    rising = [(tries <= doublings + 1, changed_before(doublings)) for doublings in range(MAX_DOUBLINGS)]
    outage = (submissions.c.error_code.in_(sorted(OUTAGES)), changed_before(0))
    latest = case(outage, *rising, else_=changed_before(MAX_DOUBLINGS))
    changed = submissions.c.updated_at
    return or_(submissions.c.error_code.is_(None), changed <= latest, changed > now, tries >= pace.max_tries)


def _priority(fast_folders: Collection[str]) -> ColumnElement[int]:
    """How urgent a submission is. A folder's name may stand in its path in any Unicode form: paths are as on the disk."""
    priority: ColumnElement[int] = func.coalesce(dispatches.c.priority, NORMAL_PRIORITY)
    if not fast_folders:
        return priority
    names = sorted({normalize(form, folder) for folder in fast_folders for form in ("NFC", "NFD")})
    fast = or_(*(submissions.c.path.contains(f"/{name}/", autoescape=True) for name in names))
    return case((fast & (priority < FAST_PRIORITY), FAST_PRIORITY), else_=priority)


def _select_waiting(fast_folders: Collection[str] = ()) -> Select[*tuple[Any, ...]]:
    query = select(
        submissions,
        _priority(fast_folders).label("priority"),
        func.coalesce(dispatches.c.tries, 0).label("tries"),
        func.coalesce(dispatches.c.sends, 0).label("sends"),
    )
    return query.select_from(submissions.outerjoin(dispatches))


def _to_waiting(row: Row[Any]) -> WaitingScan:
    return WaitingScan(
        scan_sha256=row.scan_sha256,
        dossier_number=row.dossier_number,
        name=row.name,
        size_bytes=row.size_bytes,
        priority=row.priority,
        tries=row.tries,
        sends=row.sends,
        received_at=row.received_at,
        updated_at=row.updated_at,
        error_code=row.error_code,
    )
