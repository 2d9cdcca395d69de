"""Count dossiers by what of them is in the archive, in the database: a province has millions of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, literal, select, union_all

from catalog.schema import UtcDateTime, documents, sightings, submissions
from dossiers.codes import DossierNumber
from dossiers.errors import InvalidCodeError
from dossiers.model import DocumentRole, Outcome

_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class DossierCounts:
    """Dossiers of one counter, or of several. ``with_component`` and ``with_result`` have an accepted document of that role.

    ``digitized`` have both (index of Decision 766/QĐ-TTg, 4.2); ``digitized_since`` came to be so within the window asked for.
    """

    seen: int = 0
    with_component: int = 0
    with_result: int = 0
    digitized: int = 0
    digitized_since: int = 0
    waiting_for_review: int = 0
    first_seen_at: datetime | None = None


def count_dossiers(connection: Connection, since: datetime, until: datetime) -> tuple[dict[str, DossierCounts], int]:
    """Return the counts by the counter's agency code, and how many documents have no valid dossier number.

    ``digitized_since`` counts from ``since`` (exclusive) to ``until`` (inclusive).
    """
    counters: dict[str, list[Row[tuple[object, ...]]]] = {}
    unfiled = connection.execute(select(func.count()).where(documents.c.dossier_number.is_(None))).scalar_one()
    for row in connection.execute(_select_groups(since, until)):
        counter = _find_counter(row.stem, row.digits)
        if counter is None:
            unfiled += row.documents
        else:
            counters.setdefault(counter, []).append(row)
    return {counter: _add_up(rows) for counter, rows in counters.items()}, unfiled


def add_counts(counts: Iterable[DossierCounts]) -> DossierCounts:
    """Return the counts of all counters together."""
    return _add_up(list(counts))


def _add_up(parts: Sequence[DossierCounts] | Sequence[Row[tuple[object, ...]]]) -> DossierCounts:
    return DossierCounts(
        seen=sum(part.seen for part in parts),
        with_component=sum(part.with_component for part in parts),
        with_result=sum(part.with_result for part in parts),
        digitized=sum(part.digitized for part in parts),
        digitized_since=sum(part.digitized_since for part in parts),
        waiting_for_review=sum(part.waiting_for_review for part in parts),
        first_seen_at=min((part.first_seen_at for part in parts if part.first_seen_at is not None), default=None),
    )


def _find_counter(stem: str, digits: int) -> str | None:
    """Return the agency of dossiers whose numbers are a stem and so many digits, or None when those are no valid numbers."""
    try:
        return str(DossierNumber.parse(stem + "0" * digits).agency)
    except InvalidCodeError:
        return None


def _select_groups(since: datetime, until: datetime) -> Select[tuple[object, ...]]:
    """Select the counts by stem, a dossier number without its sequence, so that Python parses one number a day and counter."""
    dossier = _select_dossiers().subquery()
    both = and_(dossier.c.component_at.is_not(None), dossier.c.result_at.is_not(None))
    digitized_at = case((dossier.c.component_at > dossier.c.result_at, dossier.c.component_at), else_=dossier.c.result_at)
    is_recent = and_(both, digitized_at > literal(since, UtcDateTime), digitized_at <= literal(until, UtcDateTime))
    stem = func.rtrim(dossier.c.number, _DIGITS)
    digits = func.length(dossier.c.number) - func.length(stem)
    return select(
        stem.label("stem"),
        digits.label("digits"),
        func.count().label("seen"),
        func.count(dossier.c.component_at).label("with_component"),
        func.count(dossier.c.result_at).label("with_result"),
        _count_where(both).label("digitized"),
        _count_where(is_recent).label("digitized_since"),
        func.sum(dossier.c.waits).label("waiting_for_review"),
        func.sum(dossier.c.documents).label("documents"),
        func.min(dossier.c.first_at).label("first_seen_at"),
    ).group_by(stem, digits)


def _select_dossiers() -> Select[tuple[object, ...]]:
    """Select a row a dossier number.

    A file that became no document still shows that its dossier exists, and so does one whose bytes came in another before.
    """
    accepted = documents.c.state == Outcome.ARCHIVED.value

    def accepted_as(role: DocumentRole) -> ColumnElement[datetime | None]:
        return func.min(case((and_(accepted, documents.c.role == role.value), documents.c.archived_at)))

    filed = (
        select(
            documents.c.dossier_number.label("number"),
            func.min(documents.c.archived_at).label("first_at"),
            accepted_as(DocumentRole.COMPONENT).label("component_at"),
            accepted_as(DocumentRole.RESULT).label("result_at"),
            func.max(case((accepted, 0), else_=1)).label("waits"),
            func.count().label("documents"),
        )
        .where(documents.c.dossier_number.is_not(None))
        .group_by(documents.c.dossier_number)
    )
    nothing_accepted = (literal(None, UtcDateTime), literal(None, UtcDateTime), literal(0), literal(0))
    became_document = exists().where(documents.c.scan_sha256 == submissions.c.scan_sha256)
    handed_in = (
        select(submissions.c.dossier_number, func.min(submissions.c.received_at), *nothing_accepted)
        .where(submissions.c.dossier_number.is_not(None), ~became_document)
        .group_by(submissions.c.dossier_number)
    )
    is_another = sightings.c.dossier_number.is_distinct_from(submissions.c.dossier_number)
    seen_again = (
        select(sightings.c.dossier_number, func.min(sightings.c.seen_at), *nothing_accepted)
        .join(submissions)
        .where(sightings.c.dossier_number.is_not(None), is_another)
        .group_by(sightings.c.dossier_number)
    )
    known = union_all(filed, handed_in, seen_again).subquery()
    return select(
        known.c.number,
        func.min(known.c.first_at).label("first_at"),
        func.min(known.c.component_at).label("component_at"),
        func.min(known.c.result_at).label("result_at"),
        func.max(known.c.waits).label("waits"),
        func.sum(known.c.documents).label("documents"),
    ).group_by(known.c.number)


def _count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
