"""Rebuild the catalog from the object store: the catalog is a cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog import RebuildReport, Sighting, Submission, rebuild_catalog
from dossiers.model import Actor, CatalogEntry
from dossiers.trail import Detail, TrailAction
from operations.locking import working_alone
from operations.recording import RecordWriter
from operations.trail import record_event
from runtime.wiring import House
from storage.metadata import to_catalog_entry
from storage.submissions import SubmissionRecord


def reindex_catalog(house: House, actor: Actor, advance: Callable[[], None]) -> RebuildReport:
    """Build the catalog anew from metadata, words, submission records and the trail; the old one stays until the new is whole.

    What the store missed of the old catalog is written first. ``advance`` is called once a document. The rebuilding is written
    into the trail once it is done. Raises IntegrityError when a stored record is damaged, StorageUnavailableError.
    """
    with working_alone(house):
        _write_records(house)
        received = map(_to_received, house.archive.iter_submissions())
        report = rebuild_catalog(
            house.catalog_address, _entries(house, advance), received, house.trail.iter_entries(), actor=actor
        )
        details: dict[str, Detail] = {
            "documents": report.documents,
            "submissions": report.submissions,
        }
        record_event(house, actor, TrailAction.REINDEX, "", details)
        return report


def _write_records(house: House) -> None:
    """Tell the store what only the old catalog knows, as far as that can be read: else the new one would not know it either."""
    RecordWriter(house).write()
    house.close_catalog()  # one that is damaged is replaced by another file


def _entries(house: House, advance: Callable[[], None]) -> Iterator[CatalogEntry]:
    for metadata in house.archive.iter_documents():
        yield to_catalog_entry(metadata, house.archive.read_words(metadata))
        advance()


def _to_received(record: SubmissionRecord) -> tuple[Submission, tuple[Sighting, ...]]:
    sightings = tuple(
        Sighting(record.sha256, seen.name, seen.path, seen.dossier_number, seen.seen_at, seen.actor.id, seen.outcome)
        for seen in record.sightings
    )
    return _to_submission(record), sightings


def _to_submission(record: SubmissionRecord) -> Submission:
    error = record.error
    return Submission(
        scan_sha256=record.sha256,
        name=record.name,
        path=record.path,
        size_bytes=record.size_bytes,
        dossier_number=record.dossier_number,
        received_at=record.received_at,
        actor=Actor(record.actor.id, record.actor.name, record.actor.unit),
        state=record.state,
        error_code=error.code if error else None,
        error_vi=error.message_vi if error else None,
        error_en=error.message_en if error else None,
        attempts=0,
        flow_run_id=None,
        updated_at=record.updated_at,
    )
