"""Read objects again and hold each against what the manifest, its key and the store itself say of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dossiers.errors import NotFoundError, SohoaError, StorageUnavailableError
from dossiers.manifest import Digested
from storage import keys
from storage.audit_ledger import LedgerFinding
from storage.keeping import Bucket
from storage.object_store import ObjectStore, Reread


class RateLimit:
    """Lets bytes pass at most so quickly, over all threads. 0 does not limit."""

    def __init__(
        self,
        bytes_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bytes_per_s = bytes_per_s
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def take(self, size_bytes: int) -> None:
        """Wait until these bytes may have passed."""
        if not self._bytes_per_s:
            return
        with self._lock:
            now = self._clock()
            self._free_at = max(self._free_at, now - 1.0) + size_bytes / self._bytes_per_s
            pause_s = self._free_at - now
        if pause_s > 0:
            self._sleep(pause_s)


@dataclass(slots=True)
class Seen:
    """What reading one key again gave: the versions met, those not in the manifest, and what is wrong."""

    met: list[tuple[str, str, str]] = field(default_factory=list)
    unlisted: list[Digested] = field(default_factory=list)
    findings: list[LedgerFinding] = field(default_factory=list)
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Rereader:
    """Reads all versions of a key of one bucket again that should stand there."""

    bucket: Bucket
    store: ObjectStore
    limit: RateLimit
    is_gone: Callable[[str, str, str], bool]

    def examine(self, key: str, expected: Mapping[str, str]) -> Seen:
        """Read the newest version of a key, and every other version that the manifest expects.

        Raises StorageUnavailableError when the store itself is away: that says nothing about the object.
        """
        seen = Seen()
        newest = self._examine_one(seen, key, None, expected)
        for version_id in expected:
            if version_id != newest:
                self._examine_one(seen, key, version_id, expected)
        return seen

    def _examine_one(self, seen: Seen, key: str, version_id: str | None, expected: Mapping[str, str]) -> str:
        try:
            read = self._read(key, version_id)
        except NotFoundError:
            if version_id is not None:  # not the newest: it is told as missing once everything was read
                return version_id
            self._find(seen, "damaged", key, self._only(expected), "it is listed and cannot be read")
            return self._only(expected)[0]
        except SohoaError as error:
            self.store.check()  # raises when the store is away
            version, right = (version_id, expected.get(version_id)) if version_id else self._only(expected)
            self._find(seen, "damaged", key, (version, right), f"it cannot be read: {error.message_en}")
            return version
        stored, found = read.stored, read.found_sha256
        seen.size_bytes += stored.size_bytes
        version = stored.version_id or ""
        right = expected.get(version)
        promised = [digest for digest in (right, digest_in_key(key), stored.sha256) if digest is not None]
        seen.met.append((self.bucket.value, key, version))
        wrong = next((digest for digest in promised if digest != found), None)
        if wrong is not None:
            if not self.is_gone(self.bucket.value, key, version):
                self._find(seen, "damaged", key, (version, right or digest_in_key(key) or wrong), f"its SHA-256 is {found}")
        elif right is None and is_listed(self.bucket, key) and not self.is_gone(self.bucket.value, key, version):
            seen.unlisted.append(Digested(self.bucket.value, key, version, found, stored.size_bytes))
        return version

    def _read(self, key: str, version_id: str | None) -> Reread:
        """Read a version, once more after a fault that may pass."""
        try:
            return self.store.reread(key, version_id=version_id, on_chunk=self.limit.take)
        except StorageUnavailableError:
            return self.store.reread(key, version_id=version_id, on_chunk=self.limit.take)

    def _only(self, expected: Mapping[str, str]) -> tuple[str, str | None]:
        """Return the version that the newest is likely to be: the last that the manifest knows."""
        return next(reversed(list(expected.items())), ("", None))

    def _find(self, seen: Seen, kind: str, key: str, version: tuple[str, str | None], detail: str) -> None:
        right = version[1] or digest_in_key(key)
        seen.findings.append(LedgerFinding(kind, self.bucket.value, key, version[0], right, detail))
        seen.met.append((self.bucket.value, key, version[0]))


def digest_in_key(key: str) -> str | None:
    """Return the SHA-256 that a key names: of a scan's bytes, a PDF or words. None for any other key."""
    original = keys.sha256_of_original(key)
    if original is not None:
        return original
    name = key.rpartition("/")[2]
    for ending in (".words.json", ".pdf"):
        digest = name.removesuffix(ending)
        if name.endswith(ending) and keys.is_sha256(digest):
            return digest
    return None


def is_listed(bucket: Bucket, key: str) -> bool:
    """Say whether the manifest tells of objects of this kind: scans' bytes, PDFs, words and metadata."""
    if bucket is Bucket.ORIGINALS:
        return keys.sha256_of_original(key) is not None
    return digest_in_key(key) is not None or keys.is_metadata_key(key)
