"""Cut out of the trail what concerns one document, so that a stranger can follow each entry to a signed anchor.

Of the entries between it and the anchor only the digests of their contents are told, which says nothing of what they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dossiers.errors import IntegrityError
from dossiers.trail import TrailEntry, TrailHead
from dossiers.trail_anchor import Anchor
from operations.trail_verifying import judge_anchor
from runtime.wiring import House
from storage.trail_store import StoredAnchor


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the chain: where it begins, its entries, which of them are told, and the anchor that it leads to."""

    before: TrailHead
    entries: tuple[TrailEntry, ...]
    told: frozenset[int]
    anchor: StoredAnchor

    def to_json(self, anchor_name: str) -> dict[str, Any]:
        """Return the span with the contents of what is told, and the digests of the rest."""
        return {
            "before": {"sequence": self.before.sequence, "hash": self.before.hash},
            "steps": [
                entry.to_json()["content"] if entry.sequence in self.told else entry.content_sha256 for entry in self.entries
            ],
            "anchor": anchor_name,
        }


def extract_spans(house: House, subjects: Collection[str]) -> list[Span]:
    """Return the spans that hold every entry on these subjects up to the newest anchor.

    Raises IntegrityError when the chain does not lead to an anchor, NotFoundError when a segment is gone.
    """
    wanted = sorted({place.sequence for subject in subjects for place in house.catalog.trail.find(subject=subject)})
    spans: list[Span] = []
    for anchor, stored in _list_genuine_anchors(house):
        mine = [sequence for sequence in wanted if sequence <= anchor.head.sequence]
        if mine:
            spans.append(_cut(house, mine, anchor, stored))
            wanted = wanted[len(mine) :]
    return spans


def _list_genuine_anchors(house: House) -> Iterator[tuple[Anchor, StoredAnchor]]:
    for key in house.trail.list_anchors():
        stored = house.trail.read_anchor(key)
        anchor, fault = judge_anchor(stored, house.trust_roots)
        if anchor is not None and not fault:
            yield anchor, stored


def _cut(house: House, told: Sequence[int], anchor: Anchor, stored: StoredAnchor) -> Span:
    first, last = told[0], anchor.head.sequence
    segments = (house.trail.read(key) for key in house.catalog.trail.list_segments(first, last))
    entries = tuple(entry for segment in segments for entry in segment if first <= entry.sequence <= last)
    if [entry.sequence for entry in entries] != list(range(first, last + 1)) or entries[-1].head != anchor.head:
        raise IntegrityError(what="the trail", detail=f"entries {first} to {last} do not lead to {stored.key}")
    return Span(TrailHead(first - 1, entries[0].previous), entries, frozenset(told), stored)
