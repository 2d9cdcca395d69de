"""What is kept about dossiers beside their papers: their procedure and end, and the holds upon them.

Each record is one object below ``_custody/`` of the archive bucket; older versions stay, and the history within only grows:

    _custody/dossiers/<dossier>/record.json
    _custody/holds/<dossier>/<document id, or "dossier">.json

A reindex needs none of them, because nothing of them is in the catalog.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import AwareDatetime

from dossiers.errors import NotFoundError
from storage import keys
from storage.object_store import ObjectStore
from storage.records import HistoryEvent, Record

ACTS_KEPT_YEARS = 20
"""So long manifests, certificates and lists of destruction are locked, whatever becomes of what they name."""

_SCHEMA = 1
_DOSSIERS = keys.CUSTODY_PREFIX + "dossiers/"
_HOLDS = keys.CUSTODY_PREFIX + "holds/"
_WHOLE_DOSSIER = "dossier"


class DossierRecord(Record):
    """What a dossier's retention is computed from. ``procedure`` is its code, ``ended_on`` the day on which its work ended."""

    schema_version: int = _SCHEMA
    dossier_number: str
    procedure: str | None = None
    ended_on: date | None = None
    history: tuple[HistoryEvent, ...] = ()


class HoldRecord(Record):
    """A hold on a dossier, or on one document of it, in force or released."""

    schema_version: int = _SCHEMA
    dossier_number: str | None
    document_id: str | None = None
    is_held: bool
    reason: str
    since: AwareDatetime
    history: tuple[HistoryEvent, ...] = ()

    def covers(self, dossier_number: str | None, document_id: str) -> bool:
        """Say whether a document is held by this."""
        if self.document_id is not None:
            return self.is_held and self.document_id == document_id
        return self.is_held and self.dossier_number is not None and self.dossier_number == dossier_number


class Custody:
    """The records in the archive bucket. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(self, documents: ObjectStore) -> None:
        self._documents = documents

    def find_dossier(self, dossier_number: str) -> DossierRecord:
        """Return what is known of a dossier, an empty record when nothing is. Raises IntegrityError when it is damaged."""
        found = self._get(_dossier_key(dossier_number))
        if found is None:
            return DossierRecord(dossier_number=dossier_number)
        return DossierRecord.from_json(found, _dossier_key(dossier_number), _SCHEMA)

    def keep_dossier(self, record: DossierRecord) -> None:
        """Store a dossier's record as its newest version."""
        self._put(_dossier_key(record.dossier_number), record)

    def find_hold(self, dossier_number: str | None, document_id: str | None) -> HoldRecord | None:
        """Return the hold on just this dossier, or just this document, in force or released; None when there never was one."""
        found = self._get(_hold_key(dossier_number, document_id))
        return None if found is None else HoldRecord.from_json(found, _hold_key(dossier_number, document_id), _SCHEMA)

    def keep_hold(self, record: HoldRecord) -> None:
        """Store a hold as the newest version of its record."""
        self._put(_hold_key(record.dossier_number, record.document_id), record)

    def iter_holds(self) -> Iterator[HoldRecord]:
        """Yield every hold, in force or released."""
        for found in self._documents.list(_HOLDS):
            yield self._read_hold(found.key)

    def list_holds_of(self, dossier_number: str | None, document_id: str) -> tuple[HoldRecord, ...]:
        """Return the holds in force that cover a document: the dossier's, its own, and its own from before it had a dossier."""
        folder = f"{_HOLDS}{keys.dossier_folder(dossier_number)}/"
        found = [self._read_hold(item.key) for item in self._documents.list(folder)]
        unfiled = self.find_hold(None, document_id) if dossier_number is not None else None
        return tuple(hold for hold in (*found, *([unfiled] if unfiled else [])) if hold.covers(dossier_number, document_id))

    def _read_hold(self, key: str) -> HoldRecord:
        return HoldRecord.from_json(self._documents.get(key), key, _SCHEMA)

    def _get(self, key: str) -> bytes | None:
        try:
            return self._documents.get(key)
        except NotFoundError:
            return None

    def _put(self, key: str, record: Record) -> None:
        self._documents.put(key, record.to_json(), "application/json", {})


def kept_until(now: datetime) -> datetime:
    """Return until when a record of an act is locked."""
    return now.replace(year=now.year + ACTS_KEPT_YEARS, day=min(now.day, 28))


def _dossier_key(dossier_number: str) -> str:
    return f"{_DOSSIERS}{keys.dossier_folder(dossier_number)}/record.json"


def _hold_key(dossier_number: str | None, document_id: str | None) -> str:
    return f"{_HOLDS}{keys.dossier_folder(dossier_number)}/{document_id or _WHOLE_DOSSIER}.json"
