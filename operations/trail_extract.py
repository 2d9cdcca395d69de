"""Cut out of the trail what concerns one document, so that a stranger can follow each entry to a signed anchor.

Of the entries between it and the anchor only the digests of their contents are told, which says nothing of what they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from dossiers.errors import IntegrityError
from dossiers.trail import TrailHead
from dossiers.trail_anchor import Anchor
from operations.trail_verifying import judge_anchor
from runtime.wiring import House
from storage.trail_store import StoredAnchor, anchored_sequence


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the chain: where it begins, its steps, and the anchor that it leads to.

    A step is the content of an entry that is told, the digest of the content of any other: of these there are many.
    """

    before: TrailHead
    steps: tuple[dict[str, Any] | str, ...]
    anchor: StoredAnchor

    def to_json(self, anchor_name: str) -> dict[str, Any]:
        """Return the span with the contents of what is told, and the digests of the rest."""
        return {
            "before": {"sequence": self.before.sequence, "hash": self.before.hash},
            "steps": list(self.steps),
            "anchor": anchor_name,
        }


def extract_spans(house: House, subjects: Collection[str]) -> list[Span]:
    """Return the spans that hold every entry on these subjects up to the newest anchor.

    Raises IntegrityError when the chain does not lead to an anchor, NotFoundError when a segment is gone.
    """
    wanted = sorted({place.sequence for subject in subjects for place in house.catalog.trail.find(subject=subject)})
    spans: list[Span] = []
    for key in house.trail.list_anchors():
        if not wanted:
            break
        if anchored_sequence(key) < wanted[0]:
            continue
        stored = house.trail.read_anchor(key)
        anchor, fault = judge_anchor(house, stored)
        mine = [sequence for sequence in wanted if anchor is not None and sequence <= anchor.head.sequence]
        if anchor is not None and not fault and mine:
            spans.append(_cut(house, mine, anchor, stored))
            wanted = wanted[len(mine) :]
    return spans


def _cut(house: House, told: Sequence[int], anchor: Anchor, stored: StoredAnchor) -> Span:
    first, last = told[0], anchor.head.sequence
    wanted, before = frozenset(told), TrailHead()
    head, steps = before, list[dict[str, Any] | str]()
    for key in house.catalog.trail.list_segments(first, last):
        for entry in house.trail.read(key):
            if not first <= entry.sequence <= last:
                continue
            if not steps:
                before = head = TrailHead(first - 1, entry.previous)
            if (entry.sequence, entry.previous) != (head.sequence + 1, head.hash):
                raise _breaks(first, last, stored)
            head = entry.head
            steps.append(entry.to_json()["content"] if entry.sequence in wanted else entry.content_sha256)
    if head != anchor.head:
        raise _breaks(first, last, stored)
    return Span(before, tuple(steps), stored)


def _breaks(first: int, last: int, stored: StoredAnchor) -> IntegrityError:
    return IntegrityError(what="the trail", detail=f"entries {first} to {last} do not lead to {stored.key}")
