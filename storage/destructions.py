"""Lists of what is destroyed after its retention, certificates that it was, and tombstones of the files that are no more.

_custody/destructions/<list id>/list.json            proposed, approved, started, done; older versions stay
_custody/destructions/<list id>/certificate.json     what was destroyed, by whom, on which ground
_custody/destructions/<list id>/certificate.p7s      the agency's signature of it (CMS, detached)
_custody/destroyed/<sha[:2]>/<sha>.json              a handed-in file of which nothing is left
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum

from pydantic import AwareDatetime

from dossiers.errors import NotFoundError
from storage import keys
from storage.custody import kept_until
from storage.object_store import ObjectStore
from storage.records import ActorRecord, HistoryEvent, Record

_SCHEMA = 1
_LISTS = keys.CUSTODY_PREFIX + "destructions/"
_TOMBSTONES = keys.CUSTODY_PREFIX + "destroyed/"


class DestructionState(StrEnum):
    """How far a list is. ``STARTED`` and not ``DONE``: interrupted, to be executed again."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    STARTED = "started"
    DONE = "done"


class DoomedDocument(Record):
    """A document on a list: what it was, and why it need not be kept any more."""

    document_id: str
    dossier_number: str
    scan_sha256: str
    scan_name: str
    type_name: str
    pdf_sha256: str
    words_sha256: str
    archived_at: AwareDatetime
    procedure: str | None
    maintenance: str
    ended_on: date
    last_day: date


class RefusedDocument(Record):
    """A document that stays, and why."""

    document_id: str
    dossier_number: str | None
    reason: str


class DestructionList(Record):
    """What one person proposed and another approved. ``documents`` never changes once proposed."""

    schema_version: int = _SCHEMA
    list_id: str
    state: DestructionState
    ground: str
    proposed_by: ActorRecord
    proposed_at: AwareDatetime
    approved_by: ActorRecord | None = None
    approved_at: AwareDatetime | None = None
    documents: tuple[DoomedDocument, ...]
    refused: tuple[RefusedDocument, ...] = ()
    history: tuple[HistoryEvent, ...] = ()


class Certificate(Record):
    """What was destroyed: ids and digests, persons, times, the legal ground; ``scans`` are files of which nothing is left."""

    schema_version: int = _SCHEMA
    list_id: str
    agency: str
    ground: str
    proposed_by: ActorRecord
    proposed_at: AwareDatetime
    approved_by: ActorRecord
    approved_at: AwareDatetime
    executed_by: ActorRecord
    executed_at: AwareDatetime
    documents: tuple[DoomedDocument, ...]
    scans: tuple[str, ...]
    refused: tuple[RefusedDocument, ...]


class Tombstone(Record):
    """A handed-in file that was destroyed. ``files`` counts it and its further sightings, so that the sums stay right."""

    schema_version: int = _SCHEMA
    sha256: str
    list_id: str
    destroyed_at: AwareDatetime
    files: int


class Destructions:
    """The records in the archive bucket. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(self, documents: ObjectStore) -> None:
        self._documents = documents

    def keep(self, record: DestructionList) -> None:
        """Store a list as its newest version."""
        self._put(f"{_LISTS}{record.list_id}/list.json", record.to_json(), "application/json")

    def get(self, list_id: str) -> DestructionList:
        """Return a list. Raises NotFoundError, IntegrityError."""
        key = f"{_LISTS}{list_id}/list.json"
        try:
            return DestructionList.from_json(self._documents.get(key), key, _SCHEMA)
        except NotFoundError:
            raise NotFoundError(what=f"danh sách hủy {list_id} (destruction list)") from None

    def iter_lists(self) -> Iterator[DestructionList]:
        """Yield every list, in order of their ids, which begin with the day."""
        for found in self._documents.list(_LISTS):
            if found.key.endswith("/list.json"):
                yield self.get(found.key.split("/")[-2])

    def keep_certificate(self, list_id: str, statement: bytes, signature: bytes) -> None:
        """Store a certificate and its signature: the signature first, so that no certificate stands without one."""
        self._put(f"{_LISTS}{list_id}/certificate.p7s", signature, "application/pkcs7-signature")
        self._put(f"{_LISTS}{list_id}/certificate.json", statement, "application/json")

    def read_certificate(self, list_id: str) -> tuple[bytes, bytes]:
        """Return a certificate and its signature. Raises NotFoundError."""
        folder = f"{_LISTS}{list_id}"
        return self._documents.get(f"{folder}/certificate.json"), self._documents.get(f"{folder}/certificate.p7s")

    def keep_tombstone(self, record: Tombstone) -> None:
        """Store a tombstone."""
        self._put(f"{_TOMBSTONES}{record.sha256[:2]}/{record.sha256}.json", record.to_json(), "application/json")

    def iter_tombstones(self) -> Iterator[Tombstone]:
        """Yield every tombstone, in order of the digests."""
        for found in self._documents.list(_TOMBSTONES):
            yield Tombstone.from_json(self._documents.get(found.key), found.key, _SCHEMA)

    def _put(self, key: str, data: bytes, media_type: str) -> None:
        self._documents.put(key, data, media_type, {}, kept_until(datetime.now(UTC)))
