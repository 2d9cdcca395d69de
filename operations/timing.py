"""Count how long each stage takes, for the metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dossiers.errors import SohoaError
from runtime.wiring import House

_log = logging.getLogger("sohoa.timing")


@contextmanager
def timed(house: House, stage: str, count_pages: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Add the wall time of what runs inside to the stage's, unless it fails. A catalog that cannot count stops no work.

    ``count_pages`` is asked afterwards how many pages it was.
    """
    began_s = time.monotonic()
    yield
    seconds = time.monotonic() - began_s
    try:
        house.catalog.stage_times.add(stage, seconds, count_pages())
    except SohoaError as error:
        _log.warning("stage %s was not counted: %s", stage, error.message_en)
    _log.info("%s took %.2f s", stage, seconds)


def count_pages_of(house: House, sha256: str) -> int:
    """Return how many pages of a scan stand in the archive."""
    return sum(entry.last_page - entry.first_page + 1 for entry in house.catalog.documents.list_of_scan(sha256))
