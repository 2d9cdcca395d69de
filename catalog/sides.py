"""The catalog's side of a reconciliation, read piece by piece in the order of the digests."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from catalog.database import Database
from catalog.schema import documents, sightings, submissions
from dossiers.model import SubmissionState
from dossiers.reconciliation import CatalogSide

Ended = tuple[SubmissionState, str | None, int]
"""A state, an error code, and how many files stand there."""


class Sides:
    """What a catalog says of every file. Every method raises StorageUnavailableError when it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_after(self, scan_sha256: str, limit: int) -> list[tuple[str, CatalogSide]]:
        """Return the next submissions after a digest ("" for the first), in the order of the digests."""
        seen = select(func.count()).where(sightings.c.submission_id == submissions.c.id).scalar_subquery()
        made = select(func.count()).where(documents.c.scan_sha256 == submissions.c.scan_sha256).scalar_subquery()
        query = select(submissions.c.scan_sha256, submissions.c.state, submissions.c.error_code, seen, made)
        query = query.where(submissions.c.scan_sha256 > scan_sha256).order_by(submissions.c.scan_sha256).limit(limit)
        with self._database.read() as connection:
            return [(row[0], CatalogSide(SubmissionState(row[1]), row[2], row[3], row[4])) for row in connection.execute(query)]

    def find(self, scan_sha256: str) -> CatalogSide | None:
        """Return what the catalog says of one scan, or None."""
        before = scan_sha256[:-1] if scan_sha256 else ""
        found = dict(self.list_after(before, 20))
        return found.get(scan_sha256)

    def count_submissions(self) -> list[Ended]:
        """Count the submissions by state and error code."""
        columns = (submissions.c.state, submissions.c.error_code)
        with self._database.read() as connection:
            rows = connection.execute(select(*columns, func.count()).group_by(*columns))
            return [(SubmissionState(state), code, count) for state, code, count in rows]

    def count_sightings(self) -> list[Ended]:
        """Count the further files by the outcome that each had."""
        with self._database.read() as connection:
            rows = connection.execute(select(sightings.c.outcome, func.count()).group_by(sightings.c.outcome))
            return [(SubmissionState(outcome), None, count) for outcome, count in rows]

    def list_known_documents(self, document_ids: Collection[str]) -> set[str]:
        """Return those of the documents that the catalog knows."""
        query = select(documents.c.document_id).where(documents.c.document_id.in_(sorted(document_ids)))
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())
