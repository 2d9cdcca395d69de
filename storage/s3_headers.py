"""What the headers of an S3 server's answer say of an object. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from dossiers.errors import IntegrityError
from storage.object_store import DIGEST_NAME, StoredObject, decode_metadata

_META_PREFIX = "x-amz-meta-"


def read_headers(key: str, size_bytes: int, headers: Mapping[str, str]) -> StoredObject:
    """Return what is told of a version: digest, metadata, lock. Names of headers may be of any case."""
    lowered = {name.lower(): value for name, value in headers.items()}
    encoded = {name.removeprefix(_META_PREFIX): value for name, value in lowered.items() if name.startswith(_META_PREFIX)}
    until = lowered.get("x-amz-object-lock-retain-until-date")
    return StoredObject(
        key=key,
        size_bytes=size_bytes,
        sha256=encoded.get(DIGEST_NAME),
        version_id=lowered.get("x-amz-version-id"),
        media_type=lowered.get("content-type", "application/octet-stream"),
        metadata=decode_metadata(encoded),
        retain_until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
        lock_mode=lowered.get("x-amz-object-lock-mode") if until else None,
        is_held=lowered.get("x-amz-object-lock-legal-hold", "").upper() == "ON",
    )


def require_digest(key: str, headers: Mapping[str, str], found: str) -> None:
    """Raise ``IntegrityError`` unless ``found`` (SHA-256, hex) is the digest that was stored with the object, if any was."""
    known = {name.lower(): value for name, value in headers.items()}.get(_META_PREFIX + DIGEST_NAME)
    if known is not None and known != found:
        raise IntegrityError(what=key, detail=f"its SHA-256 is {found}, not {known}")
