"""A scan is held by one batch at a time, and a claim that nobody works on can be taken back."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

from catalog import Catalog, CatalogAddress, open_catalog
from dossiers.dispatching import FAST_PRIORITY, RETRYABLE, RetryPace, is_due
from dossiers.errors import EmptyFileError, RecognitionError, SohoaError, StorageUnavailableError
from dossiers.model import SubmissionState
from tests.unit.catalog.examples import CLERK, MOMENT

NUMBER = "H15-261008-0975"


def receive(catalog: Catalog, *numbers: int) -> list[str]:
    for number in numbers:
        catalog.submissions.receive(
            f"{number:064x}",
            name=f"{number}.pdf",
            path=f"/quet/{number}.pdf",
            size_bytes=100 + number,
            dossier_number=NUMBER,
            actor=CLERK,
            at=MOMENT + timedelta(minutes=number),
        )
    return [f"{number:064x}" for number in numbers]


def waiting(catalog: Catalog) -> list[str]:
    return [scan.scan_sha256 for scan in catalog.dispatches.list_waiting(RETRYABLE)]


def test_what_was_received_or_may_be_retried_waits_urgent_first_then_the_oldest(catalog: Catalog) -> None:
    second, first, failed, hopeless, rejected, urgent = receive(catalog, 2, 1, 3, 4, 5, 6)
    catalog.submissions.mark(failed, SubmissionState.FAILED, actor=CLERK, error=StorageUnavailableError(detail="x"))
    catalog.submissions.mark(
        hopeless, SubmissionState.FAILED, actor=CLERK, error=RecognitionError(name="x", page=1, detail="x")
    )
    catalog.submissions.mark(rejected, SubmissionState.REJECTED, actor=CLERK, error=EmptyFileError(name="x"))
    catalog.dispatches.set_priority([urgent], FAST_PRIORITY)
    assert waiting(catalog) == [urgent, first, second, failed]
    assert len(catalog.dispatches.list_waiting(RETRYABLE, limit=2)) == 2


def test_what_is_not_due_hides_nothing_and_the_database_knows_it_as_the_plan_does(catalog: Catalog) -> None:
    pace, now = RetryPace(timedelta(minutes=1), max_tries=30), MOMENT + timedelta(days=1)
    outage, fault = StorageUnavailableError(detail="x"), SohoaError(detail="x")
    ages = (timedelta(seconds=age) for age in (-5, 0, 59, 60, 61, 119, 120, 121, 900, 30_719, 30_720, 61_440, 61_441))
    cases = [(error, tries, age) for age in ages for tries in (0, 1, 2, 5, 10, 11, 12) for error in (outage, fault)]
    for number, (error, tries, age) in enumerate(cases, start=1):
        (scan,) = receive(catalog, number)
        for _ in range(tries):
            catalog.submissions.start_attempt(scan, actor=CLERK, at=now - age)
        catalog.submissions.mark(scan, SubmissionState.FAILED, actor=CLERK, error=error, at=now - age)
    (fresh,) = receive(catalog, len(cases) + 1)
    everything = catalog.dispatches.list_waiting(RETRYABLE)
    due = [scan.scan_sha256 for scan in everything if is_due(scan, now, pace.delay)]
    assert fresh in due
    assert 0 < len(due) < len(cases)
    assert [scan.scan_sha256 for scan in catalog.dispatches.list_waiting(RETRYABLE, pace=pace, now=now)] == due
    exhausted = catalog.dispatches.list_waiting(RETRYABLE, pace=RetryPace(pace.delay, max_tries=12), now=now)
    assert {scan.scan_sha256 for scan in exhausted} == {*due, *(scan.scan_sha256 for scan in everything if scan.tries >= 12)}


def test_a_held_scan_waits_no_more_until_it_is_given_back(catalog: Catalog) -> None:
    scans = receive(catalog, 1, 2, 3)
    assert catalog.dispatches.claim("one", scans[:2], lane="normal") == scans[:2]
    assert catalog.dispatches.claim("two", scans, lane="normal") == scans[2:]
    assert waiting(catalog) == []
    assert catalog.dispatches.claim("three", scans, lane="normal") == []
    assert [batch.batch_id for batch in catalog.dispatches.list_batches()] == ["one", "two"]
    assert catalog.dispatches.release("one")
    assert waiting(catalog) == scans[:2]
    assert [scan.sends for scan in catalog.dispatches.list_waiting(RETRYABLE)] == [1, 1]


def test_a_batch_whose_heart_beats_is_not_taken_back(catalog: Catalog) -> None:
    scans = receive(catalog, 1)
    catalog.dispatches.claim("one", scans, lane="normal")
    assert catalog.dispatches.beat("one")
    assert not catalog.dispatches.release("one", beats=0)
    assert catalog.dispatches.holds("one", scans[0])
    assert catalog.dispatches.release("one", beats=1)
    assert not catalog.dispatches.beat("one")
    assert not catalog.dispatches.holds("one", scans[0])


def test_tries_are_counted_at_the_beginning_forgiven_and_forgotten(catalog: Catalog) -> None:
    (scan,) = receive(catalog, 1)
    catalog.submissions.start_attempt(scan, actor=CLERK)
    catalog.submissions.start_attempt(scan, actor=CLERK)
    assert catalog.dispatches.list_waiting(())[0].tries == 2
    catalog.dispatches.forgive(scan)
    assert catalog.dispatches.list_waiting(())[0].tries == 1
    catalog.dispatches.claim("one", [scan], lane="normal")
    catalog.dispatches.start_anew([scan])
    assert (catalog.dispatches.list_waiting(())[0].tries, catalog.submissions.get(scan).attempts) == (0, 2)


def test_a_person_takes_over_what_a_batch_holds(catalog: Catalog) -> None:
    scans = receive(catalog, 1, 2)
    catalog.dispatches.claim("one", scans, lane="normal")
    catalog.dispatches.take_over("mine", scans[:1], lane="normal")
    assert [scan.scan_sha256 for scan in catalog.dispatches.list_held("one")] == scans[1:]
    assert [scan.scan_sha256 for scan in catalog.dispatches.list_held("mine")] == scans[:1]
    catalog.dispatches.let_go(scans[1:])
    assert waiting(catalog) == scans[1:]


def test_of_several_dispatchers_each_scan_goes_to_one(address: CatalogAddress, catalog: Catalog) -> None:
    scans = receive(catalog, *range(30))
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        got = pool.starmap(_claim_all, [(address, f"batch-{number}", scans) for number in range(3)])
    assert sorted(scan for share in got for scan in share) == sorted(scans)


def test_stage_times_add_up(catalog: Catalog) -> None:
    catalog.stage_times.add("read-scan", 1.5, 3)
    catalog.stage_times.add("read-scan", 0.5, 1)
    catalog.stage_times.add("make-pdfs", 0.25)
    found = {time.stage: (time.runs, time.seconds, time.pages) for time in catalog.stage_times.list_all()}
    assert found == {"make-pdfs": (1, 0.25, 0), "read-scan": (2, 2.0, 4)}


def _claim_all(address: CatalogAddress, batch_id: str, scans: list[str]) -> list[str]:
    with open_catalog(address) as catalog:
        return [scan for scan in scans for _ in catalog.dispatches.claim(batch_id, [scan], lane="normal")]
