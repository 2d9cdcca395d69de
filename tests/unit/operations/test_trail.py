"""What each operation writes into the trail, and that it says nothing that does not belong there."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dossiers.errors import SohoaError, StorageDeniedError
from dossiers.model import Actor, SubmissionState
from dossiers.trail import TrailAction, TrailEvent
from operations.paths import FoundScan
from operations.queueing import cancel, prioritize
from operations.receiving import receive
from operations.replaying import ReplayChoice, plan_replay, queue_replay
from operations.searching import search_archive
from operations.showing import find_entry, show_document
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from operations.trail import flush_trail, record_event
from operations.trail_keeping import TrailKeeper
from operations.trail_verifying import verify_trail
from runtime.settings import ReadingSettings, Settings
from runtime.wiring import House
from tests.support.trails import make_events

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa")
NUMBER = "H01.31.12-261008-0001"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home", reading=ReadingSettings(engine="null"))) as opened:
        yield opened


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    page = Image.new("L", (413, 584), 255)
    ImageDraw.Draw(page).text((40, 80), "QUYET DINH", fill=0)
    page.save(tmp_path / "Nguyễn Văn An - đơn.png")
    return tmp_path / "Nguyễn Văn An - đơn.png"


def events(house: House) -> list[TrailEvent]:
    return [entry.event for _, entries in house.trail.iter_entries() for entry in entries]


def test_the_life_of_a_document_is_in_the_trail_and_no_name_of_a_citizen(house: House, scan: Path) -> None:
    sha256 = receive(house, FoundScan(scan, NUMBER), CLERK).sha256
    described = understand_scan(house, sha256, read_scan(house, sha256))
    archive_documents(house, sha256, described, make_pdfs(house, sha256, described, CLERK), CLERK)
    (entry,) = house.catalog.documents.list_documents()
    show_document(house, find_entry(house, entry.document_id), CLERK, unmask=True, purpose="cấp bản sao")
    receive(house, FoundScan(scan, NUMBER), CLERK)
    written = [(event.action, event.subject, event.actor) for event in events(house)]
    document = entry.document_id
    assert written == [
        (TrailAction.INGEST, sha256, "clerk-1"),
        (TrailAction.SIGN, document, "clerk-1"),
        (TrailAction.ARCHIVE, document, "clerk-1"),
        (TrailAction.READ, document, "clerk-1"),
        (TrailAction.INGEST, sha256, "clerk-1"),
    ]
    shown = events(house)[3]
    assert (shown.details["unmasked"], shown.purpose, shown.unit) == (True, "cấp bản sao", CLERK.unit)
    assert not any("Nguyễn" in str(event) or CLERK.name in str(event) for event in events(house))


def test_a_rejected_file_that_is_tried_again_is_taken_in_once(house: House, scan: Path) -> None:
    sha256 = receive(house, FoundScan(scan, NUMBER), CLERK).sha256
    house.catalog.submissions.mark(sha256, SubmissionState.REJECTED, actor=CLERK, detail="x")
    receive(house, FoundScan(scan, NUMBER), CLERK)
    assert [event.action for event in events(house)] == [TrailAction.INGEST] * 2


def test_what_a_person_decides_about_the_queue_is_in_the_trail(house: House) -> None:
    scans = ["ab" * 32, "cd" * 32]
    for sha256 in scans:
        house.catalog.submissions.receive(
            sha256, name="a.pdf", path=f"/{sha256}", size_bytes=1, dossier_number=NUMBER, actor=CLERK
        )
    prioritize(house, [NUMBER], CLERK)
    cancel(house, scans[:1], CLERK)
    queue_replay(house, plan_replay(house, ReplayChoice(names=tuple(scans[:1]))), CLERK)
    written = sorted((event.action, event.subject) for event in events(house))
    assert written == [
        (TrailAction.CANCEL, scans[0]),
        (TrailAction.PRIORITIZE, scans[0]),
        (TrailAction.PRIORITIZE, scans[1]),
        (TrailAction.REPLAY, scans[0]),
    ]


def test_nothing_is_shown_changed_or_found_that_cannot_be_written_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = "ab" * 32
    house.catalog.submissions.receive(sha256, name="a", path="/a", size_bytes=1, dossier_number=NUMBER, actor=CLERK)

    def refuse(*_: object, **__: object) -> None:
        raise StorageDeniedError(detail="the store refuses our key")

    monkeypatch.setattr(house.trail, "append", refuse)
    for attempt in (
        lambda: search_archive(house, "quyết định", CLERK),
        lambda: prioritize(house, [NUMBER], CLERK),
        lambda: cancel(house, [NUMBER], CLERK),
    ):
        with pytest.raises(SohoaError):
            attempt()
    assert house.catalog.submissions.get(sha256).state is SubmissionState.RECEIVED
    assert {scan.priority for scan in house.catalog.dispatches.list_waiting(())} == {0}
    assert events(house) == []


def test_an_action_that_is_none_and_a_detail_that_is_no_plain_value_are_refused(house: House) -> None:
    with pytest.raises(ValueError, match="nothing-known"):
        record_event(house, CLERK, "nothing-known", "x")
    with pytest.raises(TypeError):
        record_event(house, CLERK, TrailAction.READ, "x", {"share": 0.5})  # type: ignore[dict-item]
    assert events(house) == []


def test_text_of_any_kind_is_kept_and_read_back(house: House) -> None:
    for subject in ("a\nb", "\udcff", "Đỗ", "x" * 5000, "\u2028", '"}'):
        record_event(house, CLERK, TrailAction.READ, subject, {"text": subject, "list": [subject]}, purpose=subject)
    assert verify_trail(house).problems == ()
    assert len(events(house)) == 6


def test_the_keeper_writes_what_waited_and_anchors_once(house: House) -> None:
    house.trail_spool.add(make_events(2))
    keeper = TrailKeeper(house)
    keeper.look()
    keeper.look()
    verdict = verify_trail(house)
    assert (verdict.entries, verdict.waiting, verdict.anchors, verdict.unanchored) == (2, 0, 1, 0)


def test_a_spool_whose_clearing_was_interrupted_is_no_alarm_and_nothing_is_written_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.trail_spool.add(make_events(3))
    whole_unlink = Path.unlink
    unlinked: list[Path] = []

    def unlink_once(path: Path, missing_ok: bool = False) -> None:
        if path.parent.name == "trail-spool":
            unlinked.append(path)
            if len(unlinked) > 1:
                raise OSError(errno.EIO, "the plug was pulled")
        whole_unlink(path, missing_ok)

    with monkeypatch.context() as pulled:
        pulled.setattr(Path, "unlink", unlink_once)
        with pytest.raises(SohoaError):
            flush_trail(house)
    assert house.trail_spool.count() == 2
    flush_trail(house)
    assert [event.action for event in events(house)] == [TrailAction.READ] * 3
    assert house.trail_spool.count() == 0


def test_a_chore_that_fails_holds_up_no_other_and_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.trail_spool.add(make_events(1))
    with monkeypatch.context() as away:

        def refuse(*_: object, **__: object) -> None:
            raise StorageDeniedError(detail="away")

        away.setattr(house.trail, "put_anchor", refuse)
        TrailKeeper(house).look()
    assert (verify_trail(house).waiting, verify_trail(house).anchors) == (0, 0)
    looks = iter([False, True])
    TrailKeeper(house).run(lambda: next(looks), lambda _seconds: None)
    assert verify_trail(house).anchors == 1
