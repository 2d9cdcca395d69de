"""Every file is in exactly one ending, and what catalog and store do not agree on is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dossiers.model import SubmissionState
from dossiers.reconciliation import CatalogSide, Difference, Disagreement, Ending, StoreSide, compare, ending_of

SHA = "ab" * 32
ARCHIVED = CatalogSide(SubmissionState.ARCHIVED, None, 0, 1)
KEPT = StoreSide(has_original=True, state=SubmissionState.ARCHIVED, sightings=0)


def kinds(differences: Sequence[Difference]) -> list[Disagreement]:
    return [difference.kind for difference in differences]


@pytest.mark.parametrize(
    ("state", "code", "ending"),
    [
        (SubmissionState.ARCHIVED, None, Ending.ARCHIVED),
        (SubmissionState.NEEDS_REVIEW, "review.needed", Ending.NEEDS_PERSON),
        (SubmissionState.DUPLICATE, None, Ending.DUPLICATE),
        (SubmissionState.REJECTED, "input.empty", Ending.REJECTED),
        (SubmissionState.RECEIVED, None, Ending.IN_PROGRESS),
        (SubmissionState.FAILED, "storage.unavailable", Ending.IN_PROGRESS),
        (SubmissionState.FAILED, "processing.poisoned", Ending.NEEDS_PERSON),
        (SubmissionState.FAILED, "recognition.failed", Ending.NEEDS_PERSON),
    ],
)
def test_each_state_has_one_ending(state: SubmissionState, code: str | None, ending: Ending) -> None:
    assert ending_of(state, code) is ending


def test_what_agrees_is_not_told() -> None:
    assert compare(SHA, ARCHIVED, KEPT) == ()
    waiting = CatalogSide(SubmissionState.RECEIVED, None, 2, 0)
    assert compare(SHA, waiting, StoreSide(has_original=True, state=None, sightings=0)) == ()
    outage = CatalogSide(SubmissionState.FAILED, "storage.unavailable", 0, 0)
    assert compare(SHA, outage, StoreSide(has_original=False, state=None, sightings=0)) == ()


@pytest.mark.parametrize(
    ("catalog", "store", "expected"),
    [
        (None, KEPT, Disagreement.UNKNOWN_ORIGINAL),
        (ARCHIVED, StoreSide(has_original=False, state=SubmissionState.ARCHIVED, sightings=0), Disagreement.NO_ORIGINAL),
        (ARCHIVED, StoreSide(has_original=True, state=None, sightings=0), Disagreement.NO_RECORD),
        (ARCHIVED, StoreSide(has_original=True, state=SubmissionState.REJECTED, sightings=0), Disagreement.OTHER_STATE),
        (ARCHIVED, StoreSide(has_original=True, state=SubmissionState.ARCHIVED, sightings=1), Disagreement.OTHER_SIGHTINGS),
        (CatalogSide(SubmissionState.ARCHIVED, None, 0, 0), KEPT, Disagreement.NO_DOCUMENT),
        (
            CatalogSide(SubmissionState.RECEIVED, None, 0, 0),
            StoreSide(has_original=False, state=None, sightings=0),
            Disagreement.NO_ORIGINAL,
        ),
    ],
)
def test_each_disagreement_is_named(catalog: CatalogSide | None, store: StoreSide, expected: Disagreement) -> None:
    assert kinds(compare(SHA, catalog, store)) == [expected]
