"""What can be rebuilt from storage: submissions and their states, documents, search and progress."""

from catalog.address import CatalogAddress
from catalog.catalog import Catalog, open_catalog
from catalog.dispatches import OpenBatch
from catalog.machine_lock import MachineLocks
from catalog.progress import CounterProgress, Pace, ProgressReport
from catalog.rebuild import RebuildReport, rebuild_catalog
from catalog.record_outbox import DueRecord
from catalog.search import SearchHit, SearchResults
from catalog.stage_times import StageTime
from catalog.submission_records import FailureGroup, Receipt, Sighting, Submission, SubmissionEvent

__all__ = [
    "Catalog",
    "CatalogAddress",
    "CounterProgress",
    "DueRecord",
    "FailureGroup",
    "MachineLocks",
    "OpenBatch",
    "Pace",
    "ProgressReport",
    "RebuildReport",
    "Receipt",
    "SearchHit",
    "SearchResults",
    "Sighting",
    "StageTime",
    "Submission",
    "SubmissionEvent",
    "open_catalog",
    "rebuild_catalog",
]
