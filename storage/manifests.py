"""Where the manifest stands: segments that many writers add at the same time, and the signed heads of the days.

    _custody/manifest/<yyyy-mm-dd>/<writer>/<number>.jsonl     a segment, of the UTC day on which it was written
    _custody/manifest/heads/<index>.json and .p7s              a closed day and the agency's signature of it (CMS, detached)

No object is written twice and no writer needs another one's leave, on whatever machine: a writer's name is drawn by lot.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from dossiers.manifest import START, Digested, EntryKind, dump_entries
from storage import keys
from storage.custody import kept_until
from storage.object_store import ObjectStore, StoredObject

PREFIX = keys.CUSTODY_PREFIX + "manifest/"
HEADS = PREFIX + "heads/"


class ManifestWriter:
    """Adds lines to the manifest. Safe for several threads; each process has its own.

    Every method raises the storage errors of ``dossiers.errors``.
    """

    def __init__(self, documents: ObjectStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._documents = documents
        self._now = now
        self._lock = threading.Lock()
        self._day, self._name = "", ""
        self._segment, self._line, self._last = 0, 0, START

    def add(self, kind: EntryKind, *versions: Digested) -> None:
        """Write one segment of one line a version, locked like every act; nothing for none."""
        if not versions:
            return
        with self._lock:
            now = self._now()
            if now.date().isoformat() != self._day:
                self._begin(now.date().isoformat())
            lines, number, last = dump_entries(((kind, one) for one in versions), now.isoformat(), self._line, self._last)
            key = f"{PREFIX}{self._day}/{self._name}/{self._segment + 1:08d}.jsonl"
            self._documents.put(key, lines, "application/jsonl", {}, kept_until(now))
            self._segment, self._line, self._last = self._segment + 1, number, last

    def _begin(self, day: str) -> None:
        self._day, self._name = day, secrets.token_hex(8)
        self._segment, self._line, self._last = 0, 0, START


class Manifests:
    """Reads the manifest, and keeps the heads of days."""

    def __init__(self, documents: ObjectStore) -> None:
        self._documents = documents

    def iter_segments(self, day: str = "") -> Iterator[tuple[str, StoredObject]]:
        """Yield day and object of every segment, or of one day's, in order of day, writer and number."""
        for found in self._documents.list(f"{PREFIX}{day}/" if day else PREFIX):
            if not found.key.startswith(HEADS):
                yield found.key.removeprefix(PREFIX).split("/")[0], found

    def list_heads(self) -> tuple[str, ...]:
        """Return the keys of all heads in their order."""
        return tuple(found.key for found in self._documents.list(HEADS) if found.key.endswith(".json"))

    def read(self, key: str) -> bytes:
        """Return a segment's or a head's bytes. Raises NotFoundError, IntegrityError."""
        return self._documents.get(key)

    def read_signature(self, head_key: str) -> bytes:
        """Return the signature of a head. Raises NotFoundError, IntegrityError."""
        return self._documents.get(head_key.removesuffix(".json") + ".p7s")

    def keep_head(self, index: int, statement: bytes, signature: bytes) -> str:
        """Store a head and its signature, that first, so that no head stands without one; return its key."""
        key, until = f"{HEADS}{index:08d}", kept_until(datetime.now(UTC))
        self._documents.put(f"{key}.p7s", signature, "application/pkcs7-signature", {}, until)
        self._documents.put(f"{key}.json", statement, "application/json", {}, until)
        return f"{key}.json"


def digest_of(bucket: str, stored: StoredObject, replaces: str = "") -> Digested:
    """Return the manifest's view of a version just stored. Raises ``ValueError`` when its digest is not known."""
    if stored.sha256 is None:
        raise ValueError("a version without a digest")
    return Digested(bucket, stored.key, stored.version_id or "", stored.sha256, stored.size_bytes, replaces)


def digests_of(bucket: str, stored: Sequence[StoredObject]) -> tuple[Digested, ...]:
    """Return the manifest's view of several versions."""
    return tuple(digest_of(bucket, one) for one in stored)
