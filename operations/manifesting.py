"""Close the days of the manifest with the agency's signature, and verify all that was closed."""

from __future__ import annotations

from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from operations.locking import handling_dossier
from operations.statements import judge_statement, sign_statement
from operations.trail import record_event
from runtime.wiring import House

_LOCK = "manifest heads"
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


def sign_days(house: House, actor: Actor, *, with_today: bool = False) -> tuple[Head, ...]:
    """Close every day that is over (UTC) and has segments which no head names yet; return the new heads.

    A segment that comes late, from a machine whose clock was behind, gets a further head of its day. Raises IntegrityError when
    a segment is damaged: what is not whole is not signed. Raises SigningError, StorageUnavailableError and their kin.
    """
    signed: list[Head] = []
    with handling_dossier(house, _LOCK):
        heads = _read_heads(house)
        named = {segment.key for head, _ in heads for segment in head.segments}
        index, previous = len(heads), heads[-1][1] if heads else START
        today = datetime.now(UTC).date().isoformat()
        for day in house.manifests.list_days():
            if day > today or (day == today and not with_today):
                continue
            found = [(segment.key, segment) for _, segment in house.manifests.iter_segments(day)]
            if all(key in named for key, _ in found):
                continue
            segments = tuple(_summarize(house, key) for key, _ in found)
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


def verify_heads(house: House, digests: dict[str, str]) -> tuple[int, list[ManifestFault]]:
    """Verify every head: its form, its place in the chain, its signature, and the segments that it names.

    ``digests`` are those of the segments that stand there, by their keys. Returns how many heads there are, and the faults.
    """
    faults: list[ManifestFault] = []
    heads: list[tuple[Head, str]] = []
    named: set[str] = set()
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
        heads.append((head, sha256(statement).hexdigest()))
        for segment in head.segments:
            if segment.key not in named and digests.get(segment.key) != segment.sha256:
                what = "missing" if segment.key not in digests else "not what was signed"
                faults.append(ManifestFault(segment.key, f"it is {what} (head {head.index})", segment.sha256))
            named.add(segment.key)
    try:
        check_heads(heads)
    except ManifestError as error:
        faults.append(ManifestFault("heads", str(error)))
    return len(keys), faults


def _read_heads(house: House) -> list[tuple[Head, str]]:
    heads: list[tuple[Head, str]] = []
    for key in house.manifests.list_heads():
        statement = house.manifests.read(key)
        try:
            heads.append((parse_head(statement), sha256(statement).hexdigest()))
            check_heads(heads)
        except ManifestError as error:
            raise IntegrityError(what=key, detail=str(error)) from error
    return heads


def _summarize(house: House, key: str) -> SegmentSummary:
    data = house.manifests.read(key)
    try:
        entries, _ = parse_segment(data)
    except ManifestError as error:
        raise IntegrityError(what=key, detail=str(error)) from error
    return SegmentSummary(key, sha256(data).hexdigest(), len(entries))


def iter_new_segments(house: House, known: Container[str], since: date) -> Iterator[SegmentFound]:
    """Yield every whole segment from a day on that is not among the known keys, without holding it against others."""
    for number in range((datetime.now(UTC).date() - since).days + 2):
        day = (since + timedelta(days=number)).isoformat()
        for _, found in house.manifests.iter_segments(day):
            segment = _read_segment(house, found.key) if found.key not in known else None
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
