"""What makes a second try good: telling what an interrupted first one left, and what is still intact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from dossiers.errors import IntegrityError, NotFoundError
from storage import keys
from storage.metadata import DocumentMetadata, object_metadata
from storage.object_store import ObjectStore


def is_intact(store: ObjectStore, key: str, sha256: str) -> bool:
    """Read an object through and return whether its bytes are those of a digest; False when there is none."""
    try:
        return store.digest(key) == sha256
    except (NotFoundError, IntegrityError):
        return False


def lock_until(store: ObjectStore, key: str, until: datetime) -> bool:
    """Lock an object's newest version until a time at least; return whether it was locked less, or not, before."""
    stored = store.stat(key)
    if stored is None or (stored.retain_until is not None and stored.retain_until >= until):
        return False
    store.extend_retention(key, until, version_id=stored.version_id)
    return True


def adopt_unfinished(store: ObjectStore, record: DocumentMetadata, standing: Collection[str]) -> DocumentMetadata:
    """Take over the PDF of an interrupted store, if one stands there that differs only in when it was signed.

    Signing anew gives other bytes each time; without this every interruption would leave one more PDF behind. ``standing``
    are the keys of the document's objects that stand in the store.
    """
    mine = _without_time(object_metadata(record))
    prefix = keys.document_prefix(record.dossier_number, record.document_id)
    for key in standing:
        if not key.endswith(".pdf") or key == record.pdf.key:
            continue
        stored = store.stat(key)
        digest = key.removeprefix(prefix).removesuffix(".pdf")
        if stored is None or _without_time(stored.metadata) != mine or not is_intact(store, key, digest):
            continue
        signed_at = stored.metadata.get("signed-at")
        adopted = {
            "key": key,
            "sha256": digest,
            "signed_at": datetime.fromisoformat(signed_at) if signed_at else None,
        }
        return record.model_copy(update={"pdf": record.pdf.model_copy(update=adopted)})
    return record


def _without_time(metadata: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in metadata.items() if name != "signed-at"}
