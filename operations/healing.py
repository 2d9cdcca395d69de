"""Put damaged and missing objects back from the second copy, as new versions; the damaged versions stay as they are."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from dossiers.errors import SohoaError
from dossiers.manifest import EntryKind
from operations.retaining import lock_end_of
from runtime.stores import Stores
from runtime.wiring import House
from storage.audit_ledger import LedgerFinding
from storage.keeping import Bucket
from storage.manifests import digest_of
from storage.object_store import ObjectStore, StoredObject

_log = logging.getLogger("sohoa.audit")


def heal(house: House, finding: LedgerFinding) -> str:
    """Put the right bytes of a finding back and return "" when they stand there and were read back, else why not.

    The second copy is believed only where its bytes have the digest that is expected.
    """
    mirror = find_mirror(house)
    if mirror is None:
        return "there is no second copy, or it does not answer ([mirror])"
    if finding.sha256 is None:
        return "it is not known which bytes are the right ones"
    bucket = Bucket(finding.bucket)
    store, copy = (stores[0] if bucket is Bucket.ORIGINALS else stores[1] for stores in (_own(house), mirror))
    try:
        with house.temporary_folder() as folder:
            source = _fetch(copy, finding, folder / "copy")
            if source is None:
                return "the second copy does not have it either"
            until = _lock_of(house, store, source, finding)
            stored = store.put(finding.key, folder / "copy", source.media_type, source.metadata, until, sha256=finding.sha256)
        house.archive.manifest.add(EntryKind.HEALED, digest_of(bucket.value, stored, finding.version_id))
        if _was_held(house, finding.key):
            store.set_legal_hold(finding.key, True, version_id=stored.version_id)
    except SohoaError as error:
        return error.message_en
    _log.warning("healed %s/%s from the second copy", finding.bucket, finding.key)
    return ""


def find_mirror(house: House) -> Stores | None:
    """Return the second copy's stores; None where there is none or it does not answer."""
    try:
        return house.mirror
    except SohoaError as error:
        _log.error("the second copy does not answer: %s", error.message_en)
        return None


def _own(house: House) -> Stores:
    return house.archive.originals, house.archive.documents


def _fetch(copy: ObjectStore, finding: LedgerFinding, path: Path) -> StoredObject | None:
    """Return the version of the second copy that has the right bytes, and put them at a path; None when there is none."""
    for version in copy.versions(finding.key):
        try:
            stored = copy.download(finding.key, path, version_id=version.version_id)
        except SohoaError:
            continue
        if stored.sha256 == finding.sha256:
            return stored
    return None


def _lock_of(house: House, store: ObjectStore, source: StoredObject, finding: LedgerFinding) -> datetime | None:
    """Return until when the damaged version is locked; where that cannot be read, as long as its dossier or its copy is."""
    try:
        lock = store.read_lock(finding.key, version_id=finding.version_id or None)
        if lock is not None and lock.retain_until is not None:
            return lock.retain_until
    except SohoaError:
        pass
    number = source.metadata.get("dossier-number")
    ends = [end for end in (source.retain_until, lock_end_of(house, number) if number else None) if end is not None]
    return max(ends, default=None)


def _was_held(house: House, key: str) -> bool:
    document_id = key.split("/")[1] if key.count("/") == 2 else ""
    entries = house.catalog.documents.find_by_prefix(document_id) or house.catalog.documents.list_of_scan(document_id)
    return any(house.custody.list_holds_of(entry.dossier_number, entry.document_id) for entry in entries)
