"""Small trails for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from minio import Minio

from dossiers.model import Actor
from dossiers.trail import TrailAction, TrailEntry, TrailEvent, TrailHead, dump_entries, extend
from dossiers.trail_check import NamedSegment, TrailFault
from operations.trail import record_event
from operations.trail_verifying import TrailVerdict
from runtime.wiring import House
from storage.trail_store import segment_key
from tests.support.minio_server import S3TestServer

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa")
BEGUN_AT = datetime(2026, 10, 8, 1, 30, tzinfo=UTC)


def make_events(count: int, first: int = 0) -> list[TrailEvent]:
    """Return events, a minute apart."""
    return [
        TrailEvent(
            event_id=f"{number:032x}",
            at=BEGUN_AT + timedelta(minutes=number),
            machine="counter-1",
            actor="clerk-1",
            unit="Bộ phận Một cửa",
            purpose="cấp bản sao",
            action=TrailAction.READ,
            subject=f"p0001-0002-{number:032x}",
            details={"pages": number, "text": True, "documents": ["a", "b"]},
        )
        for number in range(first, first + count)
    ]


def make_chain(sizes: Sequence[int]) -> list[tuple[TrailEntry, ...]]:
    """Return segments of so many entries each, one chain."""
    segments: list[tuple[TrailEntry, ...]] = []
    head = TrailHead()
    for size in sizes:
        segments.append(extend(head, make_events(size, head.sequence)))
        head = segments[-1][-1].head
    return segments


def name_segments(segments: Iterable[tuple[TrailEntry, ...]]) -> list[NamedSegment]:
    """Return segments as they would stand in the store."""
    return [
        NamedSegment(segment_key(entries), entries[0].sequence, entries[-1].sequence, entries[-1].hash, dump_entries(entries))
        for entries in segments
    ]


def record_events(house: House, count: int, name: str = "event") -> None:
    """Let a house write so many entries."""
    for number in range(count):
        record_event(house, CLERK, TrailAction.READ, f"{name}-{number}")


def subjects(house: House) -> list[str]:
    """Return what the entries in the store are about, in order."""
    return [entry.event.subject for _, entries in house.trail.iter_entries() for entry in entries]


def faults(verdict: TrailVerdict) -> set[TrailFault]:
    """Return the kinds of what a verification found."""
    return {problem.fault for problem in verdict.problems}


def root_client(server: S3TestServer) -> Minio:
    """Return a client that may do anything, as one who meddles."""
    return Minio(server.endpoint, server.access_key, server.secret_key, secure=False)


def keys_in(house: House) -> list[str]:
    """Return the keys of the segments in the store."""
    return [segment if isinstance(segment, str) else segment.key for segment in house.trail.iter_segments()]
