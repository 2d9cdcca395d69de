"""The catalog as a whole: what can be rebuilt from storage."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import select

from catalog.address import CatalogAddress
from catalog.database import Database, open_database
from catalog.dispatches import Dispatches
from catalog.documents import Documents
from catalog.history import History
from catalog.progress import ProgressReport, compute_progress
from catalog.record_outbox import RecordOutbox
from catalog.schema import submissions
from catalog.search import SearchResults, search_documents
from catalog.sides import Sides
from catalog.stage_times import StageTimes
from catalog.submissions import Submissions
from catalog.trail_index import TrailIndex
from dossiers.targets import TargetSet


class Catalog:
    """An open catalog. Threads may share it; a process made by fork or spawn opens its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.submissions = Submissions(database)
        self.documents = Documents(database)
        self.dispatches = Dispatches(database)
        self.record_outbox = RecordOutbox(database)
        self.sides = Sides(database)
        self.stage_times = StageTimes(database)
        self.trail = TrailIndex(database)
        self.history = History(database)

    def search(self, text: str, *, limit: int = 20, offset: int = 0) -> SearchResults:
        """Find documents; see ``catalog.search.search_documents``."""
        return search_documents(self._database, text, limit=limit, offset=offset)

    def progress(self, *, now: datetime | None = None, targets: TargetSet | None = None) -> ProgressReport:
        """Count progress toward the targets; see ``catalog.progress.compute_progress``."""
        return compute_progress(self._database, now=now, targets=targets)

    def check(self) -> None:
        """Prove that the tables can be read, without counting anything. Raises StorageUnavailableError and its kin."""
        with self._database.read() as connection:
            connection.execute(select(submissions.c.id).limit(1)).first()

    def close(self) -> None:
        """Give back what the catalog holds of the system."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_catalog(address: CatalogAddress, busy_timeout_s: float = 15.0) -> Catalog:
    """Open the catalog, made when it is not there; see ``catalog.database.open_database``."""
    return Catalog(open_database(address, busy_timeout_s))
