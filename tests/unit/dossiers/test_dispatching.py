"""Which dossiers go first, and together with which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dossiers.dispatching import (
    FAST_PRIORITY,
    OUTAGES,
    RETRYABLE,
    BatchLimits,
    Lane,
    PlannedBatch,
    WaitingScan,
    is_due,
    key_of,
    plan_batches,
)
from dossiers.errors import SohoaError

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LIMITS = BatchLimits(max_dossiers=3, max_bytes=1000)


def scan(
    number: int,
    dossier: str | None = None,
    *,
    size_bytes: int = 10,
    priority: int = 0,
    tries: int = 0,
    sends: int = 0,
    error_code: str | None = None,
    age_s: float | None = None,
) -> WaitingScan:
    at = NOW - timedelta(seconds=1000 - number if age_s is None else age_s)
    return WaitingScan(f"{number:064x}", dossier, f"{number}.pdf", size_bytes, priority, tries, sends, at, at, error_code)


def plan(*scans: WaitingScan, normal: int = 1, fast: int = 1, limits: BatchLimits = LIMITS) -> list[list[str]]:
    return [labels(batch) for batch in plan_all(*scans, normal=normal, fast=fast, limits=limits)]


def plan_all(*scans: WaitingScan, normal: int = 1, fast: int = 1, limits: BatchLimits = LIMITS) -> tuple[PlannedBatch, ...]:
    return plan_batches(scans, {Lane.NORMAL: normal, Lane.FAST: fast}, limits, max_tries=3)


def labels(batch: PlannedBatch) -> list[str]:
    return [dossier.label for dossier in batch.dossiers]


def test_the_longest_waiting_come_first_and_a_dossier_stays_together() -> None:
    (batch,) = plan_all(scan(5, "B"), scan(1, "A"), scan(2, "C"), scan(3, "A"), scan(4, "D"))
    assert [(item.label, len(item.scans)) for item in batch.dossiers] == [("A", 2), ("C", 1), ("D", 1)]


def test_files_without_a_number_are_dossiers_of_their_own_even_when_they_share_a_name() -> None:
    (batch,) = plan_all(scan(1), scan(2))
    assert len(batch.dossiers) == 2


def test_few_dossiers_are_spread_over_the_free_slots() -> None:
    assert plan(scan(1, "A"), scan(2, "B"), normal=2) == [["A"], ["B"]]
    assert plan(scan(1, "A"), scan(2, "B"), normal=0) == []


def test_a_batch_is_bounded_in_bytes_but_takes_one_dossier_however_large() -> None:
    assert plan(scan(1, "A", size_bytes=5000), scan(2, "B"), normal=1) == [["A"]]
    assert plan(scan(1, "A", size_bytes=900), scan(2, "B", size_bytes=200), normal=1) == [["A"]]


def test_the_fast_lane_does_not_wait_for_the_normal_one() -> None:
    urgent = scan(9, "KHẨN", priority=FAST_PRIORITY)
    batches = plan_all(scan(1, "A"), urgent, normal=0)
    assert [(batch.lane, labels(batch)) for batch in batches] == [(Lane.FAST, ["KHẨN"])]


def test_a_dossier_that_may_have_killed_its_batch_goes_alone_and_last() -> None:
    assert plan(scan(1, "XẤU", tries=1), scan(2, "A"), scan(3, "B"), normal=3) == [["A"], ["B"], ["XẤU"]]
    assert plan(scan(1, "XẤU", tries=1), scan(2, "A"), scan(3, "B"), normal=1) == [["A", "B"]]
    assert plan(scan(1, "X", tries=1), scan(2, "Y", tries=1), normal=1) == [["X"]]


def test_an_exhausted_scan_is_left_out_and_blocks_nobody() -> None:
    assert plan(scan(1, "XẤU", tries=3), scan(2, "A")) == [["A"]]


def test_the_key_tells_a_new_try_from_the_same_sent_twice() -> None:
    first = [scan(1, "A"), scan(2, "A")]
    assert key_of(first) == key_of(first[::-1])
    assert key_of(first) != key_of([scan(1, "A", tries=1), scan(2, "A")])
    assert key_of(first) != key_of([scan(1, "A", sends=1), scan(2, "A")])


def test_a_failed_scan_waits_longer_after_each_try_and_an_outage_is_asked_again_steadily() -> None:
    minute = timedelta(minutes=1)
    assert is_due(scan(1, age_s=0), NOW, minute)
    assert not is_due(scan(1, tries=1, error_code="internal", age_s=59), NOW, minute)
    assert is_due(scan(1, tries=1, error_code="internal", age_s=60), NOW, minute)
    assert not is_due(scan(1, tries=2, error_code="internal", age_s=119), NOW, minute)
    assert is_due(scan(1, tries=9, error_code="storage.unavailable", age_s=60), NOW, minute)


def test_a_clock_set_back_delays_nothing() -> None:
    assert is_due(scan(1, tries=1, error_code="internal", age_s=-3600), NOW, timedelta(minutes=1))


def test_every_retryable_error_of_the_tree_is_retried_by_the_dispatcher() -> None:
    def codes(kind: type[SohoaError]) -> set[str]:
        below = {code for child in kind.__subclasses__() for code in codes(child)}
        return below | ({kind.code} if kind.retryable else set())

    assert codes(SohoaError) <= RETRYABLE
    assert OUTAGES < RETRYABLE
