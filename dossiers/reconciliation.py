"""Where every file ended, and what does not agree: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dossiers.dispatching import RETRYABLE
from dossiers.model import SubmissionState


class Ending(StrEnum):
    """Where a file stands for the one who must answer for it. Every file ever seen is in exactly one of these.

    ``IN_PARTS``: a long scan that was parted or collated; each of its parts is a file with an ending of its own.
    ``DESTROYED``: destroyed after its retention; the catalog knows it no more, the store keeps a tombstone.
    """

    ARCHIVED = "archived"
    NEEDS_PERSON = "needs_person"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    IN_PARTS = "in_parts"
    IN_PROGRESS = "in_progress"
    DESTROYED = "destroyed"


class Disagreement(StrEnum):
    """What may not be."""

    NO_ORIGINAL = "no_original"
    UNKNOWN_ORIGINAL = "unknown_original"
    NO_RECORD = "no_record"
    OTHER_STATE = "other_state"
    OTHER_SIGHTINGS = "other_sightings"
    NO_DOCUMENT = "no_document"
    NO_PART = "no_part"
    LOST_DOCUMENT = "lost_document"
    UNKNOWN_DOCUMENT = "unknown_document"
    DAMAGED_RECORD = "damaged_record"


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement of catalog and object store about a file or a document."""

    kind: Disagreement
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class CatalogSide:
    """What the catalog says of a submission; ``sightings`` and ``documents`` are counts."""

    state: SubmissionState
    error_code: str | None
    sightings: int
    documents: int


@dataclass(frozen=True, slots=True)
class StoreSide:
    """What the object store says of it. ``state`` is None when there is no record."""

    has_original: bool
    state: SubmissionState | None
    sightings: int


_ENDINGS: Mapping[SubmissionState, Ending] = {
    SubmissionState.ARCHIVED: Ending.ARCHIVED,
    SubmissionState.NEEDS_REVIEW: Ending.NEEDS_PERSON,
    SubmissionState.DUPLICATE: Ending.DUPLICATE,
    SubmissionState.REJECTED: Ending.REJECTED,
    SubmissionState.REARRANGED: Ending.IN_PARTS,
    SubmissionState.RECEIVED: Ending.IN_PROGRESS,
}
_STORED = (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW)


def ending_of(state: SubmissionState, error_code: str | None) -> Ending:
    """Return where a file stands; one that failed is in progress while it is tried again by itself, else a person's."""
    if state is SubmissionState.FAILED:
        return Ending.IN_PROGRESS if error_code in RETRYABLE else Ending.NEEDS_PERSON
    return _ENDINGS[state]


def compare(sha256: str, catalog: CatalogSide | None, store: StoreSide) -> tuple[Difference, ...]:
    """Return what catalog and store do not agree on about one scan.

    A submission that is not at its end may be ahead of its record: the store may have been what failed.
    """
    if catalog is None:
        return (Difference(Disagreement.UNKNOWN_ORIGINAL, sha256, "its bytes are kept, but no submission says so"),)
    found: list[Difference] = []
    is_settled = catalog.state in (*_STORED, SubmissionState.REJECTED, SubmissionState.REARRANGED)
    if not store.has_original and (is_settled or catalog.state is SubmissionState.RECEIVED):
        found.append(Difference(Disagreement.NO_ORIGINAL, sha256, f"{catalog.state.value}, but its bytes are not in the store"))
    if is_settled and store.state is None:
        found.append(Difference(Disagreement.NO_RECORD, sha256, f"{catalog.state.value}, but the store has no record of it"))
    elif is_settled and store.state is not catalog.state:
        found.append(Difference(Disagreement.OTHER_STATE, sha256, f"catalog {catalog.state.value}, store {store.state}"))
    if is_settled and store.state is not None and store.sightings != catalog.sightings:
        detail = f"seen again {catalog.sightings} times by the catalog, {store.sightings} by the store"
        found.append(Difference(Disagreement.OTHER_SIGHTINGS, sha256, detail))
    if catalog.state in _STORED and not catalog.documents:
        found.append(Difference(Disagreement.NO_DOCUMENT, sha256, f"{catalog.state.value}, but it has no document"))
    return tuple(found)
