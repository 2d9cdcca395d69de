"""Submissions of whose present standing the object store may not have heard yet: a transactional outbox.

Whoever changes what a submission's record in the store tells notes it here in the same transaction. The note goes once a record
that was composed after the change stands in the store; so neither a store that is away nor a process that is killed in between
lets the two differ for good. A note bears a random token, which each change replaces: who writes a record that is outdated by
the time it stands in the store does not take the note of the newer change away.

The pattern: C. Richardson, Microservices Patterns (2018), section 3.3.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, delete, or_, select, update

from catalog.database import Database, put_row
from catalog.schema import documents, record_outbox, sightings, submissions
from catalog.submission_records import Sighting, Submission, to_sighting, to_submission


@dataclass(frozen=True, slots=True)
class DueRecord:
    """What the store is to be told of a submission; ``document_ids`` in the order of its pages, ``token`` names the change."""

    token: str
    submission: Submission
    sightings: tuple[Sighting, ...]
    document_ids: tuple[str, ...]


class RecordOutbox:
    """The notes of a catalog. Every method raises StorageUnavailableError or StorageFullError when it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, scan_sha256: str) -> DueRecord | None:
        """Return what the store is to be told of a submission, all as it stands at one moment, or None when nothing is due."""
        sha256 = scan_sha256.lower()
        query = select(submissions, record_outbox.c.token).join(record_outbox).where(submissions.c.scan_sha256 == sha256)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            seen = select(sightings).where(sightings.c.submission_id == row.id).order_by(sightings.c.id)
            made = select(documents.c.document_id).where(documents.c.scan_sha256 == sha256)
            return DueRecord(
                row.token,
                to_submission(row),
                tuple(to_sighting(one, sha256) for one in connection.execute(seen)),
                tuple(connection.execute(made.order_by(documents.c.first_page, documents.c.document_id)).scalars()),
            )

    def take_out(self, due: DueRecord) -> bool:
        """Take a note out whose record stands in the store; return False when a change came meanwhile, whose note stays."""
        mine = (record_outbox.c.submission_id == _key_of(due.submission.scan_sha256)) & (record_outbox.c.token == due.token)
        with self._database.write() as connection:
            return connection.execute(delete(record_outbox).where(mine)).rowcount > 0

    def put_off(self, scan_sha256: str) -> None:
        """Let a note stand behind all others, for the record cannot be written now."""
        mine = record_outbox.c.submission_id == _key_of(scan_sha256)
        with self._database.write() as connection:
            connection.execute(update(record_outbox).where(mine).values(since=datetime.now(UTC)))

    def list_due(
        self, *, min_age: timedelta = timedelta(0), limit: int | None = None, now: datetime | None = None
    ) -> list[str]:
        """Return the submissions (SHA-256) with a note of at least this age, oldest first.

        A note from the future is due as well: the clock was put back since.
        """
        moment, since = now or datetime.now(UTC), record_outbox.c.since
        query = select(submissions.c.scan_sha256).join(record_outbox).order_by(since, submissions.c.id).limit(limit)
        if min_age:
            query = query.where(or_(since <= moment - min_age, since > moment))
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())


def note_change(connection: Connection, key: int) -> None:
    """Note, in the transaction of the change, that the store is to be told of a submission; ``key`` is its row id."""
    put_row(connection, record_outbox, {"submission_id": key, "token": secrets.token_hex(16), "since": datetime.now(UTC)})


def _key_of(scan_sha256: str) -> ScalarSelect[int]:
    return select(submissions.c.id).where(submissions.c.scan_sha256 == scan_sha256.lower()).scalar_subquery()
