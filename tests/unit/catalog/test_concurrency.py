"""Many at once on one catalog: nothing is taken twice, nothing written is lost, nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from catalog import Catalog, CatalogAddress, open_catalog
from dossiers.model import SubmissionState
from tests.unit.catalog.examples import CLERK, MOMENT, make_entry

MACHINES = 4
SHA = "ab" * 32

_Found = TypeVar("_Found")


def at_once(address: CatalogAddress, act: Callable[[Catalog, int], _Found], count: int = MACHINES) -> Sequence[_Found]:
    """Let so many act at the same instant, each with a catalog of its own, and return what they found."""
    start = Barrier(count)

    def run(machine: int) -> _Found:
        with open_catalog(address) as catalog:
            start.wait(60)
            return act(catalog, machine)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def receive(catalog: Catalog, machine: int, *, sha: str = SHA) -> tuple[bool, bool]:
    receipt = catalog.submissions.receive(
        sha, name="giay.pdf", path=f"/quet/{machine}.pdf", size_bytes=1, dossier_number=None, actor=CLERK, at=MOMENT
    )
    return receipt.is_new, receipt.is_duplicate


def test_the_same_bytes_at_the_same_instant_are_one_submission_and_sightings(address: CatalogAddress, catalog: Catalog) -> None:
    for number in range(5):
        sha = f"{number:064x}"
        found = at_once(address, partial(receive, sha=sha))
        assert sorted(found) == [(False, True)] * (MACHINES - 1) + [(True, False)]
        assert len(catalog.submissions.list_sightings(sha)) == MACHINES - 1
    counts = catalog.submissions.counts()
    assert (counts[SubmissionState.RECEIVED], counts[SubmissionState.DUPLICATE]) == (5, 5 * (MACHINES - 1))


def test_the_same_file_taken_up_by_two_machines_is_counted_once(address: CatalogAddress, catalog: Catalog) -> None:
    found = at_once(address, lambda opened, machine: receive(opened, 0))
    assert sorted(found) == [(False, False)] * (MACHINES - 1) + [(True, False)]
    assert sum(catalog.submissions.counts().values()) == 1


def test_no_attempt_is_lost(address: CatalogAddress, catalog: Catalog) -> None:
    receive(catalog, 0)

    def attempt(opened: Catalog, machine: int) -> None:
        for number in range(5):
            opened.submissions.start_attempt(SHA, actor=CLERK, flow_run_id=f"{machine}-{number}")

    at_once(address, attempt)
    assert catalog.submissions.get(SHA).attempts == MACHINES * 5
    told = [event for event in catalog.submissions.history(SHA) if event.what == "attempt"]
    assert len({event.detail for event in told}) == MACHINES * 5
    assert told[-1].detail == catalog.submissions.get(SHA).flow_run_id


def test_of_several_that_expect_the_same_state_one_changes_it(address: CatalogAddress, catalog: Catalog) -> None:
    receive(catalog, 0)
    wanted = [SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW, SubmissionState.FAILED, SubmissionState.REJECTED]

    def mark(opened: Catalog, machine: int) -> SubmissionState:
        expected = [SubmissionState.RECEIVED]
        return opened.submissions.mark(SHA, wanted[machine], actor=CLERK, expected=expected).state

    found = at_once(address, mark)
    assert set(found) == {catalog.submissions.get(SHA).state}
    assert [event.what for event in catalog.submissions.history(SHA)] == ["received", found[0].value]


def test_two_that_write_the_same_documents_in_other_orders_do_not_lock_each_other_out(
    address: CatalogAddress, catalog: Catalog
) -> None:
    names = [f"doc-{number}" for number in range(20)]

    def write(opened: Catalog, machine: int) -> None:
        for _ in range(3):
            order = names if machine % 2 else reversed(names)
            opened.documents.upsert(*(make_entry(name, f"máy {machine}", f"trang của máy {machine}") for name in order))

    at_once(address, write)
    entries = [catalog.documents.get(name) for name in names]
    assert len({tuple(page.text for page in entry.pages) for entry in entries}) == 1
    assert sum(catalog.search(f"máy {machine}").total for machine in range(MACHINES)) == len(names)


def test_a_reader_sees_one_state_and_never_half_a_change(address: CatalogAddress) -> None:
    def use(opened: Catalog, machine: int) -> bool:
        if machine == 0:
            for number in range(20):
                pages = [f"lần {number}"] * (1 + number % 3)
                opened.documents.upsert(make_entry("doc", *pages), make_entry("other", *pages))
            return True
        seen = True
        for _ in range(20):
            found = opened.documents.list_of_dossier("H15.50.05.13-261008-0975", with_pages=True)
            seen = seen and len({len(entry.pages) for entry in found}) <= 1
        return seen

    assert all(at_once(address, use, 3))


def test_a_new_database_gets_its_tables_once_however_many_open_it(empty_address: CatalogAddress) -> None:
    start = Barrier(MACHINES)

    def open_at_once(machine: int) -> int:
        start.wait(60)
        with open_catalog(empty_address) as opened:
            return opened.documents.count()

    with ThreadPoolExecutor(MACHINES) as threads:
        assert list(threads.map(open_at_once, range(MACHINES))) == [0] * MACHINES
