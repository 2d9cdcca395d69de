"""Prove the trail: nothing in it was altered, removed, put in another order, or cut off its end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dossiers.errors import IntegrityError
from dossiers.trail import TrailEvent, TrailHead
from dossiers.trail_anchor import Anchor, parse_anchor
from dossiers.trail_check import ChainCheck, TrailFault, TrailProblem
from operations.locking import writing_trail
from operations.statements import judge_statement
from runtime.wiring import House
from storage.trail_store import StoredAnchor

_CATALOG = "catalog"
_ARCHIVE = "archive"
_SCAN_DIGITS = 32


@dataclass(frozen=True, slots=True)
class TrailVerdict:
    """What was found. ``waiting``: entries on this machine that the store has not got yet. ``clock_steps``: entries that are
    older than the one before.

    ``unanchored`` entries came after the newest anchor: of these, the last ones could be cut off by whoever holds the store's
    root key and the catalog.
    """

    head: TrailHead
    entries: int
    anchors: int
    newest_anchor: Anchor | None
    waiting: int
    clock_steps: int
    problems: tuple[TrailProblem, ...]

    @property
    def is_intact(self) -> bool:
        return not self.problems

    @property
    def unanchored(self) -> int:
        return self.head.sequence - (self.newest_anchor.head.sequence if self.newest_anchor is not None else 0)

    def to_json(self) -> dict[str, Any]:
        newest = self.newest_anchor
        return {
            "intact": self.is_intact,
            "entries": self.entries,
            "head": {"sequence": self.head.sequence, "hash": self.head.hash},
            "anchors": self.anchors,
            "newest_anchor": {"sequence": newest.head.sequence, "at": newest.at.isoformat()} if newest is not None else None,
            "unanchored": self.unanchored,
            "waiting": self.waiting,
            "clock_steps": self.clock_steps,
            "problems": [
                {"fault": problem.fault.value, "where": problem.where, "detail": problem.detail} for problem in self.problems
            ],
        }


def verify_trail(house: House, advance: Callable[[], None] = lambda: None) -> TrailVerdict:
    """Read the whole trail and every anchor from the store and check them. ``advance`` is called once a segment.

    Each document that stands in the archive must be told of: so a trail is missed that was taken away with all that knows its
    head. What is wrong is told, not raised. Raises StorageUnavailableError and its kin when the store cannot be read.
    """
    noted = house.catalog.trail.head()  # before the store is read: others may write meanwhile
    untold = {_scan_of(document_id) for document_id in house.archive.list_document_ids()}
    anchors, problems = _read_anchors(house)
    expected = {_CATALOG: noted, **{key: anchor.head for key, anchor in anchors}}
    check = ChainCheck(frozenset(head.sequence for head in expected.values()))
    for segment in house.trail.iter_segments():
        if isinstance(segment, str):
            check.tell_foreign(segment)
        else:
            untold.difference_update(_scan_of(entry.event.subject) for entry in check.take(segment))
        advance()
    for who, head in expected.items():
        check.expect(head, who)
    return TrailVerdict(
        head=check.head,
        entries=check.entries,
        anchors=len(anchors),
        newest_anchor=anchors[-1][1] if anchors else None,
        waiting=house.trail_spool.count(),
        clock_steps=check.clock_steps,
        problems=(*problems, *check.problems, *_miss(untold, _read_spool(house) if untold else ())),
    )


def judge_anchor(house: House, stored: StoredAnchor) -> tuple[Anchor | None, str]:
    """Return an anchor, None when it cannot be read, and what is wrong with it or its signature ("" when nothing is)."""
    if stored.statement is None or stored.signature is None:
        return None, "its statement or its signature is missing"
    try:
        anchor = parse_anchor(stored.statement, stored.key)
    except IntegrityError as error:
        return None, error.facts["detail"]
    verdict = judge_statement(house, stored.statement, stored.signature)
    if verdict.is_genuine:
        return anchor, ""
    if not (verdict.is_intact and verdict.is_valid):
        return None, verdict.problem or "its signature does not hold"
    return anchor, verdict.problem or f"its signer ({verdict.signer}) is not trusted"


def _read_anchors(house: House) -> tuple[list[tuple[str, Anchor]], list[TrailProblem]]:
    """Return the anchors that say something, the oldest first, and what is wrong with any of them."""
    anchors: list[tuple[str, Anchor]] = []
    problems: list[TrailProblem] = []
    before = ""
    for key in house.trail.list_anchors():
        stored = house.trail.read_anchor(key)
        anchor, fault = judge_anchor(house, stored)
        if fault:
            problems.append(TrailProblem(TrailFault.ANCHOR, key, fault))
        if anchor is None:
            continue
        if anchors and anchor.previous != before:
            problems.append(TrailProblem(TrailFault.ANCHOR, key, "it does not follow the anchor before it"))
        before = hashlib.sha256(stored.statement or b"").hexdigest()
        anchors.append((key, anchor))
    return anchors, problems


def _scan_of(subject: str) -> str:
    """Return the beginning of the digest of the scan that a subject is about: its digest, or the id of a document of it."""
    return subject.rpartition("-")[2][:_SCAN_DIGITS]


def _read_spool(house: House) -> tuple[TrailEvent, ...]:
    with writing_trail(house):
        return house.trail_spool.read().events


def _miss(untold: set[str], waiting: Iterable[TrailEvent]) -> list[TrailProblem]:
    """Tell of scans whose documents are archived and of which no entry tells: one is written before they are stored."""
    missed = untold.difference(_scan_of(event.subject) for event in waiting)
    if not missed:
        return []
    detail = (
        f"no entry tells of {len(missed)} scans whose documents are archived, such as {min(missed)}…: "
        "taken away, or waiting on another machine"
    )
    return [TrailProblem(TrailFault.REMOVED, _ARCHIVE, detail)]


def age_of(anchor: Anchor, now: datetime | None = None) -> int:
    """Return how many whole days old an anchor is."""
    return ((now or datetime.now(UTC)) - anchor.at).days
