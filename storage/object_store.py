"""What every store of objects can do, whatever it is made of.

One store is one bucket: keys lead to bytes, an overwritten key keeps its older versions, and a version can be locked
until a time. The two that exist, ``storage.directory_store`` and ``storage.s3_store``, pass the same contract tests.
Semantics follow Amazon S3 (versioning, object lock in GOVERNANCE mode), so that any S3 server can take a store's place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote, unquote

from dossiers.errors import StorageDeniedError

CHUNK_BYTES = 1024 * 1024
"""How much of a large object is held in memory at a time."""

DEFAULT_MAX_BYTES = 64 * 1024 * 1024
"""The most that ``get`` takes into memory unless told otherwise."""

MAX_KEY_BYTES = 1024
MAX_SEGMENT_BYTES = 240  # a file name holds 255 bytes; some are left for temporary names
MAX_METADATA_BYTES = 2048  # Amazon S3: the sum of the bytes of all names and values of user-defined metadata

LOCK_MODE = "GOVERNANCE"
"""The mode of every lock that Sohoa sets (Amazon S3, object lock)."""

DIGEST_NAME = "sha256"
"""The metadata name under which a store keeps the digest; callers cannot set it."""

_METADATA_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_METADATA_SAFE = "/:;,.=@()-_"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of one object.

    ``sha256`` is hex, None where the store does not know it (a listing of an S3 bucket). ``metadata`` is Unicode, NFC,
    without the digest; a listing may leave it empty. ``retain_until`` is UTC; None when the version is not locked.
    ``lock_mode`` is the lock's mode in the store's own word; ``is_held`` says that a legal hold is on the version.
    ``stored_at`` is when the version was stored, by the store's own clock; every listing tells it, other answers may not.
    """

    key: str
    size_bytes: int
    sha256: str | None
    version_id: str | None
    media_type: str = "application/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)
    retain_until: datetime | None = None
    lock_mode: str | None = None
    is_held: bool = False
    stored_at: datetime | None = field(default=None, compare=False)

    def is_locked(self, now: datetime) -> bool:
        """Say whether the version may not be deleted at a time: its lock has not ended, or a legal hold is on it."""
        return self.is_held or (self.retain_until is not None and self.retain_until > now)


@dataclass(frozen=True, slots=True)
class Reread:
    """What was found when all bytes of a version were read again: their digest (SHA-256, hex), and what the store says."""

    stored: StoredObject
    found_sha256: str


@dataclass(frozen=True, slots=True)
class StoreProperties:
    """What a store promises: overwritten keys keep their versions, and versions can be locked."""

    versioning: bool
    object_lock: bool


@runtime_checkable
class ObjectStore(Protocol):
    """One bucket. No key may lie below another ("a" and "a/b"): some servers then leave out one of them when they list.

    Every method raises ``StorageUnavailableError`` when the store cannot be reached within its time limits,
    ``StorageDeniedError`` when it refuses our key or the operation, and ``ConfigurationError`` when it does not exist.
    """

    def ensure_bucket(self) -> StoreProperties:
        """Create the bucket with versioning and object lock when it is absent, and return its properties."""
        ...

    def check(self) -> StoreProperties:
        """Return the properties of the existing bucket."""
        ...

    def put(
        self,
        key: str,
        data: bytes | Path,
        media_type: str,
        metadata: Mapping[str, str],
        retain_until: datetime | None = None,
        *,
        sha256: str | None = None,
    ) -> StoredObject:
        """Store bytes, or a file's, as the newest version of a key; read them back before returning.

        ``sha256`` (hex), when given, must be the digest of the data. Memory use is bounded for files of any size.

        Raises ``IntegrityError`` when the data is not what ``sha256`` says (nothing is stored) or when what is read back
        differs, ``StorageFullError`` when there is no room (no half object is left), and ``ValueError`` for metadata that
        no object can carry.
        """
        ...

    def get(self, key: str, *, max_bytes: int = DEFAULT_MAX_BYTES, version_id: str | None = None) -> bytes:
        """Return an object's bytes.

        Raises ``NotFoundError`` when there is none, ``IntegrityError`` when it is larger than ``max_bytes`` or not the
        bytes that were stored.
        """
        ...

    def download(self, key: str, path: Path, *, version_id: str | None = None) -> StoredObject:
        """Write an object's bytes to a file, which appears only when it is whole and intact.

        Raises ``NotFoundError`` or ``IntegrityError`` like ``get``.
        """
        ...

    def digest(self, key: str, *, version_id: str | None = None) -> str:
        """Read all of an object and return the SHA-256 (hex) of what was read. Raises ``NotFoundError``."""
        ...

    def reread(
        self, key: str, *, version_id: str | None = None, on_chunk: Callable[[int], None] = lambda _size: None
    ) -> Reread:
        """Read all of a version in one request, telling ``on_chunk`` the size of each piece.

        The digests are not compared: that is for the caller. Raises ``NotFoundError``, or what keeps it from being read.
        """
        ...

    def stat(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Return what is known of an object, or None when there is none."""
        ...

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Yield the newest version of every key that starts with a prefix, in order of the keys, from behind ``after``."""
        ...

    def versions(self, key: str) -> tuple[StoredObject, ...]:
        """Return all versions of a key, the newest first; empty when there are none."""
        ...

    def extend_retention(self, key: str, retain_until: datetime, *, version_id: str | None = None) -> StoredObject:
        """Lock a version until a time, or longer than it is locked; an earlier time than the present lock's is refused.

        Raises ``NotFoundError``, or ``StorageDeniedError`` when it would shorten the lock.
        """
        ...

    def read_lock(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Return a version with its lock and hold as the store answers when it is asked for just these, None without one.

        ``stat`` may leave them out: some servers tell them of the newest version only.
        """
        ...

    def set_legal_hold(self, key: str, is_held: bool, *, version_id: str | None = None) -> StoredObject:
        """Put a legal hold on a version, which then cannot be deleted whatever its lock says, or take it off.

        Raises ``NotFoundError``, or ``StorageDeniedError`` when the store does not do it.
        """
        ...

    def delete(self, key: str, *, version_id: str | None = None) -> None:
        """Remove one version for good, the newest by default; no error when there is none.

        For destruction after retention, tests and abandoned parts. Raises ``StorageDeniedError`` when the version is locked
        or held, or when our key may not.
        """
        ...

    def close(self) -> None:
        """Give back connections. The store can be used again afterwards."""
        ...


def validate_key(key: str) -> str:
    """Return a key unchanged when every store can hold it safely.

    A key is NFC, at most 1,024 bytes of UTF-8, segments of 1 to 240 bytes split by single slashes, none of which
    starts with a dot; no backslash, control or invisible character. Raises ``StorageDeniedError`` otherwise.
    """
    segments = key.split("/")
    is_sound = (
        is_encodable(key)
        and len(key.encode()) <= MAX_KEY_BYTES
        and unicodedata.is_normalized("NFC", key)
        and "\\" not in key
        and not any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in key)
        and all(segment.strip() and segment[0] != "." and len(segment.encode()) <= MAX_SEGMENT_BYTES for segment in segments)
    )
    if not is_sound:
        raise StorageDeniedError(detail=f"the key {key[:200]!a} is not allowed")
    return key


def validate_prefix(prefix: str) -> str:
    """Return a prefix unchanged when it can be the start of an allowed key. Raises ``StorageDeniedError`` otherwise."""
    if prefix:
        validate_key(prefix.removesuffix("/"))
    return prefix


def encode_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Percent-encode metadata to ASCII (RFC 3986 on UTF-8, NFC), the only letters an HTTP header carries safely.

    Names are lower-case letters, digits and inner hyphens. Raises ``ValueError`` for another name, for text that UTF-8
    cannot hold, and for more than 2 KB in all.
    """
    encoded: dict[str, str] = {}
    for name, value in metadata.items():
        if name == DIGEST_NAME or not _METADATA_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of an object's metadata")
        encoded[name] = quote(unicodedata.normalize("NFC", value), safe=_METADATA_SAFE, errors="strict")
    if metadata_bytes(encoded) > MAX_METADATA_BYTES:
        raise ValueError(f"an object carries at most {MAX_METADATA_BYTES} bytes of metadata")
    return encoded


def metadata_bytes(encoded: Mapping[str, str]) -> int:
    """Return how many bytes encoded metadata takes of an object's 2 KB, the digest included."""
    return sum(len(name) + len(value) for name, value in encoded.items()) + len(DIGEST_NAME) + 64


def decode_metadata(encoded: Mapping[str, str]) -> dict[str, str]:
    """Undo ``encode_metadata``; letters that are no UTF-8 become U+FFFD. The digest is left out."""
    return {name: unquote(value, errors="replace") for name, value in encoded.items() if name != DIGEST_NAME}


def to_lock_time(moment: datetime | None) -> datetime | None:
    """Return a lock's time in UTC, rounded up to a second, which every server keeps. Raises ``ValueError`` without a zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a lock's time must have a time zone")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)


def is_encodable(text: str) -> bool:
    """Return whether UTF-8 can hold a text, which it cannot when half of a surrogate pair stands in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
