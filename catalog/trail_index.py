"""The catalog's view of the trail: its head, and where the entries on a subject stand. The trail itself is in the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from catalog.database import Database, insert_missing
from catalog.schema import trail_entries, trail_head
from dossiers.trail import TrailEntry, TrailHead

_ROW = 1
_PIECE = 500
_LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry stands: its place in the chain and the key of its segment."""

    sequence: int
    segment_key: str


@dataclass(slots=True)
class HeldHead:
    """The head, which nobody else moves meanwhile."""

    head: TrailHead
    _writing: Callable[[], AbstractContextManager[Connection]]

    def move(self, entries: Sequence[TrailEntry], segment_key: str) -> None:
        """Note the entries of a segment that follows the head, and move the head to its end."""
        with self._writing() as connection:
            write_entries(connection, entries, segment_key)
        self.head = entries[-1].head

    def find_known(self, event_ids: Collection[str]) -> set[str]:
        """Return those of the events that stand in the trail already."""
        known: set[str] = set()
        wanted = sorted(event_ids)
        with self._writing() as connection:
            for start in range(0, len(wanted), _PIECE):
                query = select(trail_entries.c.event_id).where(trail_entries.c.event_id.in_(wanted[start : start + _PIECE]))
                known |= set(connection.execute(query).scalars())
        return known


class TrailIndex:
    """The trail's part of a catalog. Every method raises StorageUnavailableError when the catalog cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> TrailHead:
        """Return the head as last noted here; the store may be further."""
        with self._database.read() as connection:
            return _read_head(connection) or TrailHead()

    @contextmanager
    def holding_head(self) -> Iterator[HeldHead]:
        """Hold the head while the block runs.

        On PostgreSQL a row lock keeps the other machines from it until the block ends, and what the block notes is kept or not
        as a whole. A SQLite catalog belongs to one machine: there the caller holds a lock of the system's, so that a store
        that answers slowly keeps nobody else from writing into the catalog.
        """
        if not self._database.is_postgresql:
            yield HeldHead(self.head(), self._database.write)
            return
        with self._database.write() as connection:
            head = _read_head(connection, locks=True)
            if head is None:
                insert_missing(connection, trail_head, {"id": _ROW, "sequence": 0, "hash": TrailHead().hash})
                head = _read_head(connection, locks=True) or TrailHead()
            yield HeldHead(head, lambda: nullcontext(connection))

    def find(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[EntryPlace]:
        """Return where the entries stand that fit all that is said, the newest first. ``subject`` may be a beginning."""
        table = trail_entries.c
        query = select(table.sequence, table.segment_key).order_by(table.sequence.desc()).limit(limit)
        if subject is not None:
            query = query.where(table.subject >= subject, table.subject < subject + _LAST_LETTER)  # goes by the index
        for column, wanted in ((table.actor, actor), (table.action, action)):
            if wanted is not None:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(table.at >= since)
        if until is not None:
            query = query.where(table.at < until)
        with self._database.read() as connection:
            return [EntryPlace(sequence, key) for sequence, key in connection.execute(query)]

    def list_segments(self, first: int, last: int) -> list[str]:
        """Return the keys of the segments that hold these entries, both included, in their order."""
        table = trail_entries.c
        query = select(table.segment_key).where(table.sequence >= first, table.sequence <= last).order_by(table.sequence)
        with self._database.read() as connection:
            return list(dict.fromkeys(connection.execute(query).scalars()))


def write_entries(connection: Connection, entries: Sequence[TrailEntry], segment_key: str) -> None:
    """Note entries that follow the head, and move it, in the connection's transaction."""
    rows = [
        {
            "sequence": entry.sequence,
            "event_id": entry.event.event_id,
            "segment_key": segment_key,
            "at": entry.event.at,
            "actor": entry.event.actor,
            "action": entry.event.action.value,
            "subject": entry.event.subject,
        }
        for entry in entries
    ]
    connection.execute(insert(trail_entries), rows)
    values = {"sequence": entries[-1].sequence, "hash": entries[-1].hash}
    if not connection.execute(update(trail_head).where(trail_head.c.id == _ROW).values(**values)).rowcount:
        connection.execute(insert(trail_head).values(id=_ROW, **values))


def _read_head(connection: Connection, *, locks: bool = False) -> TrailHead | None:
    query = select(trail_head.c.sequence, trail_head.c.hash).where(trail_head.c.id == _ROW)
    found = connection.execute(query.with_for_update() if locks else query).one_or_none()
    return TrailHead(found[0], found[1]) if found is not None else None
