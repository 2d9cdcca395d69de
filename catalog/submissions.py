"""Every file ever handed in, and where it stands.

A file's first coming is its *submission*, known by the digest of its bytes. A later file with the same bytes is a *sighting*
that points to it. So the submissions and the sightings together are the files seen, and the counts sum.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, desc, func, select, update

from catalog.database import Database, insert_once
from catalog.dispatches import count_try
from catalog.folding import normalize
from catalog.record_outbox import note_change
from catalog.schema import events, sightings, submissions
from catalog.submission_records import (
    FailureGroup,
    Receipt,
    Sighting,
    Submission,
    SubmissionEvent,
    add_event,
    add_sighting,
    find_key,
    find_last_sighting,
    make_storable,
    read_submission,
    to_event,
    to_sighting,
    to_sighting_row,
    to_submission,
    to_submission_row,
)
from dossiers.errors import SohoaError
from dossiers.model import Actor, Outcome, SubmissionState

_UNFINISHED = {SubmissionState.RECEIVED, SubmissionState.FAILED}


class Submissions:
    """The submissions of a catalog.

    Every method raises StorageUnavailableError or StorageFullError when the catalog cannot be used. Moments default to now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(
        self,
        scan_sha256: str,
        *,
        name: str,
        path: str,
        size_bytes: int,
        dossier_number: str | None,
        actor: Actor,
        at: datetime | None = None,
        state: SubmissionState = SubmissionState.RECEIVED,
    ) -> Receipt:
        """Record that a file was handed in. Of several processes with the same bytes, one gets the new submission.

        ``state`` is where a new one stands: received, or at its end already.
        """
        now = at or datetime.now(UTC)
        new = Submission(
            scan_sha256.lower(),
            normalize(name),
            make_storable(path),
            size_bytes,
            dossier_number,
            now,
            actor,
            state,
            error_code=None,
            error_vi=None,
            error_en=None,
            attempts=0,
            flow_run_id=None,
            updated_at=now,
        )
        with self._database.write() as connection:
            key = insert_once(connection, submissions, to_submission_row(new))
            if key is not None:
                add_event(connection, key, SubmissionEvent(now, actor.id, "received", new.path))
                return Receipt(new, is_new=True, is_duplicate=False)
            key = find_key(connection, scan_sha256, locks=True)
            first = read_submission(connection, scan_sha256)
            if first.path == new.path and first.state in _UNFINISHED:
                return Receipt(first, is_new=False, is_duplicate=False)
            sighting = Sighting(new.scan_sha256, new.name, new.path, dossier_number, now, actor.id, Outcome.DUPLICATE)
            add_sighting(connection, key, sighting)
            note_change(connection, key)
            return Receipt(first, is_new=False, is_duplicate=True)

    def retake(self, scan_sha256: str, *, path: str, actor: Actor, at: datetime | None = None) -> Submission:
        """Let the last file seen at ``path`` with these bytes take the place of the submission, and return that, received.

        The file that stood there before counts on as a sighting, with the outcome that it had; so the sum stays. A later
        error names the file in hand. Raises NotFoundError when no such file was seen.
        """
        now = at or datetime.now(UTC)
        with self._database.write() as connection:
            key = find_key(connection, scan_sha256, locks=True)
            sighted = find_last_sighting(connection, key, path)
            replaced = read_submission(connection, scan_sha256)
            changes = {
                "name": sighted.name,
                "path": sighted.path,
                "dossier_number": sighted.dossier_number,
                "received_at": sighted.seen_at,
                "actor_id": actor.id,
                "actor_name": actor.name,
                "actor_unit": actor.unit,
                "state": SubmissionState.RECEIVED.value,
                "error_code": None,
                "error_vi": None,
                "error_en": None,
                "updated_at": now,
            }
            connection.execute(sightings.update().where(sightings.c.id == sighted.id).values(**to_sighting_row(replaced)))
            connection.execute(update(submissions).where(submissions.c.id == key).values(**changes))
            add_event(connection, key, SubmissionEvent(now, actor.id, "received", sighted.path))
            note_change(connection, key)
            return read_submission(connection, scan_sha256)

    def start_attempt(
        self, scan_sha256: str, *, actor: Actor, flow_run_id: str | None = None, at: datetime | None = None
    ) -> Submission:
        """Record that processing begins, in which flow run, and return the submission. Raises NotFoundError."""
        now = at or datetime.now(UTC)
        changes = {"attempts": submissions.c.attempts + 1, "flow_run_id": flow_run_id, "updated_at": now}
        with self._database.write() as connection:
            key = find_key(connection, scan_sha256)
            count_try(connection, key)
            connection.execute(update(submissions).where(submissions.c.id == key).values(**changes))
            add_event(connection, key, SubmissionEvent(now, actor.id, "attempt", flow_run_id or ""))
            return read_submission(connection, scan_sha256)

    def mark(
        self,
        scan_sha256: str,
        state: SubmissionState,
        *,
        actor: Actor,
        error: SohoaError | None = None,
        detail: str = "",
        expected: Collection[SubmissionState] | None = None,
        attempt: int | None = None,
        at: datetime | None = None,
    ) -> Submission:
        """Set where a submission stands, with the error for it or none, and return it. Raises NotFoundError.

        When ``expected`` is given and it stands elsewhere by now, or an attempt after the one numbered ``attempt`` began,
        because another process was quicker, it is left and returned as it is.
        """
        now = at or datetime.now(UTC)
        changes = {
            "state": state.value,
            "error_code": error.code if error else None,
            "error_vi": normalize(error.message_vi) if error else None,
            "error_en": normalize(error.message_en) if error else None,
            "updated_at": now,
        }
        told = detail or (f"{error.code}: {error.message_en}" if error else "")
        return self._change(scan_sha256, changes, SubmissionEvent(now, actor.id, state.value, told), expected, attempt)

    def add_event(self, scan_sha256: str, what: str, *, actor: Actor, detail: str = "", at: datetime | None = None) -> None:
        """Add a line to a submission's history. Raises NotFoundError."""
        with self._database.write() as connection:
            event = SubmissionEvent(at or datetime.now(UTC), actor.id, what, detail)
            add_event(connection, find_key(connection, scan_sha256), event)

    def get(self, scan_sha256: str) -> Submission:
        """Return a submission by the digest of its bytes. Raises NotFoundError."""
        with self._database.read() as connection:
            return read_submission(connection, scan_sha256)

    def find(self, scan_sha256: str) -> Submission | None:
        """Return a submission by the digest of its bytes, or None when they were never handed in."""
        query = select(submissions).where(submissions.c.scan_sha256 == scan_sha256.lower())
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return to_submission(row) if row is not None else None

    def find_by_prefix(self, prefix: str, limit: int = 20) -> list[Submission]:
        """Return the submissions whose digest begins so, in the order of their digests; none for an empty prefix."""
        if not prefix:
            return []
        query = select(submissions).where(submissions.c.scan_sha256.startswith(normalize(prefix.lower()), autoescape=True))
        with self._database.read() as connection:
            return [to_submission(row) for row in connection.execute(query.order_by(submissions.c.scan_sha256).limit(limit))]

    def list_submissions(
        self,
        states: Collection[SubmissionState] = (),
        *,
        error_code: str | None = None,
        dossier_number: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = 100,
    ) -> list[Submission]:
        """Return submissions, newest change first: of the states, the error code and the dossier given, else of all.

        ``since`` (inclusive) and ``until`` (exclusive) bound their last change.
        """
        query = select(submissions).order_by(desc(submissions.c.updated_at), submissions.c.scan_sha256).limit(limit)
        if states:
            query = query.where(submissions.c.state.in_(sorted(state.value for state in states)))
        if error_code is not None:
            query = query.where(submissions.c.error_code == error_code)
        if dossier_number is not None:
            query = query.where(submissions.c.dossier_number == dossier_number)
        if since is not None:
            query = query.where(submissions.c.updated_at >= since)
        if until is not None:
            query = query.where(submissions.c.updated_at < until)
        with self._database.read() as connection:
            return [to_submission(row) for row in connection.execute(query)]

    def forget(self, scan_sha256: str) -> bool:
        """Take a destroyed submission out of the catalog, with its sightings and history; say whether it was there."""
        with self._database.write() as connection:
            key = select(submissions.c.id).where(submissions.c.scan_sha256 == scan_sha256.lower())
            for table in (sightings, events):
                connection.execute(delete(table).where(table.c.submission_id.in_(key)))
            return connection.execute(delete(submissions).where(submissions.c.scan_sha256 == scan_sha256.lower())).rowcount > 0

    def requeue(self, scan_sha256: str, *, actor: Actor, at: datetime | None = None) -> Submission:
        """Let a submission wait for the dispatcher once more. Raises NotFoundError."""
        return self.mark(scan_sha256, SubmissionState.RECEIVED, actor=actor, detail="replay", at=at)

    def counts(self) -> dict[SubmissionState, int]:
        """Count the files seen by where they stand; every state is there, and the sum is the number of files seen."""
        counted = dict.fromkeys(SubmissionState, 0)
        with self._database.read() as connection:
            for column in (submissions.c.state, sightings.c.outcome):
                for state, count in connection.execute(select(column, func.count()).group_by(column)):
                    counted[SubmissionState(state)] += count
        return counted

    def count_errors(self) -> dict[str, int]:
        """Count the failed and rejected submissions by error code."""
        states = (SubmissionState.FAILED.value, SubmissionState.REJECTED.value)
        query = select(submissions.c.error_code, func.count()).where(submissions.c.state.in_(states))
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(submissions.c.error_code))
            return {code or SohoaError.code: count for code, count in rows}

    def group_failures(self) -> list[FailureGroup]:
        """Return the failed and rejected submissions by error code, largest group first."""
        stopped = submissions.c.state.in_((SubmissionState.FAILED.value, SubmissionState.REJECTED.value))
        code = func.coalesce(submissions.c.error_code, SohoaError.code)
        newest_first = select(submissions).where(stopped).order_by(desc(submissions.c.updated_at), submissions.c.scan_sha256)
        found: list[FailureGroup] = []
        with self._database.read() as connection:
            for name, count in connection.execute(select(code, func.count()).where(stopped).group_by(code)).all():
                row = connection.execute(newest_first.where(code == name).limit(1)).one_or_none()
                if row is not None:  # else replayed in between
                    newest = to_submission(row)
                    found.append(FailureGroup(name, count, newest.error_vi or "", newest.error_en or "", newest))
        return sorted(found, key=lambda group: (-group.count, group.error_code))

    def history(self, scan_sha256: str) -> list[SubmissionEvent]:
        """Return what happened to a submission, oldest first. Raises NotFoundError."""
        with self._database.read() as connection:
            key = find_key(connection, scan_sha256)
            query = select(events).where(events.c.submission_id == key).order_by(events.c.id)
            return [to_event(row) for row in connection.execute(query)]

    def list_sightings(self, scan_sha256: str) -> list[Sighting]:
        """Return the further files with the bytes of a submission, oldest first. Raises NotFoundError."""
        with self._database.read() as connection:
            key = find_key(connection, scan_sha256)
            query = select(sightings).where(sightings.c.submission_id == key).order_by(sightings.c.id)
            return [to_sighting(row, scan_sha256) for row in connection.execute(query)]

    def _change(
        self,
        scan_sha256: str,
        changes: dict[str, Any],
        event: SubmissionEvent,
        expected: Collection[SubmissionState] | None,
        attempt: int | None,
    ) -> Submission:
        with self._database.write() as connection:
            key = find_key(connection, scan_sha256, locks=True)
            mine = submissions.c.id == key
            if expected is not None:
                mine &= submissions.c.state.in_(sorted(state.value for state in expected))
            if attempt is not None:
                mine &= submissions.c.attempts == attempt
            if connection.execute(update(submissions).where(mine).values(**changes)).rowcount:
                add_event(connection, key, event)
                if changes["state"] != SubmissionState.RECEIVED.value:  # what is under way is told to nobody but the dispatcher
                    note_change(connection, key)
            return read_submission(connection, scan_sha256)
