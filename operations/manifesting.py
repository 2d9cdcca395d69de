"""Close the days of the manifest with the agency's signature, and verify all that was closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby, islice
from operator import itemgetter

from dossiers.errors import IntegrityError, NotFoundError, StorageUnavailableError
from dossiers.manifest import (
    START,
    Head,
    ManifestEntry,
    ManifestError,
    SegmentSummary,
    check_follows,
    check_heads,
    dump_head,
    parse_head,
    parse_segment,
)
from dossiers.model import Actor
from dossiers.trail import TrailAction
from operations.locking import acting_alone
from operations.statements import judge_statement, sign_statement
from operations.trail import record_event
from runtime.wiring import House

_LATE = timedelta(days=7)
"""So long after the newest closed day a line may still come for an older one; S3 servers refuse clocks that far behind."""
_READERS = 4
_PIECE = 256


@dataclass(frozen=True, slots=True)
class ManifestFault:
    """Something about the manifest that is not as it was written. ``key`` names the segment, head or day."""

    key: str
    detail: str
    expected_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class SegmentFound:
    """A segment that was read: its lines, or what is wrong with it."""

    key: str
    sha256: str
    entries: tuple[ManifestEntry, ...]
    last: str
    size_bytes: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _ClosedDay:
    """A head without its segments, of which a province has very many. ``digest`` is that of the head's bytes."""

    key: str
    index: int
    day: date
    previous: str
    digest: str


def sign_days(house: House, actor: Actor, *, with_today: bool = False) -> tuple[Head, ...]:
    """Close every day that is over (UTC) and has segments which no head names yet; return the new heads.

    A segment that comes late, from a machine whose clock was behind, gets a further head of its day. Raises IntegrityError when
    a segment is damaged: what is not whole is not signed. Raises SigningError, StorageUnavailableError and their kin.
    """
    signed: list[Head] = []
    with acting_alone(house, "manifest"):
        closed = _read_recent_heads(house)
        index, previous = (closed[-1].index, closed[-1].digest) if closed else (0, START)
        for day in _list_open_days(house, closed, with_today=with_today):
            found = [segment.key for _, segment in house.manifests.iter_segments(day)]
            if not set(found) - _list_named(house, closed, day):
                continue
            segments = tuple(_summarize(house, key) for key in found)
            index += 1
            head = Head(index, day, datetime.now(UTC).isoformat(), previous, segments)
            statement = dump_head(head)
            digest = sha256(statement).hexdigest()
            record_event(house, actor, TrailAction.SIGN, f"manifest {day}", {"index": index, "sha256": digest})
            house.manifests.keep_head(index, statement, sign_statement(house, statement))
            previous = digest
            signed.append(head)
    return tuple(signed)


def iter_segments_found(house: House, faults: list[ManifestFault]) -> Iterator[SegmentFound]:
    """Yield every whole segment of every day; tell ``faults`` of damage, and of segments that are missing between others."""
    for _, group in groupby(_read_segments(house), key=itemgetter(0, 1)):
        before: tuple[int, str] | None = (0, START)
        for _, _, segment in group:
            if segment.fault:
                faults.append(ManifestFault(segment.key, segment.fault))
                before = None  # what follows a damaged segment cannot be held against it
                continue
            try:
                if before is not None:
                    check_follows(segment.entries, *before)
            except ManifestError as error:
                faults.append(ManifestFault(segment.key, str(error)))
            before = segment.entries[-1].number, segment.last
            yield segment


def verify_heads(house: House, digest_of: Callable[[str], str | None]) -> tuple[int, list[ManifestFault]]:
    """Verify every head: its form, its place in the chain, its signature, and the segments that it names.

    ``digest_of`` gives that of a segment by its key, None when it does not stand there. Returns how many heads there are, and
    the faults.
    """
    faults: list[ManifestFault] = []
    heads: list[tuple[Head, str]] = []
    told: set[str] = set()
    keys = house.manifests.list_heads()
    for key in keys:
        try:
            statement = house.manifests.read(key)
            head = parse_head(statement)
            verdict = judge_statement(house, statement, house.manifests.read_signature(key))
        except (ManifestError, IntegrityError, NotFoundError, StorageUnavailableError) as error:
            faults.append(ManifestFault(key, f"it cannot be verified: {error}"))
            continue
        if not verdict.is_genuine:
            faults.append(ManifestFault(key, f"its signature is not genuine: {verdict.problem or 'changed or not trusted'}"))
        heads.append((replace(head, segments=()), sha256(statement).hexdigest()))
        for segment in head.segments:
            found = digest_of(segment.key)
            if found != segment.sha256 and segment.key not in told:
                what = "missing" if found is None else "not what was signed"
                faults.append(ManifestFault(segment.key, f"it is {what} (head {head.index})", segment.sha256))
                told.add(segment.key)
    try:
        check_heads(heads)
    except ManifestError as error:
        faults.append(ManifestFault("heads", str(error)))
    return len(keys), faults


def _read_recent_heads(house: House) -> list[_ClosedDay]:
    """Return the newest heads, the oldest first, back to the first whose day is long closed; an audit verifies all."""
    recent: list[_ClosedDay] = []
    keys = house.manifests.list_heads()
    for index in range(len(keys), 0, -1):
        key = keys[index - 1]
        statement = house.manifests.read(key)
        try:
            head = parse_head(statement)
        except ManifestError as error:
            raise IntegrityError(what=key, detail=str(error)) from error
        digest = sha256(statement).hexdigest()
        if head.index != index or (recent and recent[-1].previous != digest):
            raise IntegrityError(what=key, detail=f"a head is missing before or behind head {head.index}")
        recent.append(_ClosedDay(key, index, date.fromisoformat(head.day), head.previous, digest))
        if recent[-1].day < max(one.day for one in recent) - _LATE:
            break
    return recent[::-1]


def _list_open_days(house: House, closed: Sequence[_ClosedDay], *, with_today: bool) -> Iterator[str]:
    """Yield the days that may have segments which no head names yet."""
    if closed:
        day = max(one.day for one in closed) - _LATE
    else:
        first = next(house.manifests.iter_segments(), None)
        if first is None:
            return
        day = date.fromisoformat(first[0])
    last = datetime.now(UTC).date() - timedelta(days=0 if with_today else 1)
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _list_named(house: House, closed: Sequence[_ClosedDay], day: str) -> set[str]:
    keys = [one.key for one in closed if one.day.isoformat() == day]
    return {segment.key for key in keys for segment in parse_head(house.manifests.read(key)).segments}


def _summarize(house: House, key: str) -> SegmentSummary:
    data = house.manifests.read(key)
    try:
        entries, _ = parse_segment(data)
    except ManifestError as error:
        raise IntegrityError(what=key, detail=str(error)) from error
    return SegmentSummary(key, sha256(data).hexdigest(), len(entries))


def iter_new_segments(house: House, is_known: Callable[[str], bool], since: date) -> Iterator[SegmentFound]:
    """Yield every whole segment from a day on that is not known by its key, without holding it against others."""
    for number in range((datetime.now(UTC).date() - since).days + 2):
        day = (since + timedelta(days=number)).isoformat()
        for _, found in house.manifests.iter_segments(day):
            segment = _read_segment(house, found.key) if not is_known(found.key) else None
            if segment is not None and not segment.fault:
                yield segment


def _read_segments(house: House) -> Iterator[tuple[str, str, SegmentFound]]:
    """Yield day, writer and segment in order, read ahead by several threads: they are many and small."""
    listed = house.manifests.iter_segments()
    with ThreadPoolExecutor(_READERS) as pool:
        while piece := list(islice(listed, _PIECE)):
            read = pool.map(lambda one: _read_segment(house, one[1].key), piece)
            for (day, found), segment in zip(piece, read, strict=True):
                yield day, found.key.split("/")[-2], segment


def _read_segment(house: House, key: str) -> SegmentFound:
    try:
        data = house.manifests.read(key)
        entries, last = parse_segment(data)
    except (ManifestError, IntegrityError, NotFoundError, StorageUnavailableError) as error:
        house.archive.documents.check()  # raises when the store itself is away
        return SegmentFound(key, "", (), "", 0, f"it cannot be read as it was written: {error}")
    return SegmentFound(key, sha256(data).hexdigest(), entries, last, len(data))
