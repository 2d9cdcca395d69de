"""Remove what was approved for destruction, with a key that may delete; the store itself refuses what is locked or held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from storage import keys
from storage.object_store import ObjectStore, StoredObject


class Eraser:
    """The two stores, opened with the key for destruction. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(self, originals: ObjectStore, documents: ObjectStore) -> None:
        self._originals = originals
        self._documents = documents

    def find_obstacle(self, dossier_number: str, document_id: str, now: datetime) -> str:
        """Return what forbids a document's destruction, in English; empty when nothing of the store's does."""
        for key in self._keys_of(dossier_number, document_id):
            if obstacle := _obstacle(self._documents, key, now):
                return obstacle
        return ""

    def find_obstacle_of_scan(self, sha256: str, now: datetime) -> str:
        """Return what forbids the destruction of a handed-in file's bytes; empty when nothing does."""
        for found in list(self._originals.list(keys.original_prefix(sha256))):
            if obstacle := _obstacle(self._originals, found.key, now):
                return obstacle
        return ""

    def list_versions(self, dossier_number: str, document_id: str) -> tuple[StoredObject, ...]:
        """Return every version of everything that ``erase_document`` would remove."""
        keys_of = list(self._keys_of(dossier_number, document_id))
        return tuple(version for key in keys_of for version in self._documents.versions(key))

    def list_versions_of_scan(self, sha256: str) -> tuple[StoredObject, ...]:
        """Return every version of a handed-in file's bytes."""
        found = [one.key for one in self._originals.list(keys.original_prefix(sha256) + keys.ORIGINAL_STEM)]
        return tuple(version for key in found for version in self._originals.versions(key))

    def erase_document(self, dossier_number: str, document_id: str) -> None:
        """Remove every version of everything in a document's folder, and in that from before its dossier was known.

        The metadata goes first: a document exists by it, so that an interruption leaves none that lacks its words. Called
        again, it removes what is left.
        """
        found = sorted(self._keys_of(dossier_number, document_id), key=lambda key: not key.endswith(keys.METADATA_NAME))
        for key in found:
            _erase(self._documents, key)

    def erase_scan(self, sha256: str) -> None:
        """Remove every version of a handed-in file's bytes and of its record."""
        for key in [one.key for one in self._originals.list(keys.original_prefix(sha256))]:
            _erase(self._originals, key)

    def list_documents_of_scan(self, dossier_number: str, sha256: str) -> tuple[str, ...]:
        """Return the ids of all that a scan became in a dossier's folder, what another reading took the place of too."""
        ending = keys.make_document_id(sha256, 1, 1).rpartition("-")[2]
        folder = keys.dossier_folder(dossier_number)
        found = (item.key.split("/")[1] for item in self._documents.list(f"{folder}/"))
        return tuple(dict.fromkeys(document_id for document_id in found if document_id.endswith(f"-{ending}")))

    def close(self) -> None:
        """Give back the stores' connections."""
        self._originals.close()
        self._documents.close()

    def _keys_of(self, dossier_number: str, document_id: str) -> Iterator[str]:
        for number in (dossier_number, None):
            for found in list(self._documents.list(keys.document_prefix(number, document_id))):
                yield found.key


def _obstacle(store: ObjectStore, key: str, now: datetime) -> str:
    for version in store.versions(key):
        lock = store.read_lock(key, version_id=version.version_id)
        if lock is not None and lock.is_held:
            return f"{key}: đang bị giữ trong kho (under a legal hold)"
        if lock is not None and lock.is_locked(now):
            return f"{key}: còn khóa đến {lock.retain_until:%Y-%m-%d} (locked until then)"
    return ""


def _erase(store: ObjectStore, key: str) -> None:
    for version in reversed(store.versions(key)):  # the newest last: no older one ever comes to light
        store.delete(key, version_id=version.version_id)
