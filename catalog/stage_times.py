"""How often each stage ran, how long it took and how many pages it saw, over all workers and restarts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from catalog.database import Database, insert_missing
from catalog.schema import stage_times


@dataclass(frozen=True, slots=True)
class StageTime:
    """What a stage has done since the catalog was made; the numbers only grow."""

    stage: str
    runs: int
    seconds: float
    pages: int


class StageTimes:
    """The stage times of a catalog. Every method raises StorageUnavailableError when the catalog cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, stage: str, seconds: float, pages: int = 0) -> None:
        """Count one run of a stage."""
        with self._database.write() as connection:
            insert_missing(connection, stage_times, {"stage": stage, "runs": 0, "seconds": 0.0, "pages": 0})
            columns = stage_times.c
            more = {"runs": columns.runs + 1, "seconds": columns.seconds + seconds, "pages": columns.pages + pages}
            connection.execute(update(stage_times).where(columns.stage == stage).values(**more))

    def list_all(self) -> list[StageTime]:
        """Return every stage that ran, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(stage_times).order_by(stage_times.c.stage))
            return [StageTime(row.stage, row.runs, row.seconds, row.pages) for row in rows]
