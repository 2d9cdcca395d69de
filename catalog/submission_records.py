"""What the catalog tells of a file that was handed in, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog.folding import normalize
from catalog.schema import events, sightings, submissions
from dossiers.errors import NotFoundError
from dossiers.model import Actor, Outcome, SubmissionState


@dataclass(frozen=True, slots=True)
class Submission:
    """A file handed in. ``path`` is as it was given; bytes that are no text are written as escapes.

    ``attempts`` counts how often its processing began. The error is that of the present state.
    """

    scan_sha256: str
    name: str
    path: str
    size_bytes: int
    dossier_number: str | None
    received_at: datetime
    actor: Actor
    state: SubmissionState
    error_code: str | None
    error_vi: str | None
    error_en: str | None
    attempts: int
    flow_run_id: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file that was handed in.

    ``is_new``: the first with its bytes. ``is_duplicate``: a further file, counted as a sighting. Neither is true when
    the submission's own file is picked up again before it came to an end (after a crash or a fault); go on with it then.
    """

    submission: Submission
    is_new: bool
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """A further file with the bytes of a submission."""

    scan_sha256: str
    name: str
    path: str
    dossier_number: str | None
    seen_at: datetime
    actor_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SubmissionEvent:
    """One line of a submission's history, which only grows."""

    happened_at: datetime
    actor_id: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Submissions that stand still for the same reason; the sentences are those of the newest of them."""

    error_code: str
    count: int
    error_vi: str
    error_en: str
    newest: Submission


def find_key(connection: Connection, scan_sha256: str, *, locks: bool = False) -> int:
    """Return the row id of a submission. Raises NotFoundError.

    With ``locks`` nobody else changes the submission until the transaction ends, so that what is read of it now stays true.
    """
    query = select(submissions.c.id).where(submissions.c.scan_sha256 == scan_sha256.lower())
    key = connection.execute(query.with_for_update() if locks else query).scalar_one_or_none()
    if key is None:
        raise NotFoundError(what=f"submission {scan_sha256}")
    return int(key)


def read_submission(connection: Connection, scan_sha256: str) -> Submission:
    """Return a submission. Raises NotFoundError."""
    row = connection.execute(select(submissions).where(submissions.c.scan_sha256 == scan_sha256.lower())).one_or_none()
    if row is None:
        raise NotFoundError(what=f"submission {scan_sha256}")
    return to_submission(row)


def to_submission(row: Row[Any]) -> Submission:
    """Return the submission of a row."""
    return Submission(
        scan_sha256=row.scan_sha256,
        name=row.name,
        path=row.path,
        size_bytes=row.size_bytes,
        dossier_number=row.dossier_number,
        received_at=row.received_at,
        actor=Actor(row.actor_id, row.actor_name, row.actor_unit),
        state=SubmissionState(row.state),
        error_code=row.error_code,
        error_vi=row.error_vi,
        error_en=row.error_en,
        attempts=row.attempts,
        flow_run_id=row.flow_run_id,
        updated_at=row.updated_at,
    )


def to_submission_row(submission: Submission) -> dict[str, Any]:
    """Return the column values of a submission."""
    return {
        "scan_sha256": submission.scan_sha256.lower(),
        "name": normalize(submission.name),
        "path": make_storable(submission.path),
        "size_bytes": submission.size_bytes,
        "dossier_number": submission.dossier_number,
        "received_at": submission.received_at,
        "actor_id": submission.actor.id,
        "actor_name": submission.actor.name,
        "actor_unit": submission.actor.unit,
        "state": submission.state.value,
        "error_code": submission.error_code,
        "error_vi": submission.error_vi,
        "error_en": submission.error_en,
        "attempts": submission.attempts,
        "flow_run_id": submission.flow_run_id,
        "updated_at": submission.updated_at,
    }


def to_sighting(row: Row[Any], scan_sha256: str) -> Sighting:
    """Return the sighting of a row."""
    return Sighting(scan_sha256, row.name, row.path, row.dossier_number, row.seen_at, row.actor_id, Outcome(row.outcome))


def add_sighting(connection: Connection, key: int, sighting: Sighting) -> None:
    """Add a further file to a submission's row."""
    values = {
        "submission_id": key,
        "name": normalize(sighting.name),
        "path": make_storable(sighting.path),
        "dossier_number": sighting.dossier_number,
        "seen_at": sighting.seen_at,
        "actor_id": sighting.actor_id,
        "outcome": sighting.outcome.value,
    }
    connection.execute(sightings.insert().values(**values))


def find_last_sighting(connection: Connection, key: int, path: str) -> Row[Any]:
    """Return the row of the last further file of a submission that was seen at ``path``. Raises NotFoundError."""
    query = select(sightings).where(sightings.c.submission_id == key, sightings.c.path == make_storable(path))
    row = connection.execute(query.order_by(sightings.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotFoundError(what=f"sighting of {path}")
    return row


def to_sighting_row(submission: Submission) -> dict[str, Any]:
    """Return the column values of a sighting that keeps what is known of a submission's file, which another replaces.

    A rejected file stays rejected; any other is a duplicate of the file that takes its place.
    """
    rejected = submission.state is SubmissionState.REJECTED
    return {
        "name": submission.name,
        "path": submission.path,
        "dossier_number": submission.dossier_number,
        "seen_at": submission.received_at,
        "actor_id": submission.actor.id,
        "outcome": (Outcome.REJECTED if rejected else Outcome.DUPLICATE).value,
    }


def to_event(row: Row[Any]) -> SubmissionEvent:
    """Return the event of a row."""
    return SubmissionEvent(row.happened_at, row.actor_id, row.what, row.detail)


def add_event(connection: Connection, key: int, event: SubmissionEvent) -> None:
    """Add a line to a submission's history."""
    values = {
        "submission_id": key,
        "happened_at": event.happened_at,
        "actor_id": event.actor_id,
        "what": event.what,
        "detail": normalize(event.detail),
    }
    connection.execute(events.insert().values(**values))


def make_storable(path: str) -> str:
    """Return a path as text that every database can store; bytes that are no text become escapes. Not NFC: a path is bytes."""
    return path.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
