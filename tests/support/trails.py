"""Small trails for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from dossiers.trail import TrailAction, TrailEntry, TrailEvent, TrailHead, dump_entries, extend
from dossiers.trail_check import NamedSegment
from storage.trail_store import segment_key

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
