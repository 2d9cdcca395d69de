"""Prove a trail: go through its segments in order and tell what does not follow from what came before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dossiers.errors import IntegrityError
from dossiers.trail import TrailEntry, TrailHead, parse_entries

# Machines' clocks differ a little and entries wait a little; an entry that is older by more than this is worth a remark.
_CLOCK_TOLERANCE = timedelta(seconds=5)
MAX_PROBLEMS = 1000


class TrailFault(StrEnum):
    """What can be wrong with a trail."""

    ALTERED = "altered"
    REMOVED = "removed"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    ANCHOR = "anchor"


FAULTS_VI: dict[TrailFault, str] = {
    TrailFault.ALTERED: "bị sửa",
    TrailFault.REMOVED: "bị gỡ bỏ",
    TrailFault.REORDERED: "bị đổi thứ tự",
    TrailFault.DUPLICATED: "bị lặp, rẽ nhánh",
    TrailFault.TRUNCATED: "bị cắt phần cuối",
    TrailFault.FOREIGN: "vật lạ",
    TrailFault.ANCHOR: "neo ký không hợp lệ",
}
"""What an auditor reads for a fault; names in JSON stay as they are."""


@dataclass(frozen=True, slots=True)
class TrailProblem:
    """One thing that is wrong, and where."""

    fault: TrailFault
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class NamedSegment:
    """A segment as it stands in the store: its key, and the first and last sequence and the last hash that the key promises.

    ``data`` is None when the store does not give it.
    """

    key: str
    first: int
    last: int
    last_hash: str
    data: bytes | None


@dataclass(slots=True)
class ChainCheck:
    """Takes segments in the order of their keys. ``wanted`` are the sequences whose hashes somebody will ask for."""

    wanted: frozenset[int] = frozenset()
    head: TrailHead = field(default_factory=TrailHead)
    entries: int = 0
    clock_steps: int = 0
    problems: list[TrailProblem] = field(default_factory=list)
    hashes: dict[int, set[str]] = field(default_factory=dict)
    _tips: dict[int, set[str]] = field(default_factory=lambda: {0: {TrailHead().hash}})
    _last_at: datetime | None = None

    def take(self, segment: NamedSegment) -> tuple[TrailEntry, ...]:
        """Check the next segment and return its entries, none when it cannot be read."""
        self._place(segment)
        try:
            entries = parse_entries(segment.data or b"", segment.key)
        except IntegrityError as error:
            self._tell(TrailFault.ALTERED, segment.key, error.facts["detail"])
            entries = ()
        if entries:
            self._compare(segment, entries)
            self._note(entries)
        self._advance(TrailHead(segment.last, segment.last_hash))  # what the key promises: so one fault is told once
        return entries

    def tell_foreign(self, key: str) -> None:
        """Note an object among the segments that is none."""
        self._tell(TrailFault.FOREIGN, key, "not a segment of the trail")

    def expect(self, head: TrailHead, who: str) -> None:
        """Check, after the last segment, that the chain holds a head that ``who`` knows. Its sequence must be in ``wanted``."""
        if head.sequence > self.head.sequence:
            missing = f"{who} knows {head.sequence} entries, the store has {self.head.sequence}"
            self._tell(TrailFault.TRUNCATED, who, missing)
        elif head.sequence and head.hash not in self.hashes.get(head.sequence, ()):
            self._tell(TrailFault.ALTERED, who, f"entry {head.sequence} is not the one that {who} knows")

    def _place(self, segment: NamedSegment) -> None:
        """Check the segment's place, whatever is in it."""
        if segment.first > self.head.sequence + 1:
            gap = f"entries {self.head.sequence + 1} to {segment.first - 1} are missing before it"
            self._tell(TrailFault.REMOVED, segment.key, gap)
        elif segment.first <= self.head.sequence:
            self._tell(TrailFault.DUPLICATED, segment.key, f"a second entry {segment.first}: the chain parts here")

    def _compare(self, segment: NamedSegment, entries: Sequence[TrailEntry]) -> None:
        """Check that the segment holds what its key promises, and follows what came before."""
        first, last = entries[0], entries[-1]
        if first.sequence != segment.first:
            self._tell(TrailFault.REORDERED, segment.key, f"entry {first.sequence} stands in the place of {segment.first}")
        if (last.sequence, last.hash) != (segment.last, segment.last_hash):
            self._tell(TrailFault.ALTERED, segment.key, "its last entry is not the one in its key")
        known = self._tips.get(first.sequence - 1)
        if known is not None and first.previous not in known:
            self._tell(TrailFault.ALTERED, segment.key, f"entry {first.sequence} does not follow the entry before it")

    def _note(self, entries: Sequence[TrailEntry]) -> None:
        self.entries += len(entries)
        for entry in entries:
            if entry.sequence in self.wanted:
                self.hashes.setdefault(entry.sequence, set()).add(entry.hash)
            if self._last_at is not None and entry.event.at < self._last_at - _CLOCK_TOLERANCE:
                self.clock_steps += 1
            self._last_at = entry.event.at

    def _advance(self, head: TrailHead) -> None:
        if head.sequence > self.head.sequence:
            self.head = head
        self._tips.setdefault(head.sequence, set()).add(head.hash)
        while len(self._tips) > 64:  # a chain may part and grow for a while on both sides
            del self._tips[min(self._tips)]

    def _tell(self, fault: TrailFault, where: str, detail: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(TrailProblem(fault, where, detail))


def check_chain(segments: Iterable[NamedSegment], expected: Mapping[str, TrailHead]) -> ChainCheck:
    """Check a whole trail, and that it holds the heads that somebody knows (a name for each)."""
    check = ChainCheck(frozenset(head.sequence for head in expected.values()))
    for segment in segments:
        check.take(segment)
    for who, head in expected.items():
        check.expect(head, who)
    return check
