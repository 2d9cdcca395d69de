"""Build the catalog anew from what the object store tells, and put it in the place of the old one at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, literal, select
from sqlalchemy.engine import RowMapping

from catalog.address import CatalogAddress
from catalog.database import Database, insert_once, open_database
from catalog.documents import write_entry
from catalog.rebuild_file import NewFile
from catalog.rebuild_schema import NewSchema
from catalog.schema import UtcDateTime, dispatches, events, record_outbox, sightings, submissions
from catalog.submission_records import Sighting, Submission, add_sighting, to_submission_row
from catalog.trail_index import write_entries
from catalog.upgrading import ForeignDatabaseError, NewerCatalogError
from dossiers.errors import ConfigurationError
from dossiers.model import Actor, CatalogEntry, SubmissionState
from dossiers.trail import TrailEntry, TrailHead

_BATCH = 200
_STORED = {SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW}
_Item = TypeVar("_Item")

Received = tuple[Submission, Sequence[Sighting]]
"""A file handed in, and the further files with its bytes."""

TrailSegment = tuple[str, Sequence[TrailEntry]]
"""The key of a segment of the trail, and its entries."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What the new catalog holds. ``kept_submissions`` were known to the old one only: files that never became documents.

    ``trail_head`` is where the trail ended.
    """

    documents: int
    submissions: int
    kept_submissions: int
    trail_head: TrailHead


def rebuild_catalog(
    address: CatalogAddress,
    entries: Iterable[CatalogEntry],
    received: Iterable[Received],
    trail: Iterable[TrailSegment] = (),
    *,
    actor: Actor,
    at: datetime | None = None,
) -> RebuildReport:
    """Replace the catalog by one of these documents and submissions; when anything fails, the old one stays.

    What the object store cannot tell is taken over from the old catalog when that can be read: the histories, and the
    submissions that never became documents and are not among ``received``, with their further files and whether the store is
    to be told of them. The iterables are read once, in batches; ``trail`` holds the segments in their order. Other processes
    may read meanwhile; what they write is lost, so lock out the writers. Raises what the iterables raise, and the errors of
    ``open_database``.
    """
    new = NewSchema(address) if address.is_postgresql else NewFile(address)
    try:
        with closing(new.open()) as fresh:
            document_count = _write_entries(fresh, entries)
            submission_count = _write_submissions(fresh, received)
            head = _write_trail(fresh, trail)
            kept_count = _take_over(address, fresh) if new.has_old() else 0
            _note_rebuild(fresh, actor, at or datetime.now(UTC))
        new.take_place()
    finally:
        new.discard()
    return RebuildReport(document_count, submission_count + kept_count, kept_count, head)


def _write_entries(fresh: Database, entries: Iterable[CatalogEntry]) -> int:
    count = 0
    for batch in _split(entries):
        with fresh.write() as connection:
            for entry in batch:
                write_entry(connection, entry)
        count += len(batch)
    return count


def _write_submissions(fresh: Database, received: Iterable[Received]) -> int:
    count = 0
    for batch in _split(received):
        with fresh.write() as connection:
            count += sum(_write_submission(connection, submission, seen) for submission, seen in batch)
    return count


def _write_submission(connection: Connection, submission: Submission, seen: Iterable[Sighting]) -> bool:
    key = insert_once(connection, submissions, to_submission_row(submission))
    if key is None:
        return False
    for sighting in seen:
        add_sighting(connection, key, sighting)
    return True


def _write_trail(fresh: Database, trail: Iterable[TrailSegment]) -> TrailHead:
    head = TrailHead()
    for batch in _split(trail):
        with fresh.write() as connection:
            for key, entries in batch:
                write_entries(connection, entries, key)
                head = entries[-1].head
    return head


def _take_over(address: CatalogAddress, fresh: Database) -> int:
    """Copy what only the old catalog knows, as far as that can be read, and return how many submissions were added."""
    kept = 0
    try:
        with closing(open_database(address)) as old, old.read() as source:
            query = select(submissions).order_by(submissions.c.id).execution_options(yield_per=_BATCH)
            for batch in _split(source.execute(query).mappings()):
                with fresh.write() as target:
                    kept += sum(_take_over_submission(source, target, row) for row in batch)
    except (NewerCatalogError, ForeignDatabaseError):
        raise
    except ConfigurationError:  # damaged, or of another form: that is what a rebuild is for
        return kept
    return kept


def _take_over_submission(source: Connection, target: Connection, row: RowMapping) -> bool:
    added = None
    if row["state"] not in _STORED:
        added = insert_once(target, submissions, {name: value for name, value in row.items() if name != "id"})
    mine = select(submissions.c.id).where(submissions.c.scan_sha256 == row["scan_sha256"])
    key = target.execute(mine).scalar_one_or_none()
    if key is not None:
        only_here = (sightings, record_outbox) if added is not None else ()
        for table in (events, dispatches, *only_here):
            _copy_rows(source, target, table, row["id"], key)
    return added is not None


def _copy_rows(source: Connection, target: Connection, table: Table, old_key: int, key: int) -> None:
    order = table.primary_key.columns.values()
    rows = source.execute(select(table).where(table.c.submission_id == old_key).order_by(*order)).mappings()
    changes = {"submission_id": key, **({"batch_id": None} if table is dispatches else {})}  # no batch outlives a rebuild
    copies = [{**{name: row[name] for name in row if name != "id"}, **changes} for row in rows]
    if copies:
        target.execute(table.insert(), copies)


def _note_rebuild(fresh: Database, actor: Actor, at: datetime) -> None:
    values = select(submissions.c.id, literal(at, UtcDateTime()), literal(actor.id), literal("rebuilt"), literal(""))
    columns = ["submission_id", "happened_at", "actor_id", "what", "detail"]
    with fresh.write() as connection:
        connection.execute(events.insert().from_select(columns, values))


def _split(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
