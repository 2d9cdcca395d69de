"""Claiming from the watched folder, with real files, a real store and real slow writers."""

from __future__ import annotations

import errno
import hashlib
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dossiers.errors import StorageUnavailableError
from dossiers.model import Actor, Outcome, SubmissionState
from dossiers.stillness import SeenFile, Stamp
from operations import claiming, inbox_rounds
from operations.claiming import claim_file
from operations.paths import FoundScan
from operations.receiving import Received, original_copy, receive
from operations.tidying import InboxTidier
from runtime.wiring import House
from storage.archive import Archive
from storage.inbox import InboxListing, list_inbox, remove_inside
from tests.support.inbox import CLERK, NUMBER, OTHER, Watched, open_watched, put, wait_until


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = open_watched(tmp_path / "home")
    watched.house.settings.inbox.mkdir(parents=True)
    with watched.house:
        yield watched


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def left_in(inbox: Path) -> list[str]:
    return sorted(str(path.relative_to(inbox)) for path in inbox.rglob("*"))


def claim_of(watched: Watched, name: str) -> FoundScan:
    (file,) = (file for file in list_inbox(watched.house.settings.inbox).files if file.parts[-1] == name)
    inbox = watched.house.settings.inbox
    return FoundScan(inbox.joinpath(*file.parts), file.placement.dossier_number, inbox=inbox)


def seen_of(watched: Watched, name: str) -> SeenFile:
    return next(file for file in list_inbox(watched.house.settings.inbox).files if file.parts[-1] == name)


def test_each_layout_is_claimed_and_leaves_the_inbox(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    decomposed = unicodedata.normalize("NFD", "quầy 1")
    put(inbox, f"{decomposed}/{NUMBER}/1.pdf", b"one")
    put(inbox, f"{decomposed}/{NUMBER}/ket-qua/2.pdf", b"two")
    put(inbox, f"quay-2/{OTHER}.pdf", b"flat")
    put(inbox, f"{OTHER}/3.pdf", b"without a station")
    put(inbox, "quay-2/loose.pdf", b"loose")

    watched.once()

    assert left_in(inbox) == sorted([decomposed, "quay-2"]), "the stations stay, all else is gone"
    handed_on = sorted((label, sorted(scans)) for label, scans in watched.handed_on)
    assert handed_on == sorted(
        [
            (NUMBER, sorted([digest(b"one"), digest(b"two")])),
            (OTHER, [digest(b"flat")]),
            (OTHER, [digest(b"without a station")]),
            ("loose.pdf", [digest(b"loose")]),
        ]
    )
    assert {file.placement.station for file in watched.told if file.placement} == {"quầy 1", "quay-2", ""}


def test_a_claimed_file_is_whole_in_the_store_and_stands_as_received(watched: Watched) -> None:
    put(watched.house.settings.inbox, f"q/{NUMBER}/a.pdf", b"scan")
    watched.once()
    house, sha256 = watched.house, digest(b"scan")
    assert house.catalog.submissions.get(sha256).state is SubmissionState.RECEIVED
    record = house.archive.find_submission(sha256)
    assert record is not None
    assert (record.state, record.dossier_number, record.name) == (SubmissionState.RECEIVED, NUMBER, "a.pdf")
    (house.work_folder(sha256) / "original").unlink()
    assert original_copy(house, sha256).read_bytes() == b"scan", "fetched from the originals bucket, as another machine would"


def test_a_slow_writer_is_waited_for_though_it_pauses(watched: Watched) -> None:
    """The pauses are longer than the time of stillness; the writer keeps the file open, as scanners do."""
    inbox = watched.house.settings.inbox
    target = inbox / "q" / f"{NUMBER}.pdf"
    target.parent.mkdir()
    pause = threading.Event()

    def write_slowly() -> None:
        with target.open("wb", buffering=0) as stream:
            for letter in b"slow":
                stream.write(bytes([letter]) * 1000)
                pause.wait(0.6)

    with watched.running():
        writer = threading.Thread(target=write_slowly)
        writer.start()
        writer.join()
        wait_until(lambda: not target.exists())
    whole = b"".join(bytes([letter]) * 1000 for letter in b"slow")
    assert watched.handed_on == [(NUMBER, [digest(whole)])]


def test_a_partial_file_is_taken_once_it_has_its_name(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    part = put(inbox, f"q/{NUMBER}.pdf.part", b"half")
    watched.once()
    assert part.exists()
    with watched.running():
        with part.open("ab") as stream:
            stream.write(b" and half")
        part.rename(inbox / "q" / f"{NUMBER}.pdf")
        wait_until(lambda: bool(watched.handed_on))
    assert watched.handed_on == [(NUMBER, [digest(b"half and half")])]


def test_a_marker_completes_a_dossier_and_goes_with_it(tmp_path: Path) -> None:
    watched = open_watched(tmp_path / "home", stations={"q": {"complete": "marker"}})
    inbox = watched.house.settings.inbox
    put(inbox, f"q/{NUMBER}/1.pdf", b"one")
    put(inbox, f"q/{OTHER}/1.pdf", b"other")
    with watched.house:
        watched.once()
        assert watched.handed_on == []
        put(inbox, f"q/{NUMBER}/_XONG", b"")
        watched.once()
    assert watched.handed_on == [(NUMBER, [digest(b"one")])]
    assert left_in(inbox) == ["q", f"q/{OTHER}", f"q/{OTHER}/1.pdf"]


def test_what_the_store_cannot_take_stays_and_is_tried_again(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = watched.house.settings.inbox
    path = put(inbox, f"q/{NUMBER}/a.pdf", b"scan")
    is_down = threading.Event()
    is_down.set()
    keep = Archive.keep_original

    def keep_if_up(archive: Archive, path: Path, sha256: str, name: str, received_at: datetime, actor: Actor) -> str:
        if is_down.is_set():
            raise StorageUnavailableError(detail="down")
        return keep(archive, path, sha256, name, received_at, actor)

    monkeypatch.setattr(Archive, "keep_original", keep_if_up)
    with watched.running():
        wait_until(lambda: len(watched.told) >= 2)
        assert path.exists()
        assert watched.handed_on == []
        is_down.clear()
        wait_until(lambda: bool(watched.handed_on))
    assert not path.exists()
    counts = watched.house.catalog.submissions.counts()
    assert (counts[SubmissionState.RECEIVED], sum(counts.values())) == (1, 1)


def test_a_file_that_makes_the_program_stumble_stops_no_other(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = watched.house.settings.inbox
    put(inbox, "q/bad.pdf", b"bad")
    put(inbox, "q/good.pdf", b"good")

    def stumble(house: House, scan: FoundScan, actor: Actor, on_digest: Callable[[str], None]) -> Received:
        if scan.name == "bad.pdf":
            raise RuntimeError("stumbled")
        return receive(house, scan, actor, on_digest)

    monkeypatch.setattr(claiming, "receive", stumble)
    watched.once()
    assert left_in(inbox) == ["q", "q/bad.pdf"]
    assert [file.error.code for file in watched.told if file.error] == ["internal"]


def test_a_refused_file_that_cannot_be_removed_ends_no_watch(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = watched.house.settings.inbox
    limited = watched.house.settings.reading.model_copy(update={"max_file_mb": 1})
    watched.house.settings = watched.house.settings.model_copy(update={"reading": limited})
    locked = put(inbox, "locked/big.pdf", bytes(1_100_000))

    def refuse(root: Path, parts: tuple[str, ...], stamp: Stamp | None) -> bool:
        if parts[0] == "locked":
            raise PermissionError(errno.EROFS, "read-only")
        return remove_inside(root, parts, stamp)

    monkeypatch.setattr(inbox_rounds, "remove_inside", refuse)
    with watched.running():
        wait_until(lambda: len(watched.told) >= 3)  # it is tried again and again
        put(inbox, "q/good.pdf", b"good")
        wait_until(lambda: bool(watched.handed_on))
    assert {file.error.code for file in watched.told if file.error} == {"input.too_large"}
    assert locked.exists()
    assert len(list((watched.house.home / "quarantine").glob("*/*-big.pdf"))) == 1


def test_a_fault_of_the_program_in_one_round_ends_no_watch(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    stumbles = iter([RuntimeError("stumbled")])
    tidy = InboxTidier.go_through

    def stumble(tidier: InboxTidier, listing: InboxListing, now_s: float) -> None:
        fault = next(stumbles, None)
        if fault is not None:
            raise fault
        tidy(tidier, listing, now_s)

    monkeypatch.setattr(InboxTidier, "go_through", stumble)
    with watched.running():
        put(watched.house.settings.inbox, "q/good.pdf", b"good")
        wait_until(lambda: bool(watched.handed_on))
    assert next(stumbles, None) is None


def test_the_same_bytes_again_are_linked_and_counted(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    put(inbox, f"q/{NUMBER}/a.pdf", b"scan")
    watched.once()
    for path in (f"q/{OTHER}/b.pdf", f"q/{NUMBER}/a.pdf"):
        watched.house.catalog.submissions.mark(digest(b"scan"), SubmissionState.ARCHIVED, actor=CLERK)
        put(inbox, path, b"scan")
        watched.once()
    assert [file.claim.is_copy for file in watched.told if file.claim] == [False, True, True]
    sightings = watched.house.catalog.submissions.list_sightings(digest(b"scan"))
    assert [(seen.dossier_number, seen.outcome) for seen in sightings] == [
        (OTHER, Outcome.DUPLICATE),
        (NUMBER, Outcome.DUPLICATE),
    ]
    assert len(watched.handed_on) == 1


@pytest.mark.parametrize("state", [SubmissionState.RECEIVED, SubmissionState.ARCHIVED, SubmissionState.REJECTED])
def test_a_plug_pulled_between_claim_and_removal_counts_the_file_once(watched: Watched, state: SubmissionState) -> None:
    inbox = watched.house.settings.inbox
    put(inbox, f"q/{NUMBER}/a.pdf", b"scan")
    claim_file(watched.house, claim_of(watched, "a.pdf"), seen_of(watched, "a.pdf").stamp, CLERK)
    if state is not SubmissionState.RECEIVED:
        watched.house.catalog.submissions.mark(digest(b"scan"), state, actor=CLERK)
    watched.once()
    assert left_in(inbox) == ["q"]
    counts = watched.house.catalog.submissions.counts()
    assert (counts[state], sum(counts.values())) == (1, 1)


def test_a_plug_pulled_after_a_second_file_was_seen_counts_it_once(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    put(inbox, f"q/{NUMBER}/a.pdf", b"scan")
    watched.once()
    watched.house.catalog.submissions.mark(digest(b"scan"), SubmissionState.ARCHIVED, actor=CLERK)
    put(inbox, f"q/{OTHER}/b.pdf", b"scan")
    claim_file(watched.house, claim_of(watched, "b.pdf"), seen_of(watched, "b.pdf").stamp, CLERK)
    watched.once()
    assert left_in(inbox) == ["q"]
    assert sum(watched.house.catalog.submissions.counts().values()) == 2


def test_links_are_told_once_and_stay(watched: Watched, tmp_path: Path) -> None:
    inbox = watched.house.settings.inbox
    secret = put(tmp_path, "outside/secret.pdf", b"secret")
    (inbox / "q").mkdir()
    (inbox / "q" / "link.pdf").symlink_to(secret)
    put(inbox, "q/a.pdf", b"a")
    watched.once()
    assert [(Path(file.path).name, file.error.code) for file in watched.told if file.error] == [
        ("link.pdf", "input.unreadable")
    ]
    assert left_in(inbox) == ["q", "q/link.pdf"]
    assert secret.read_bytes() == b"secret"


def test_a_file_beyond_the_limit_is_put_aside(tmp_path: Path) -> None:
    watched = open_watched(tmp_path / "home")
    inbox = watched.house.settings.inbox
    limited = watched.house.settings.reading.model_copy(update={"max_file_mb": 1})
    watched.house.settings = watched.house.settings.model_copy(update={"reading": limited})
    put(inbox, "q/big.pdf", bytes(1_100_000))
    with watched.house:
        watched.once()
    assert left_in(inbox) == ["q"]
    assert [file.error.code for file in watched.told if file.error] == ["input.too_large"]
    assert list((tmp_path / "home" / "quarantine").glob("*/*-big.pdf"))
