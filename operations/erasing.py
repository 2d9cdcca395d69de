"""Carry out one approved list of destruction: in the store, in the second copy, and in the catalog."""

from __future__ import annotations

from datetime import UTC, datetime

from dossiers.manifest import EntryKind
from dossiers.model import Actor
from operations.locking import acting_alone, handling_dossier, handling_scan, recording_scan
from operations.retaining import describe_retention
from runtime.wiring import House
from storage.destructions import DestructionList, DoomedDocument, RefusedDocument, Tombstone
from storage.keeping import Bucket
from storage.manifests import digests_of
from storage.quarantine import discard


class Erasure:
    """One execution. A document goes from the second copy first: what is interrupted can then still be found in the archive."""

    def __init__(self, house: House, record: DestructionList) -> None:
        self._house = house
        self._record = record
        self._eraser = house.open_eraser()
        self._mirror = house.open_mirror_eraser()

    def __enter__(self) -> Erasure:
        return self

    def __exit__(self, *_: object) -> None:
        self._eraser.close()
        if self._mirror is not None:
            self._mirror.close()

    def run(self, actor: Actor) -> tuple[tuple[DoomedDocument, ...], tuple[RefusedDocument, ...], tuple[str, ...]]:
        """Destroy what may be; return the documents destroyed, those that stay, and the scans of which nothing is left."""
        destroyed: list[DoomedDocument] = []
        refused: list[RefusedDocument] = []
        for document in self._record.documents:
            dossier = document.dossier_number  # so that no hold comes between the last look and the act
            with handling_dossier(self._house, dossier), handling_scan(self._house, document.scan_sha256):
                reason = self._find_obstacle(document, actor)
                if reason:
                    refused.append(
                        RefusedDocument(document_id=document.document_id, dossier_number=document.dossier_number, reason=reason)
                    )
                    continue
                self._erase(document)
                destroyed.append(document)
        scans = [
            sha256 for sha256 in dict.fromkeys(one.scan_sha256 for one in destroyed) if self._erase_scan(sha256, destroyed)
        ]
        return tuple(destroyed), tuple(refused), tuple(scans)

    def _find_obstacle(self, document: DoomedDocument, actor: Actor) -> str:
        """Ask once more what was asked when it was proposed; of what is gone already, nothing is in the way."""
        if not self._eraser.list_versions(document.dossier_number, document.document_id):
            return ""
        holds = self._house.custody.list_holds_of(document.dossier_number, document.document_id)
        if holds:
            return f"đang có lệnh giữ (held): {holds[0].reason}"
        left = self._house.catalog.documents.list_of_dossier(document.dossier_number)
        if left and not describe_retention(self._house, document.dossier_number, actor).has_ended:
            return "thời hạn bảo quản của hồ sơ nay dài hơn (its dossier is kept longer now)"
        now = datetime.now(UTC)
        obstacle = self._eraser.find_obstacle(document.dossier_number, document.document_id, now)
        if not obstacle and not self._has_staying_papers(document.scan_sha256):
            obstacle = self._eraser.find_obstacle_of_scan(document.scan_sha256, now)
        return obstacle

    def _has_staying_papers(self, sha256: str) -> bool:
        """Say whether a scan holds a paper that stays, so that its bytes stay as well."""
        listed = {document.document_id for document in self._record.documents}
        return any(
            entry.document_id not in listed or self._house.custody.list_holds_of(entry.dossier_number, entry.document_id)
            for entry in self._house.catalog.documents.list_of_scan(sha256)
        )

    def _erase(self, document: DoomedDocument) -> None:
        self._erase_objects(document.dossier_number, document.document_id)
        self._house.catalog.documents.discard(document.document_id)

    def _erase_objects(self, dossier_number: str, document_id: str) -> None:
        """Write into the manifest what is about to go, and remove it: what an audit misses afterwards is accounted for."""
        doomed = digests_of(Bucket.ARCHIVE, self._eraser.list_versions(dossier_number, document_id))
        self._house.archive.manifest.add(EntryKind.DESTROYED, *doomed)
        with acting_alone(self._house, "copying"):  # else the mirror may just be about to copy it
            for eraser in (self._mirror, self._eraser):
                if eraser is not None:
                    eraser.erase_document(dossier_number, document_id)

    def _erase_scan(self, sha256: str, destroyed: list[DoomedDocument]) -> bool:
        """Remove a scan's bytes and record unless a document of it stays; say whether nothing of it is left."""
        house = self._house
        with handling_scan(house, sha256):
            stays = house.catalog.documents.list_of_scan(sha256)
            if stays or self._eraser.find_obstacle_of_scan(sha256, datetime.now(UTC)):
                self._forget_documents(sha256, {one.document_id for one in destroyed})
                return False
            known = house.catalog.submissions.find(sha256)
            files = 1 + len(house.catalog.submissions.list_sightings(sha256)) if known is not None else 1
            if known is not None:  # else an execution before this one went so far
                house.destructions.keep_tombstone(
                    Tombstone(sha256=sha256, list_id=self._record.list_id, destroyed_at=datetime.now(UTC), files=files)
                )
            numbers = {one.dossier_number for one in destroyed if one.scan_sha256 == sha256}
            for number in numbers:  # what an earlier reading made of it
                for document_id in self._eraser.list_documents_of_scan(number, sha256):
                    self._erase_objects(number, document_id)
            with acting_alone(house, "copying"), recording_scan(house, sha256):  # else its record may be written once more
                doomed = digests_of(Bucket.ORIGINALS, self._eraser.list_versions_of_scan(sha256))
                house.archive.manifest.add(EntryKind.DESTROYED, *doomed)
                for eraser in (self._mirror, self._eraser):
                    if eraser is not None:
                        eraser.erase_scan(sha256)
                discard(house.quarantine_dir, sha256)  # it may have been rejected before it was accepted
                house.catalog.submissions.forget(sha256)
            return True

    def _forget_documents(self, sha256: str, gone: set[str]) -> None:
        with recording_scan(self._house, sha256):
            record = self._house.archive.find_submission(sha256)
            if record is not None and gone & set(record.document_ids):
                kept = tuple(document_id for document_id in record.document_ids if document_id not in gone)
                self._house.archive.record_submission(record.model_copy(update={"document_ids": kept}))
