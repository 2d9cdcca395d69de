"""Every file seen is counted once, and nothing is forgotten."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog import Catalog, CatalogAddress, Receipt, open_catalog
from dossiers.errors import EmptyFileError, NotFoundError, StorageFullError
from dossiers.model import Outcome, SubmissionState
from tests.unit.catalog.examples import CLERK, MOMENT

SHA = "ab" * 32


def receive(catalog: Catalog, sha: str = SHA, path: str = "/quet/ho-so/giay.pdf", at: datetime = MOMENT) -> Receipt:
    return catalog.submissions.receive(
        sha, name=Path(path).name, path=path, size_bytes=123, dossier_number="H15-261008-0975", actor=CLERK, at=at
    )


def test_a_first_file_is_a_new_submission(catalog: Catalog) -> None:
    receipt = receive(catalog)
    assert (receipt.is_new, receipt.is_duplicate) == (True, False)
    stored = catalog.submissions.get(SHA.upper())
    assert stored == receipt.submission
    assert (stored.name, stored.path, stored.size_bytes, stored.actor) == ("giay.pdf", "/quet/ho-so/giay.pdf", 123, CLERK)
    assert (stored.state, stored.attempts, stored.received_at) == (SubmissionState.RECEIVED, 0, MOMENT)
    assert stored.received_at.tzinfo == UTC


def test_a_second_file_with_the_same_bytes_is_a_sighting_and_counts(catalog: Catalog) -> None:
    first = receive(catalog)
    again = receive(catalog, path="/quet/khac/ban-sao.pdf")
    assert (again.is_new, again.is_duplicate, again.submission) == (False, True, first.submission)
    (sighting,) = catalog.submissions.list_sightings(SHA)
    assert (sighting.path, sighting.outcome, sighting.seen_at) == ("/quet/khac/ban-sao.pdf", Outcome.DUPLICATE, MOMENT)
    assert catalog.submissions.counts()[SubmissionState.DUPLICATE] == 1


def test_the_same_file_picked_up_again_before_its_end_is_no_duplicate(catalog: Catalog) -> None:
    receive(catalog)
    for state in (SubmissionState.RECEIVED, SubmissionState.FAILED):
        catalog.submissions.mark(SHA, state, actor=CLERK)
        again = receive(catalog)
        assert (again.is_new, again.is_duplicate, again.submission.state) == (False, False, state)
    catalog.submissions.mark(SHA, SubmissionState.ARCHIVED, actor=CLERK)
    assert receive(catalog).is_duplicate


def test_a_further_file_takes_the_place_of_a_rejected_one_and_both_count(catalog: Catalog) -> None:
    receive(catalog)
    catalog.submissions.mark(SHA, SubmissionState.REJECTED, actor=CLERK, error=EmptyFileError(name="giay.pdf"))
    later = MOMENT + timedelta(hours=1)
    receive(catalog, path="/quet/dung-ten.png", at=later)
    retaken = catalog.submissions.retake(SHA, path="/quet/dung-ten.png", actor=CLERK)
    assert (retaken.name, retaken.path, retaken.received_at) == ("dung-ten.png", "/quet/dung-ten.png", later)
    assert (retaken.state, retaken.error_code, retaken.error_vi) == (SubmissionState.RECEIVED, None, None)
    (sighting,) = catalog.submissions.list_sightings(SHA)
    assert (sighting.name, sighting.path) == ("giay.pdf", "/quet/ho-so/giay.pdf")
    assert (sighting.outcome, sighting.seen_at) == (Outcome.REJECTED, MOMENT)
    catalog.submissions.mark(SHA, SubmissionState.ARCHIVED, actor=CLERK)
    counts = catalog.submissions.counts()
    assert (counts[SubmissionState.ARCHIVED], counts[SubmissionState.REJECTED], sum(counts.values())) == (1, 1, 2)
    with pytest.raises(NotFoundError):
        catalog.submissions.retake(SHA, path="/quet/chua-thay.png", actor=CLERK)


def test_the_counts_sum_to_the_files_seen(catalog: Catalog) -> None:
    states = [SubmissionState.ARCHIVED, SubmissionState.ARCHIVED, SubmissionState.REJECTED, SubmissionState.NEEDS_REVIEW]
    for number, state in enumerate(states):
        receive(catalog, f"{number:064x}")
        catalog.submissions.mark(f"{number:064x}", state, actor=CLERK)
    for number in range(3):
        receive(catalog, f"{0:064x}", path=f"/khac/{number}.pdf")
    counts = catalog.submissions.counts()
    assert set(counts) == set(SubmissionState)
    assert sum(counts.values()) == 7
    assert (counts[SubmissionState.ARCHIVED], counts[SubmissionState.DUPLICATE], counts[SubmissionState.FAILED]) == (2, 3, 0)


def test_a_mark_sets_and_clears_the_error_and_the_history_keeps_both(catalog: Catalog) -> None:
    receive(catalog)
    catalog.submissions.start_attempt(SHA, actor=CLERK, flow_run_id="run-1")
    failed = catalog.submissions.mark(SHA, SubmissionState.FAILED, actor=CLERK, error=StorageFullError(detail="disk"))
    assert (failed.error_code, failed.error_en) == ("storage.full", StorageFullError(detail="disk").message_en)
    attempt = catalog.submissions.start_attempt(SHA, actor=CLERK, flow_run_id="run-2", at=MOMENT + timedelta(hours=1))
    assert (attempt.attempts, attempt.flow_run_id) == (2, "run-2")
    done = catalog.submissions.mark(SHA, SubmissionState.ARCHIVED, actor=CLERK)
    assert (done.state, done.error_code, done.error_vi, done.error_en) == (SubmissionState.ARCHIVED, None, None, None)
    catalog.submissions.add_event(SHA, "viewed", actor=CLERK, detail="note")
    history = catalog.submissions.history(SHA)
    assert [event.what for event in history] == ["received", "attempt", "failed", "attempt", "archived", "viewed"]
    assert "storage.full" in history[2].detail
    assert {event.actor_id for event in history} == {CLERK.id}


def test_an_unknown_submission_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        catalog.submissions.get(SHA)
    with pytest.raises(NotFoundError):
        catalog.submissions.mark(SHA, SubmissionState.ARCHIVED, actor=CLERK)
    with pytest.raises(NotFoundError):
        catalog.submissions.history(SHA)


def test_a_prefix_finds_and_its_wildcards_are_no_wildcards(catalog: Catalog) -> None:
    for sha in ("aa" + "0" * 62, "aa" + "1" * 62, "bb" + "0" * 62):
        receive(catalog, sha)
    assert [found.scan_sha256[:3] for found in catalog.submissions.find_by_prefix("AA")] == ["aa0", "aa1"]
    assert [found.scan_sha256[:3] for found in catalog.submissions.find_by_prefix("aa1")] == ["aa1"]
    for hostile in ("", "%", "_", "a_", "' OR 1=1 --", "\udcff"):
        assert catalog.submissions.find_by_prefix(hostile) == []


def test_lists_are_by_state_newest_first(catalog: Catalog) -> None:
    for number in range(4):
        receive(catalog, f"{number:064x}")
        state = SubmissionState.FAILED if number % 2 else SubmissionState.ARCHIVED
        catalog.submissions.mark(f"{number:064x}", state, actor=CLERK, at=MOMENT + timedelta(minutes=number))
    failed = catalog.submissions.list_submissions([SubmissionState.FAILED])
    assert [int(found.scan_sha256, 16) for found in failed] == [3, 1]
    assert len(catalog.submissions.list_submissions(limit=3)) == 3


def test_failures_are_grouped_by_their_reason(catalog: Catalog) -> None:
    for number in range(5):
        receive(catalog, f"{number:064x}")
        error = StorageFullError(detail="disk") if number < 2 else EmptyFileError(name=f"{number}.pdf")
        state = SubmissionState.FAILED if number < 2 else SubmissionState.REJECTED
        catalog.submissions.mark(f"{number:064x}", state, actor=CLERK, error=error, at=MOMENT + timedelta(minutes=number))
    groups = catalog.submissions.group_failures()
    assert [(group.error_code, group.count) for group in groups] == [("input.empty", 3), ("storage.full", 2)]
    assert groups[0].error_vi == EmptyFileError(name="4.pdf").message_vi
    assert len(catalog.submissions.list_submissions(error_code="storage.full")) == 2


def test_a_path_that_is_no_text_can_be_kept(catalog: Catalog) -> None:
    path = os.fsdecode(b"/quet/gi\xe2y.pdf")
    assert receive(catalog, path=path).is_new
    assert not receive(catalog, path=path).is_duplicate
    assert catalog.submissions.get(SHA).path == "/quet/gi\\udce2y.pdf"


def test_moments_come_back_in_utc(catalog: Catalog) -> None:
    local = datetime.fromisoformat("2026-10-08T09:30:00+07:00")
    assert receive(catalog, at=local).submission.received_at == MOMENT
    assert catalog.submissions.get(SHA).received_at.isoformat() == MOMENT.isoformat()
    with pytest.raises(ValueError, match="time zone"):
        receive(catalog, "cd" * 32, at=MOMENT.replace(tzinfo=None))


def receive_many(address: CatalogAddress, worker: int, count: int) -> tuple[int, int]:
    with open_catalog(address) as catalog:
        receipts = [receive(catalog, f"{number:064x}", path=f"/quet/{worker}/{number}.pdf") for number in range(count)]
    return sum(one.is_new for one in receipts), sum(one.is_duplicate for one in receipts)


def test_of_several_processes_one_gets_the_new_submission(empty_address: CatalogAddress) -> None:
    workers, files = 4, 25
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        results = pool.starmap(receive_many, [(empty_address, worker, files) for worker in range(workers)])
    assert sum(new for new, _ in results) == files
    assert sum(duplicate for _, duplicate in results) == files * (workers - 1)
    with open_catalog(empty_address) as catalog:
        counts = catalog.submissions.counts()
    assert (counts[SubmissionState.RECEIVED], counts[SubmissionState.DUPLICATE]) == (files, files * (workers - 1))
