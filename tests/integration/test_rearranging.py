"""One long scan with separator sheets, and sheets scanned one side after the other, from the inbox to their claims."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pdf2image
import pikepdf
import pytest
from PIL import Image

from dossiers.errors import StorageFullError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from dossiers.reconciliation import Ending
from operations import rearranging
from operations.paths import FoundScan
from operations.receiving import Received, receive
from operations.reconciling import reconcile
from operations.recording import write_record
from operations.separating import draw_separator_sheets
from operations.station_board import StationBoards
from pdf import page_parts
from runtime.wiring import House
from storage.files import hash_file
from storage.keys import submission_key
from tests.support.inbox import NUMBER, OTHER, Watched, open_watched, put
from tests.unit.ocr.drawing import Text, draw_page

SIZE = (1240, 900)


def page(words: str) -> Image.Image:
    return draw_page(tuple(Text(words, 150, 200 + 60 * row) for row in range(8)), size=SIZE)


def pdf_of(pages: Sequence[Image.Image]) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def sheets(watched: Watched, *numbers: str) -> list[Image.Image]:
    path = watched.house.home / "sheets.pdf"
    draw_separator_sheets(watched.house.settings, numbers, 1, path)
    return pdf2image.convert_from_path(path, dpi=150)


def open_station(home: Path, **station: object) -> Watched:
    watched = open_watched(home, stations={"q": station})
    watched.house.settings.inbox.mkdir(parents=True)
    return watched


def page_images(house: House, sha256: str) -> list[bytes]:
    path = house.home / "fetched"
    house.archive.open_original(sha256, path)
    return images_in(path.read_bytes())


def images_in(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [bytes(next(iter(found.get_images().values())).read_raw_bytes()) for found in document.pages]


@pytest.fixture
def separating(tmp_path: Path) -> Watched:
    return open_station(tmp_path / "home", separators=True)


def long_scan(watched: Watched) -> bytes:
    first, second, patch = sheets(watched, NUMBER, OTHER)
    blank = Image.new("RGB", SIZE, "white")
    return pdf_of([first, blank, page("một"), page("hai"), patch, page("ba"), second, page("bốn"), blank])


def test_a_long_scan_becomes_its_dossiers_and_nothing_is_lost(separating: Watched) -> None:
    data = long_scan(separating)
    scan = put(separating.house.settings.inbox, "q/dài.pdf", data)
    sha256 = hash_file(scan)
    with separating.house as house:
        separating.once()
        assert not scan.exists()
        assert [(label, len(scans)) for label, scans in separating.handed_on] == [(NUMBER, 2), (OTHER, 1)]
        source = house.archive.find_submission(sha256)
        assert source is not None
        assert source.state is SubmissionState.REARRANGED
        images = images_in(data)
        expected = {(NUMBER, 2): images[2:4], (NUMBER, 1): images[5:6], (OTHER, 2): images[7:9]}
        found = {
            (part.dossier_number, len(page_images(house, part.sha256))): page_images(house, part.sha256)
            for part in source.parts
        }
        assert found == expected, "every page but separators and their versos is in one part"
        assert page_images(house, sha256) == images, "the scan itself is kept as it came"
        for part in source.parts:
            submission = house.catalog.submissions.get(part.sha256)
            assert (submission.state, submission.dossier_number) == (SubmissionState.RECEIVED, part.dossier_number)
            assert submission.path.startswith(f"{scan}#trang=")
            assert any(sha256 in event.detail for event in house.catalog.submissions.history(part.sha256))
        counts = house.catalog.submissions.counts()
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED], sum(counts.values())) == (1, 3, 4)


def kill_looking_processes(times: int, is_over: threading.Event) -> None:
    """Kill so many processes that look at scans, each as soon as it is there."""
    killed: set[int] = set()
    while len(killed) < times and not is_over.wait(0.01):
        for process in multiprocessing.active_children():
            if process.name == "sohoa-glance" and process.pid is not None and process.pid not in killed:
                killed.add(process.pid)
                os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(("times", "handed_on"), [(2, [(NUMBER, 2), (OTHER, 1)]), (100, [("dài.pdf", 1)])])
def test_a_scan_over_which_the_looking_process_died_is_looked_at_again(
    separating: Watched, times: int, handed_on: list[tuple[str, int]]
) -> None:
    scan = put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    is_over = threading.Event()
    killer = threading.Thread(target=kill_looking_processes, args=(times, is_over))
    killer.start()
    try:
        with separating.house:
            separating.once()
    finally:
        is_over.set()
        killer.join()
    assert not scan.exists(), "in the end it is taken as it came"
    assert [(label, len(scans)) for label, scans in separating.handed_on] == handed_on


def test_a_sighting_told_late_leaves_a_parted_scan_its_parts(separating: Watched) -> None:
    scan = put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    sha256 = hash_file(scan)
    with separating.house as house:
        separating.once()
        before = house.archive.find_submission(sha256)
        house.catalog.submissions.receive(
            sha256, name="khác.pdf", path="/khác.pdf", size_bytes=1, dossier_number=None, actor=Actor("a", "A")
        )  # and the plug is pulled
        found = reconcile(house, Actor("a", "A"), sleep=lambda _seconds: None)
        after = house.archive.find_submission(sha256)
    assert found.agrees, found.differences
    assert before is not None
    assert after is not None
    assert (after.parts, after.state, len(after.sightings)) == (before.parts, before.state, 1)
    assert len(after.parts) == 3


def test_a_sighting_told_while_a_scan_is_parted_leaves_it_its_parts(
    separating: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan was known and had failed; somebody else has read its record and is about to write it without parts."""
    scan = put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    sha256, clerk = hash_file(scan), Actor("a", "A")
    is_writing, is_parted = threading.Event(), threading.Event()
    with House(separating.house.settings) as other, separating.house as house:
        known = scan.with_name("khác.pdf")
        known.write_bytes(scan.read_bytes())
        receive(house, FoundScan(known), clerk)
        known.unlink()
        house.catalog.submissions.mark(sha256, SubmissionState.FAILED, actor=clerk)
        put_late, put_soon = other.archive.originals.put, house.archive.originals.put

        def write_late(*arguments: Any, **options: Any) -> object:
            is_writing.set()
            is_parted.wait(5.0)  # in vain: who parts it waits for its turn
            return put_late(*arguments, **options)

        def write_soon(key: str, *rest: Any, **options: Any) -> object:
            stored = put_soon(key, *rest, **options)
            if key == submission_key(sha256):
                is_parted.set()
            return stored

        monkeypatch.setattr(other.archive.originals, "put", write_late)
        monkeypatch.setattr(house.archive.originals, "put", write_soon)
        telling = threading.Thread(target=write_record, args=(other, sha256))
        telling.start()
        assert is_writing.wait(30)
        separating.once()
        telling.join()
        record = house.archive.find_submission(sha256)
        found = reconcile(house, clerk, sleep=lambda _seconds: None)
    assert record is not None
    assert (record.state, len(record.parts)) == (SubmissionState.REARRANGED, 3)
    assert found.agrees, found.differences


def test_a_patch_sheet_from_elsewhere_begins_another_document(separating: Watched) -> None:
    bars = Image.new("RGB", SIZE, "white")
    top = 60
    for length in (12, 30, 12, 30):  # 0.08 and 0.20 inch at 150 dpi
        bars.paste("black", (400, top, 800, top + length))
        top += length + 12
    scan = put(separating.house.settings.inbox, f"q/{NUMBER}/dài.pdf", pdf_of([page("một"), bars, page("hai"), page("ba")]))
    with separating.house as house:
        separating.once()
        assert not scan.exists()
        assert [(label, len(scans)) for label, scans in separating.handed_on] == [(NUMBER, 2)]
        counts = house.catalog.submissions.counts()
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED]) == (1, 2)


def test_the_same_long_scan_again_is_a_duplicate_and_makes_no_parts(separating: Watched) -> None:
    data = long_scan(separating)
    with separating.house as house:
        for name in ("q/dài.pdf", "q/khác.pdf"):
            put(house.settings.inbox, name, data)
            separating.once()
        counts = house.catalog.submissions.counts()
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED], counts[SubmissionState.DUPLICATE]) == (
        1,
        3,
        1,
    )
    assert len(separating.handed_on) == 2


def test_a_parting_that_was_interrupted_is_finished_and_counts_nothing_twice(
    separating: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_down = threading.Event()
    is_down.set()

    def receive_if_up(house: House, scan: FoundScan, actor: Actor) -> Received:
        if scan.dossier_number == OTHER and is_down.is_set():
            raise StorageUnavailableError(detail="down")
        return receive(house, scan, actor)

    monkeypatch.setattr(rearranging, "receive", receive_if_up)
    scan = put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    with separating.house as house:
        separating.once()
        assert scan.exists()
        assert house.catalog.submissions.counts()[SubmissionState.REARRANGED] == 0
        for item in house.catalog.submissions.list_submissions():  # somebody digitized what was there already
            house.catalog.submissions.mark(item.scan_sha256, SubmissionState.ARCHIVED, actor=Actor("x", "x"))
        is_down.clear()
        separating.once()
        counts = house.catalog.submissions.counts()
    assert not scan.exists()
    states = (SubmissionState.REARRANGED, SubmissionState.ARCHIVED, SubmissionState.RECEIVED, SubmissionState.DUPLICATE)
    assert [counts[state] for state in states] == [1, 2, 1, 0]


def crash(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_scan_that_crashes_the_parting_is_claimed_as_it_is(separating: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_parts, "_write_all", crash)
    scan = put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    with separating.house as house:
        separating.once()
        counts = house.catalog.submissions.counts()
    assert not scan.exists()
    assert [label for label, _ in separating.handed_on] == ["dài.pdf"]
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED]) == (0, 1)


def test_without_the_setting_nothing_is_parted(tmp_path: Path) -> None:
    watched = open_station(tmp_path / "home")
    put(watched.house.settings.inbox, "q/dài.pdf", long_scan(watched))
    with watched.house:
        watched.once()
    assert [label for label, _ in watched.handed_on] == ["dài.pdf"]


def test_a_stack_of_fronts_and_backs_is_put_in_order(tmp_path: Path) -> None:
    watched = open_station(tmp_path / "home", duplex="stack")
    data = pdf_of([page(word) for word in ("trang 1", "trang 3", "trang 4", "trang 2")])
    put(watched.house.settings.inbox, f"q/{NUMBER}.pdf", data)
    with watched.house as house:
        watched.once()
        ((label, (sha256,)),) = watched.handed_on
        images = images_in(data)
        assert page_images(house, sha256) == [images[0], images[3], images[1], images[2]]
    assert label == NUMBER


def test_a_file_of_fronts_and_one_of_backs_become_one(tmp_path: Path) -> None:
    watched = open_station(tmp_path / "home", duplex="files")
    inbox = watched.house.settings.inbox
    fronts, backs = pdf_of([page("trang 1"), page("trang 3")]), pdf_of([page("trang 4"), page("trang 2")])
    put(inbox, f"q/{NUMBER}/đơn-truoc.pdf", fronts)
    put(inbox, f"q/{NUMBER}/đơn-sau.pdf", backs)
    put(inbox, f"q/{NUMBER}/khác.pdf", pdf_of([page("khác")]))
    with watched.house as house:
        watched.once()
        ((label, scans),) = watched.handed_on
        front, back = images_in(fronts), images_in(backs)
        assert page_images(house, scans[0]) == [front[0], back[1], front[1], back[0]]
        counts = house.catalog.submissions.counts()
        found = reconcile(house, Actor("a", "A"), sleep=lambda _seconds: None)
    assert (label, len(scans)) == (NUMBER, 2)
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED]) == (2, 2)
    assert (found.agrees, found.endings[Ending.IN_PARTS], found.endings[Ending.IN_PROGRESS]) == (True, 2, 2)
    assert list(inbox.iterdir()) == [inbox / "q"]


def test_a_board_that_cannot_be_written_keeps_no_long_scan_from_being_parted(
    separating: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageFullError(detail="no room")

    monkeypatch.setattr(StationBoards, "show_verdict", refuse)
    put(separating.house.settings.inbox, "q/dài.pdf", long_scan(separating))
    with separating.house:
        separating.once()
        counts = separating.house.catalog.submissions.counts()
    assert (counts[SubmissionState.REARRANGED], counts[SubmissionState.RECEIVED]) == (1, 3)


def test_what_cannot_be_looked_at_is_claimed_as_it_is(separating: Watched) -> None:
    put(separating.house.settings.inbox, "q/hỏng.pdf", b"%PDF-1.7\nbroken")
    with separating.house:
        separating.once()
    assert [label for label, _ in separating.handed_on] == ["hỏng.pdf"]
