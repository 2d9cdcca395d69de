"""The trail in the originals bucket: segments that are written once, each locked, and the signed anchors of its head.

    trail/segments/<first / 1000>/<first>-<last>-<hash of the last entry>.jsonl
    trail/anchors/<sequence>-<time>.json        what is signed
    trail/anchors/<sequence>-<time>.p7s         its detached signature

A key names its content, so nothing is ever written over: two machines that take the same place leave two keys, and whoever
looks sees that the chain parts there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from dossiers.errors import IntegrityError, NotFoundError
from dossiers.trail import TrailEntry, TrailHead, dump_entries, parse_entries
from dossiers.trail_check import NamedSegment
from storage.object_store import ObjectStore

TRAIL_PREFIX = "trail/"
_SEGMENTS = TRAIL_PREFIX + "segments/"
_ANCHORS = TRAIL_PREFIX + "anchors/"
_SEGMENT_KEY = re.compile(re.escape(_SEGMENTS) + r"([0-9]{9})/([0-9]{12})-([0-9]{12})-([0-9a-f]{64})\.jsonl")
_ANCHOR_KEY = re.compile(re.escape(_ANCHORS) + r"[0-9]{12}-[0-9]{8}T[0-9]{12}Z\.json")
_GROUP = 1000
_READERS = 8
_MAX_SEGMENT_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 500
"""So many entries a segment at the most."""


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """A signed statement on the head: its key, its bytes and the detached signature; what is absent is None."""

    key: str
    statement: bytes | None
    signature: bytes | None


class TrailStore:
    """Segments and anchors. ``lock_for`` is how long each is locked from its writing on, None where the bucket locks nothing.

    Every method raises the storage errors of ``dossiers.errors``.
    """

    def __init__(
        self, store: ObjectStore, lock_for: timedelta | None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._lock_for = lock_for
        self._now = now

    def append(self, entries: Sequence[TrailEntry]) -> str:
        """Store entries as one segment, read back, and return its key."""
        key, data = segment_key(entries), dump_entries(entries)
        if len(data) > _MAX_SEGMENT_BYTES:
            raise IntegrityError(what=key, detail=f"a segment of {len(data)} bytes, which nobody could read again")
        self._store.put(key, data, "application/x-ndjson", {}, self._lock_time())
        return key

    def find_next(self, head: TrailHead) -> tuple[str, tuple[TrailEntry, ...]] | None:
        """Return the segment that follows a head, if any; what does not follow from it is passed over."""
        first = head.sequence + 1
        for found in self._store.list(f"{_SEGMENTS}{(first - 1) // _GROUP:09d}/{first:012d}-"):
            try:
                entries = self.read(found.key)
            except (IntegrityError, NotFoundError):
                continue
            if entries[0].previous == head.hash:
                return found.key, entries
        return None

    def read(self, key: str) -> tuple[TrailEntry, ...]:
        """Return the entries of a segment. Raises ``NotFoundError``, or ``IntegrityError`` when it is not what its key says."""
        entries = parse_entries(self._store.get(key, max_bytes=_MAX_SEGMENT_BYTES), key)
        if segment_key(entries) != key:
            raise IntegrityError(what=key, detail="its entries are not those that its key names")
        return entries

    def iter_segments(self) -> Iterator[NamedSegment | str]:
        """Yield every segment in the order of the keys, and the key of each object among them that cannot be one."""
        listed = (found.key for found in self._store.list(_SEGMENTS))
        with ThreadPoolExecutor(_READERS) as readers:
            while keys := list(islice(listed, _GROUP)):
                yield from readers.map(self._fetch, keys)

    def iter_entries(self) -> Iterator[tuple[str, tuple[TrailEntry, ...]]]:
        """Yield the segments of the chain, from its first entry to its end, as far as each follows from the one before.

        Where one is gone or damaged they go on behind it: whoever took its place for the end would write the next entries a
        second time. ``verify_trail`` tells what is wrong.
        """
        head = TrailHead()
        for segment in self.iter_segments():
            if isinstance(segment, str) or segment.first <= head.sequence or segment.data is None:
                continue
            try:
                entries = parse_entries(segment.data, segment.key)
            except IntegrityError:
                continue
            follows = segment.first > head.sequence + 1 or entries[0].previous == head.hash
            if follows and segment_key(entries) == segment.key:
                head = entries[-1].head
                yield segment.key, entries

    def put_anchor(self, sequence: int, at: datetime, statement: bytes, signature: bytes) -> str:
        """Store a signed statement on the head and return its key; the signature is written first."""
        stem = f"{_ANCHORS}{sequence:012d}-{at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z"
        self._store.put(f"{stem}.p7s", signature, "application/pkcs7-signature", {}, self._lock_time())
        self._store.put(f"{stem}.json", statement, "application/json", {}, self._lock_time())
        return f"{stem}.json"

    def list_anchors(self) -> list[str]:
        """Return the keys of all anchors, the oldest first."""
        return [found.key for found in self._store.list(_ANCHORS) if _ANCHOR_KEY.fullmatch(found.key)]

    def read_anchor(self, key: str) -> StoredAnchor:
        """Return an anchor as it stands in the store."""
        return StoredAnchor(key, self._try_get(key), self._try_get(key.removesuffix(".json") + ".p7s"))

    def _lock_time(self) -> datetime | None:
        return self._now() + self._lock_for if self._lock_for is not None else None

    def _fetch(self, key: str) -> NamedSegment | str:
        named = _SEGMENT_KEY.fullmatch(key)
        if named is None or int(named[1]) != (int(named[2]) - 1) // _GROUP:
            return key
        return NamedSegment(key, int(named[2]), int(named[3]), named[4], self._try_get(key))

    def _try_get(self, key: str) -> bytes | None:
        try:
            return self._store.get(key, max_bytes=_MAX_SEGMENT_BYTES)
        except (NotFoundError, IntegrityError):
            return None


def anchored_sequence(key: str) -> int:
    """Return how many entries of the trail an anchor's key says it covers."""
    return int(key.removeprefix(_ANCHORS)[:12])


def segment_key(entries: Sequence[TrailEntry]) -> str:
    """Return the key under which entries stand."""
    first, last = entries[0].sequence, entries[-1].sequence
    return f"{_SEGMENTS}{(first - 1) // _GROUP:09d}/{first:012d}-{last:012d}-{entries[-1].hash}.jsonl"
