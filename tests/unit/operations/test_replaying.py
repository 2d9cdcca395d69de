"""Which submissions a replay chooses, what it says it would do, and what a person decides about the queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from dossiers.dispatching import FAST_PRIORITY, RETRYABLE
from dossiers.errors import NotFoundError, RecognitionError, SohoaError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from operations.paths import FoundScan
from operations.queueing import cancel, prioritize
from operations.receiving import receive
from operations.replaying import Foresight, ReplayChoice, foresee, plan_replay, queue_replay
from operations.steps import archive_documents, is_up_to_date, make_pdfs, read_scan, understand_scan
from runtime.settings import ReadingSettings, Settings
from runtime.wiring import House
from tests.unit.catalog.examples import make_entry

ACTOR = Actor("clerk", "Clerk")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
NUMBER = "H15.50.05.13-261008-097{}"
OUTAGE = StorageUnavailableError(detail="x")
BROKEN = RecognitionError(name="x", page=1, detail="x")


def add(house: House, number: int, state: SubmissionState, error: SohoaError | None = None, recipe: str | None = None) -> str:
    """Put a submission of a dossier of its own into the catalog, changed ``number`` hours after NOW."""
    scan = f"{number:064x}"[::-1]
    at = NOW + timedelta(hours=number)
    house.catalog.submissions.receive(
        scan, name=f"{number}.pdf", path=f"/{number}", size_bytes=1, dossier_number=NUMBER.format(number), actor=ACTOR, at=at
    )
    house.catalog.submissions.mark(scan, state, actor=ACTOR, error=error, at=at)
    if recipe is not None:
        house.catalog.documents.upsert(replace(make_entry(f"p0001-0001-{scan[:32]}", scan_sha256=scan), recipe=recipe))
    return scan


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def null_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose reader reads nothing."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with House(Settings(home=tmp_path / "home", reading=ReadingSettings(engine="null"))) as opened:
        yield opened


@pytest.fixture
def scans(house: House) -> dict[str, str]:
    return {
        "old": add(house, 1, SubmissionState.ARCHIVED, recipe="reader 1; pipeline 1, page images compact"),
        "lost": add(house, 2, SubmissionState.NEEDS_REVIEW, recipe=house.recipe),
        "outage": add(house, 3, SubmissionState.FAILED, OUTAGE),
        "broken": add(house, 4, SubmissionState.FAILED, BROKEN),
        "waiting": add(house, 5, SubmissionState.RECEIVED),
    }


def chosen(house: House, scans: dict[str, str], choice: ReplayChoice) -> set[str]:
    names = {scan: name for name, scan in scans.items()}
    return {names[item.scan_sha256] for item in plan_replay(house, choice)}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ReplayChoice(failed=True), {"outage", "broken", "waiting"}),
        (ReplayChoice(cause="storage.unavailable"), {"outage"}),
        (ReplayChoice(names=(NUMBER.format(4), NUMBER.format(1))), {"broken", "old"}),
        (ReplayChoice(since=NOW + timedelta(hours=4)), {"broken", "waiting"}),
        (ReplayChoice(since=NOW + timedelta(hours=2), until=NOW + timedelta(hours=4)), {"outage"}),
        (ReplayChoice(flow_version="pipeline 1,"), {"old"}),
        (ReplayChoice(outdated=True), {"old"}),
        (ReplayChoice(outdated=True, since=NOW + timedelta(hours=2)), set()),
        (ReplayChoice(names=(NUMBER.format(4),), cause="storage.unavailable"), set()),
    ],
)
def test_what_fits_all_that_is_said_is_chosen(
    house: House, scans: dict[str, str], choice: ReplayChoice, expected: set[str]
) -> None:
    assert chosen(house, scans, choice) == expected


def test_a_name_that_fits_none_is_told(house: House, scans: dict[str, str]) -> None:
    with pytest.raises(NotFoundError):
        plan_replay(house, ReplayChoice(names=("ffff",)))


def test_what_would_be_done_is_told_and_nothing_is_changed(house: House, scans: dict[str, str]) -> None:
    before = house.catalog.submissions.list_submissions(limit=None)
    foreseen = {foresee(house, house.catalog.submissions.get(scan)) for scan in scans.values()}
    assert foreseen == {Foresight.READ_ANEW}, "also of the one whose document the catalog knows and the store does not"
    assert house.catalog.submissions.list_submissions(limit=None) == before
    assert not (house.home / "work" / scans["broken"]).exists()


def test_a_queued_replay_waits_with_its_tries_forgotten(house: House, scans: dict[str, str]) -> None:
    house.catalog.submissions.start_attempt(scans["broken"], actor=ACTOR)
    planned = plan_replay(house, ReplayChoice(names=(NUMBER.format(4),)))
    assert [item.scan_sha256 for item in queue_replay(house, planned, ACTOR)] == [scans["broken"]]
    (waiting,) = [item for item in house.catalog.dispatches.list_waiting(()) if item.scan_sha256 == scans["broken"]]
    assert (waiting.tries, waiting.error_code) == (0, None)


def test_what_is_stored_whole_is_left_and_what_was_damaged_is_made_anew(null_house: House, tmp_path: Path) -> None:
    house = null_house
    scan = archive_one(house, tmp_path)
    stored = house.catalog.submissions.get(scan)
    assert (foresee(house, stored), queue_replay(house, [stored], ACTOR)) == (Foresight.NOTHING, [])

    (pdf,) = (path for path in (house.home / "objects" / "archive").rglob("*.pdf") if path.is_file())
    pdf.write_bytes(pdf.read_bytes()[:-1])
    assert foresee(house, stored) is Foresight.READ_ANEW
    assert queue_replay(house, [stored], ACTOR) == [stored]
    assert not is_up_to_date(house, scan), "the batch will not pass over it"
    run_steps(house, scan)
    assert foresee(house, house.catalog.submissions.get(scan)) is Foresight.NOTHING


def test_a_long_scan_that_was_parted_is_never_digitized_as_one(house: House) -> None:
    scan = add(house, 6, SubmissionState.REARRANGED)
    planned = plan_replay(house, ReplayChoice(names=(NUMBER.format(6),)))
    assert [foresee(house, item) for item in planned] == [Foresight.NOTHING]
    assert queue_replay(house, planned, ACTOR) == []
    assert house.catalog.submissions.get(scan).state is SubmissionState.REARRANGED


def archive_one(house: House, folder: Path) -> str:
    """Take a page that is not read to the archive, and return the scan's digest."""
    Image.new("L", (413, 584), 255).save(folder / "a.png")
    scan = receive(house, FoundScan(folder / "a.png", "H01.31.12-261008-0001"), ACTOR).sha256
    run_steps(house, scan)
    return scan


def run_steps(house: House, scan: str) -> None:
    described = understand_scan(house, scan, read_scan(house, scan))
    archive_documents(house, scan, described, make_pdfs(house, scan, described, ACTOR), ACTOR)


def test_urgent_ones_go_first_and_back(house: House, scans: dict[str, str]) -> None:
    assert [item.scan_sha256 for item in prioritize(house, [NUMBER.format(5)], ACTOR)] == [scans["waiting"]]
    assert house.catalog.dispatches.list_waiting(RETRYABLE)[0].priority == FAST_PRIORITY
    prioritize(house, [NUMBER.format(5)], ACTOR, is_urgent=False)
    assert {item.priority for item in house.catalog.dispatches.list_waiting(RETRYABLE)} == {0}


def test_cancelled_ones_are_left_alone_and_finished_ones_are_not_touched(house: House, scans: dict[str, str]) -> None:
    house.catalog.dispatches.claim("batch", [scans["waiting"]], lane="normal")
    stopped = cancel(house, [NUMBER.format(5), NUMBER.format(1)], ACTOR)
    assert [item.scan_sha256 for item in stopped] == [scans["waiting"]]
    assert house.catalog.submissions.get(scans["waiting"]).error_code == "processing.cancelled"
    assert not house.catalog.dispatches.holds("batch", scans["waiting"])
    assert house.catalog.submissions.get(scans["old"]).state is SubmissionState.ARCHIVED
    assert scans["waiting"] not in {item.scan_sha256 for item in house.catalog.dispatches.list_waiting(RETRYABLE)}
