"""The manifest: what the digests were when things came in, so that any later change shows. Pure.

A **segment** is a few lines of JSON that one writer (a process) wrote at once; it is never written again. Each line has its
number, the hash of the line before it in that writer's day, and its own hash, so that writers need not wait for each other
and every change of a byte, and every line or segment left out of the middle, shows by itself. A **head** closes a day: it
names every segment with its digest and the head before it, and is signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

START = "0" * 64
"""What stands for the hash before a writer's first line of a day, and before the first head."""


class EntryKind(StrEnum):
    """Why a line was written: the version was stored, met later without a line, put back from the second copy, or destroyed."""

    STORED = "stored"
    ADOPTED = "adopted"
    HEALED = "healed"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Digested:
    """One version of one object and its digest (SHA-256, hex). ``replaces`` is the version in whose place it was put."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    size_bytes: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One line: ``number`` counts from 1 in a writer's day, ``at`` is ISO 8601 in UTC."""

    number: int
    at: str
    kind: EntryKind
    what: Digested
    previous: str


class ManifestError(ValueError):
    """A segment or a head is not what was written."""


@dataclass(frozen=True, slots=True)
class SegmentSummary:
    """What a head says of a segment: its key, digest and number of lines."""

    key: str
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class Head:
    """A closed day. ``index`` counts all heads from 1, ``previous`` is the digest of the one before. A day may have several."""

    index: int
    day: str
    signed_at: str
    previous: str
    segments: tuple[SegmentSummary, ...]


def dump_entries(entries: Iterable[tuple[EntryKind, Digested]], at: str, number: int, previous: str) -> tuple[bytes, int, str]:
    """Return the lines of a segment, the number of its last line, and the hash of that."""
    lines = []
    for kind, what in entries:
        number += 1
        line = _dump({"number": number, "at": at, "kind": kind.value, **asdict(what), "previous": previous})
        previous = sha256(line).hexdigest()
        lines.append(line[:-1] + f',"hash":"{previous}"}}\n'.encode())
    return b"".join(lines), number, previous


def parse_segment(data: bytes) -> tuple[tuple[ManifestEntry, ...], str]:
    """Return the lines of a segment and the hash of the last. Raises ManifestError for whatever no writer wrote."""
    entries: list[ManifestEntry] = []
    last = ""
    for line in data.splitlines(keepends=True):
        entry, own = _parse_line(line)
        if entries and (entry.number != entries[-1].number + 1 or entry.previous != last):
            raise ManifestError(f"line {entry.number} does not follow the one before it")
        entries.append(entry)
        last = own
    if not entries:
        raise ManifestError("no lines")
    return tuple(entries), last


def check_follows(entries: Sequence[ManifestEntry], number: int, previous: str) -> None:
    """Hold a segment against the last line before it, 0 and ``START`` for none. Raises ManifestError when lines are missing."""
    if entries[0].number != number + 1 or entries[0].previous != previous:
        raise ManifestError(f"lines are missing before line {entries[0].number}")


def dump_head(head: Head) -> bytes:
    """Return the one form of a head, as it is signed."""
    return _dump(asdict(head)) + b"\n"


def parse_head(data: bytes) -> Head:
    """Read a head back. Raises ManifestError for whatever is not its one form."""
    try:
        found = json.loads(data)
        segments = tuple(SegmentSummary(**one) for one in found.pop("segments"))
        head = Head(segments=segments, **found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestError("a damaged head") from error
    if dump_head(head) != data:
        raise ManifestError("a head in another form")
    return head


def check_heads(heads: Sequence[tuple[Head, str]]) -> None:
    """Hold all heads, each with the digest of its bytes, against each other. Raises ManifestError when one is missing."""
    previous = START
    for index, (head, digest) in enumerate(heads, start=1):
        if head.index != index or head.previous != previous:
            raise ManifestError(f"a head is missing before head {head.index}")
        previous = digest


def _parse_line(line: bytes) -> tuple[ManifestEntry, str]:
    try:
        found = json.loads(line)
        own = found.pop("hash")
        plain = _dump(found)
        entry = ManifestEntry(
            number=found.pop("number"),
            at=found.pop("at"),
            kind=EntryKind(found.pop("kind")),
            previous=found.pop("previous"),
            what=Digested(**found),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestError("a damaged line") from error
    if sha256(plain).hexdigest() != own or plain[:-1] + f',"hash":"{own}"}}\n'.encode() != line:
        raise ManifestError(f"line {entry.number} is not what was written")
    return entry, own


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
