"""Find what the signed manifest says of a scan's receipt, among the many segments of its day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby

from dossiers.errors import IntegrityError
from dossiers.manifest import ManifestEntry, ManifestError, parse_head, parse_segment
from dossiers.model import Actor
from operations.manifesting import sign_days
from runtime.wiring import House

# The line is written once the bytes stand in the store: later than the receipt by as long as that takes.
_LONGEST_STORING = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class DayManifest:
    """What was written down of a scan on the day it came: the part of the manifest that holds its digest, and that day's head,
    which holds the SHA-256 of the part, with the agency's detached signature."""

    segment: bytes
    head: bytes
    signature: bytes


def find_day_manifest(house: House, scan_sha256: str, received_at: datetime, actor: Actor) -> DayManifest | None:
    """Return what the manifest says of a scan's receipt; None for one that came before there was a manifest.

    A day that is not closed yet is closed as far as it is. Raises IntegrityError when the manifest is not what was written,
    SigningError, StorageUnavailableError and its kin.
    """
    segment = _find_segment(house, scan_sha256, received_at)
    if segment is None:
        return None
    digest = sha256(segment).hexdigest()
    head = _find_head(house, digest)
    if head is None:
        sign_days(house, actor, with_today=True)
        head = _find_head(house, digest)
    if head is None:
        raise IntegrityError(what=scan_sha256, detail="no head of the manifest names the segment that tells of its receipt")
    return DayManifest(segment, *head)


def _find_head(house: House, segment_sha256: str) -> tuple[bytes, bytes] | None:
    for key in reversed(house.manifests.list_heads()):
        statement = house.manifests.read(key)
        try:
            head = parse_head(statement)
        except ManifestError as error:
            raise IntegrityError(what=key, detail=str(error)) from error
        if any(named.sha256 == segment_sha256 for named in head.segments):
            return statement, house.manifests.read_signature(key)
    return None


def _find_segment(house: House, scan_sha256: str, received_at: datetime) -> bytes | None:
    """Look in the writers' segments of the day: a writer's lines are in the order of time, so that few must be read."""
    received_at = received_at.astimezone(UTC)
    until = received_at + _LONGEST_STORING
    for day in sorted({received_at.date(), until.date()}):
        keys = (found.key for _, found in house.manifests.iter_segments(day.isoformat()))
        for _, of_writer in groupby(keys, key=lambda key: key.rpartition("/")[0]):
            for data, entries in _iter_between(list(of_writer), house.manifests.read, received_at, until):
                if any(entry.what.sha256 == scan_sha256 for entry in entries):
                    return data
    return None


def _iter_between(
    keys: list[str], read: Callable[[str], bytes], since: datetime, until: datetime
) -> Iterator[tuple[bytes, tuple[ManifestEntry, ...]]]:
    """Yield one writer's segments of a span of time; the first is found by halving."""
    first = bisect_left(keys, since, key=lambda key: _time_of(_parse(read(key), key)))
    for key in keys[first:]:
        data = read(key)
        entries = _parse(data, key)
        if _time_of(entries) > until:
            return
        yield data, entries


def _parse(data: bytes, key: str) -> tuple[ManifestEntry, ...]:
    try:
        return parse_segment(data)[0]
    except ManifestError as error:
        raise IntegrityError(what=key, detail=str(error)) from error


def _time_of(entries: tuple[ManifestEntry, ...]) -> datetime:
    return datetime.fromisoformat(entries[-1].at)
