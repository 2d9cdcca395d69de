"""Progress counts dossiers, and only what a person need not look at any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog import Catalog
from dossiers.model import CatalogEntry, DocumentRole, Outcome, SubmissionState
from dossiers.targets import load_target_sets
from tests.unit.catalog.examples import CLERK, MOMENT, make_entry

COMPONENT, RESULT = DocumentRole.COMPONENT, DocumentRole.RESULT
FIRST, SECOND = "H15.50.05.13", "H15.50.05.14"


def make(
    counter: str, sequence: int, role: DocumentRole, state: Outcome = Outcome.ARCHIVED, days_ago: int = 0, copy: int = 0
) -> CatalogEntry:
    return make_entry(
        f"{counter}-{sequence}-{role}-{copy}",
        dossier_number=f"{counter}-261008-{sequence:04}",
        role=role,
        state=state,
        archived_at=MOMENT - timedelta(days=days_ago),
    )


def digitize(catalog: Catalog, counter: str, sequences: range, days_ago: int = 0) -> None:
    for sequence in sequences:
        catalog.documents.upsert(
            make(counter, sequence, COMPONENT, days_ago=days_ago), make(counter, sequence, RESULT, days_ago=days_ago)
        )


def test_nothing_seen_is_not_applicable(catalog: Catalog) -> None:
    report = catalog.progress(now=MOMENT)
    assert (report.total.seen, report.total.rate_percent, report.total.points, report.total.gap) == (0, None, None, 0)
    assert report.counters == ()
    assert report.pace.reach_on is None
    assert report.pace.reason_en


def test_a_dossier_counts_with_a_component_and_a_result(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 3))
    catalog.documents.upsert(make(FIRST, 3, COMPONENT), make(FIRST, 4, RESULT), make(SECOND, 1, COMPONENT))
    report = catalog.progress(now=MOMENT)
    total, first, second = report.total, *report.counters
    assert (total.seen, total.with_component, total.with_result, total.digitized) == (5, 4, 3, 2)
    assert (total.rate_percent, total.points, total.gap) == (Decimal("40.00"), Decimal("2.00"), 2)
    assert (first.counter, first.seen, first.digitized, first.rate_percent) == (FIRST, 4, 2, Decimal("50.00"))
    assert (second.counter, second.seen, second.digitized, second.points) == (SECOND, 1, 0, Decimal("0.00"))
    assert total.target_percent == 80


def test_the_rate_has_two_decimals_with_halves_up_and_full_points_from_the_target_on(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 3))
    catalog.documents.upsert(make(FIRST, 3, COMPONENT))
    assert catalog.progress(now=MOMENT).total.rate_percent == Decimal("66.67")
    digitize(catalog, FIRST, range(3, 4))
    total = catalog.progress(now=MOMENT).total
    assert (total.rate_percent, total.points, total.gap) == (Decimal("100.00"), Decimal("4.00"), 0)


def test_a_replay_and_more_files_do_not_inflate_the_count(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 4))
    before = catalog.progress(now=MOMENT)
    digitize(catalog, FIRST, range(1, 4))
    catalog.documents.upsert(*(make(FIRST, 1, COMPONENT, copy=copy) for copy in range(1, 5)))
    assert catalog.progress(now=MOMENT) == before


def test_a_document_that_waits_for_a_person_does_not_count_until_accepted(catalog: Catalog) -> None:
    catalog.documents.upsert(make(FIRST, 1, COMPONENT), make(FIRST, 1, RESULT, Outcome.NEEDS_REVIEW))
    waiting = catalog.progress(now=MOMENT).total
    assert (waiting.seen, waiting.with_result, waiting.digitized, waiting.waiting_for_review) == (1, 0, 0, 1)
    catalog.documents.upsert(make(FIRST, 1, RESULT))
    accepted = catalog.progress(now=MOMENT).total
    assert (accepted.with_result, accepted.digitized, accepted.waiting_for_review) == (1, 1, 0)


def test_documents_without_a_valid_dossier_are_listed_apart(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("a", dossier_number=None), make_entry("b", dossier_number="so nha 12"))
    report = catalog.progress(now=MOMENT)
    assert (report.unfiled_documents, report.total.seen, report.counters) == (2, 0, ())


@pytest.mark.parametrize(
    ("number", "counter"),
    [
        (f"{FIRST}-261008-0001", FIRST),
        ("000.00.14.H01-261008-000001", "000.00.14.H01"),
        ("000.00.14.H01-261008-0000001", "000.00.14.H01"),
        (f"{FIRST}-261008-00001", None),
        (f"{FIRST}-261399-0001", None),
        (f"{FIRST}-261008-", None),
        ("0001", None),
    ],
)
def test_a_number_counts_when_it_is_one(catalog: Catalog, number: str, counter: str | None) -> None:
    catalog.documents.upsert(make_entry("a", dossier_number=number), make_entry("b", dossier_number=number))
    report = catalog.progress(now=MOMENT)
    assert [found.counter for found in report.counters] == ([counter] if counter else [])
    assert report.unfiled_documents == (0 if counter else 2)


def test_many_dossiers_are_counted_as_one_by_one(catalog: Catalog) -> None:
    """Counted in the database, and here by hand."""
    accepted: dict[str, dict[DocumentRole, int]] = {}
    waiting: set[str] = set()
    for i in range(300):
        counter, sequence, role = (FIRST, SECOND)[i % 2], i % 37, (COMPONENT, RESULT)[i // 2 % 3 == 0]
        state, days_ago = (Outcome.NEEDS_REVIEW, Outcome.ARCHIVED)[i % 5 > 0], i % 47
        catalog.documents.upsert(make(counter, sequence, role, state, days_ago, copy=i))
        held = accepted.setdefault(f"{counter} {sequence}", {})
        if state is Outcome.ARCHIVED:
            held[role] = max(days_ago, held.get(role, 0))
        else:
            waiting.add(f"{counter} {sequence}")
    digitized_on = [min(roles.values()) for roles in accepted.values() if len(roles) == 2]
    report = catalog.progress(now=MOMENT)
    total = report.total
    assert (total.seen, total.waiting_for_review) == (len(accepted), len(waiting)) == (74, 60)
    assert total.with_component == sum(COMPONENT in roles for roles in accepted.values())
    assert total.with_result == sum(RESULT in roles for roles in accepted.values())
    assert total.digitized == len(digitized_on) == sum(counter.digitized for counter in report.counters)
    assert (report.pace.days, report.pace.digitized) == (30, sum(days_ago < 30 for days_ago in digitized_on))


def test_a_dossier_of_which_every_file_failed_was_seen_all_the_same(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 2))
    for sequence, sha in ((1, "a" * 64), (2, "b" * 64)):
        catalog.submissions.receive(
            sha, name="x", path=sha, size_bytes=1, dossier_number=f"{FIRST}-261008-{sequence:04}", actor=CLERK, at=MOMENT
        )
        catalog.submissions.mark(sha, SubmissionState.REJECTED, actor=CLERK)
    total = catalog.progress(now=MOMENT).total
    assert (total.seen, total.digitized, total.rate_percent) == (2, 1, Decimal("50.00"))


def test_a_dossier_of_which_every_file_came_in_another_before_was_seen_all_the_same(catalog: Catalog) -> None:
    entry = make(FIRST, 1, COMPONENT)
    catalog.documents.upsert(entry)
    numbers = [entry.dossier_number, entry.dossier_number, f"{SECOND}-261008-0009", None, "so nha 12"]
    for index, number in enumerate(numbers):
        catalog.submissions.receive(
            entry.scan_sha256, name="x", path=f"{index}", size_bytes=1, dossier_number=number, actor=CLERK, at=MOMENT
        )
    seen = {counter.counter: (counter.seen, counter.digitized) for counter in catalog.progress(now=MOMENT).counters}
    assert seen == {FIRST: (1, 0), SECOND: (1, 0)}


def test_a_submission_whose_documents_named_another_dossier_adds_none(catalog: Catalog) -> None:
    entry = replace(make(FIRST, 1, COMPONENT), scan_sha256="a" * 64)
    catalog.submissions.receive(
        "a" * 64, name="x", path="x", size_bytes=1, dossier_number=f"{SECOND}-261008-0009", actor=CLERK, at=MOMENT
    )
    catalog.documents.upsert(entry)
    assert [counter.counter for counter in catalog.progress(now=MOMENT).counters] == [FIRST]


def test_what_cannot_be_computed_says_why(catalog: Catalog) -> None:
    report = catalog.progress(now=MOMENT)
    assert [indicator.id for indicator in report.not_computable] == ["fully_online", "online_payment"]
    assert all(indicator.missing_vi and indicator.missing_en for indicator in report.not_computable)


def test_targets_that_have_ended_are_said_to_be_old(catalog: Catalog) -> None:
    targets = load_target_sets()[0]
    assert not catalog.progress(now=MOMENT, targets=targets).is_target_current
    assert catalog.progress(now=MOMENT, targets=replace(targets, valid_to=None)).is_target_current


def test_pace_and_forecast(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 4), days_ago=40)
    digitize(catalog, FIRST, range(4, 10), days_ago=5)
    catalog.documents.upsert(*(make(FIRST, sequence, COMPONENT, days_ago=5) for sequence in range(10, 21)))
    report = catalog.progress(now=MOMENT)
    assert (report.total.seen, report.total.digitized, report.total.gap) == (20, 9, 7)
    pace = report.pace
    assert (pace.days, pace.digitized, pace.per_day) == (30, 6, Decimal("0.20"))
    assert pace.reach_on == date(2026, 10, 8) + timedelta(days=35)


@pytest.mark.parametrize(
    ("days_ago", "reason"), [(2, "at least 7 days"), (100, "No dossier was digitized in the last 30 days")]
)
def test_no_forecast_without_the_data_for_it(catalog: Catalog, days_ago: int, reason: str) -> None:
    digitize(catalog, FIRST, range(1, 3), days_ago=days_ago)
    catalog.documents.upsert(make(FIRST, 3, COMPONENT, days_ago=days_ago))
    pace = catalog.progress(now=MOMENT).pace
    assert pace.reach_on is None
    assert reason in pace.reason_en
    assert pace.reason_vi


def test_a_reached_target_needs_no_forecast(catalog: Catalog) -> None:
    digitize(catalog, FIRST, range(1, 3), days_ago=20)
    assert catalog.progress(now=MOMENT).pace.reason_en == "The target is reached."


def test_a_dossier_is_digitized_when_its_second_half_came(catalog: Catalog) -> None:
    catalog.documents.upsert(make(FIRST, 1, COMPONENT, days_ago=200), make(FIRST, 1, RESULT, days_ago=3))
    assert catalog.progress(now=MOMENT).pace.digitized == 1
