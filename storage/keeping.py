"""The objects of a document, in both buckets, as what is locked, held, told of and at last destroyed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage import keys
from storage.metadata import DocumentMetadata
from storage.object_store import ObjectStore, StoredObject, to_lock_time
from storage.recovery import lock_until


class Bucket(StrEnum):
    """The two buckets, by what they hold, whatever they are called."""

    ORIGINALS = "originals"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class LockReceipt:
    """How one version of an object is locked, as the store itself answered when it was asked."""

    bucket: Bucket
    key: str
    version_id: str | None
    sha256: str | None
    mode: str | None
    retain_until: datetime | None
    is_held: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "bucket": self.bucket.value,
            "key": self.key,
            "version_id": self.version_id,
            "sha256": self.sha256,
            "mode": self.mode,
            "retain_until": self.retain_until.isoformat() if self.retain_until else None,
            "legal_hold": self.is_held,
        }


class Keeping:
    """Locks, holds and receipts of documents. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(self, originals: ObjectStore, documents: ObjectStore) -> None:
        self._stores = {Bucket.ORIGINALS: originals, Bucket.ARCHIVE: documents}

    def lock_document(self, record: DocumentMetadata, until: datetime) -> bool:
        """Lock a document's PDF, words, metadata and the original it was made of until a time at least.

        Returns whether any of them was locked less. No lock is made shorter.
        """
        rounded = to_lock_time(until) or until
        are_longer = [lock_until(self._stores[bucket], key, rounded) for bucket, key in self._present_keys(record)]
        return any(are_longer)

    def hold_document(self, record: DocumentMetadata, is_held: bool) -> int:
        """Put a legal hold on every version of every object of a document, its original too, or take it off; count them."""
        count = 0
        for bucket, version in self.iter_versions(record):
            self._stores[bucket].set_legal_hold(version.key, is_held, version_id=version.version_id)
            count += 1
        return count

    def list_receipts(self, record: DocumentMetadata) -> tuple[LockReceipt, ...]:
        """Ask the store how each present object of a document is locked."""
        found = ((bucket, self._stores[bucket].read_lock(key)) for bucket, key in self._present_keys(record))
        return tuple(_receipt(bucket, lock) for bucket, lock in found if lock is not None)

    def iter_locks(self, record: DocumentMetadata) -> Iterator[LockReceipt]:
        """Ask the store how each version of each object of a document is locked, the original's too."""
        for bucket, version in self.iter_versions(record):
            lock = self._stores[bucket].read_lock(version.key, version_id=version.version_id)
            if lock is not None:
                yield _receipt(bucket, lock)

    def iter_versions(self, record: DocumentMetadata) -> Iterator[tuple[Bucket, StoredObject]]:
        """Yield every version of everything that stands in a document's folder, and of its scan's bytes and record."""
        prefixes = (
            (Bucket.ARCHIVE, keys.document_prefix(record.dossier_number, record.document_id)),
            (Bucket.ORIGINALS, keys.original_prefix(record.scan_sha256)),
        )
        for bucket, prefix in prefixes:
            for found in list(self._stores[bucket].list(prefix)):
                for version in self._stores[bucket].versions(found.key):
                    yield bucket, version

    def _present_keys(self, record: DocumentMetadata) -> Iterator[tuple[Bucket, str]]:
        for key in (record.pdf.key, record.words.key, record.metadata_key):
            yield Bucket.ARCHIVE, key
        for found in self._stores[Bucket.ORIGINALS].list(keys.original_prefix(record.scan_sha256) + keys.ORIGINAL_STEM):
            yield Bucket.ORIGINALS, found.key


def _receipt(bucket: Bucket, lock: StoredObject) -> LockReceipt:
    return LockReceipt(bucket, lock.key, lock.version_id, lock.sha256, lock.lock_mode, lock.retain_until, lock.is_held)
