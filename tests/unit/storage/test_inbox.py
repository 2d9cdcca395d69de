"""The inbox on a real disk: what is found, opened and removed, and what is not."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from dossiers.errors import UnreadablePathError
from storage.inbox import InboxEvents, is_being_written, list_inbox, open_inside, remove_empty_folders, remove_inside

NUMBER = "H01.31.12-261008-0003"


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_markers_and_notes_are_told_apart(tmp_path: Path) -> None:
    for name in (f"q/{NUMBER}/a.pdf", "q/b.pdf", "q/b.pdf.part", ".ẩn/c.pdf", "q/b.pdf.ket-qua.txt"):
        touch(tmp_path / name)
    touch(tmp_path / "q" / NUMBER / "_XONG", "số trang: 7".encode())
    listing = list_inbox(tmp_path)
    assert [file.parts for file in listing.files] == [("q", NUMBER, "a.pdf"), ("q", "b.pdf")]
    assert [(marker.unit, marker.promised_pages) for marker in listing.markers] == [(("q", NUMBER), 7)]
    assert listing.notes == [("q", "b.pdf.ket-qua.txt")]
    assert listing.refused == []


def test_links_pipes_and_bottomless_folders_are_refused(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    touch(outside / "secret.pdf")
    touch(inbox / "q" / "good.pdf")
    (inbox / "q" / "link.pdf").symlink_to(outside / "secret.pdf")
    (inbox / "folder").symlink_to(outside)
    os.mkfifo(inbox / "q" / "pipe.pdf")
    touch(inbox.joinpath(*("d" * 20)) / "deep.pdf")
    listing = list_inbox(inbox)
    assert [file.parts for file in listing.files] == [("q", "good.pdf")]
    refused = {"/".join(item.parts): item.error.facts["detail"] for item in listing.refused}
    assert refused.pop("/".join("d" * 13)) == "more than 12 folders deep"
    assert refused == {"q/link.pdf": "symbolic link", "folder": "symbolic link", "q/pipe.pdf": "not a regular file"}


def test_names_in_any_form_and_of_any_bytes_are_found_opened_and_removed(tmp_path: Path) -> None:
    names = [unicodedata.normalize("NFD", "giấy tờ.pdf").encode(), b"latin-\xe9.pdf", "giấy.pdf".encode()]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    listing = list_inbox(tmp_path)
    assert len(listing.files) == len(names)
    for file in listing.files:
        with open_inside(tmp_path, file.parts) as stream:
            assert stream.read() == os.fsencode(file.parts[-1])
        assert remove_inside(tmp_path, file.parts, file.stamp)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    secret = touch(outside / "a.pdf")
    touch(inbox / "q" / "a.pdf")
    (file,) = list_inbox(inbox).files
    (inbox / "q" / "a.pdf").unlink()
    (inbox / "q").rmdir()
    (inbox / "q").symlink_to(outside)
    with pytest.raises(UnreadablePathError):
        open_inside(inbox, file.parts)
    remove_inside(inbox, file.parts, file.stamp)
    assert secret.exists()


def test_the_last_part_may_not_be_a_link_nor_a_pipe(tmp_path: Path) -> None:
    secret = touch(tmp_path / "secret.pdf")
    (tmp_path / "link.pdf").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.pdf")
    for name in ("link.pdf", "pipe.pdf"):
        with pytest.raises(UnreadablePathError):
            open_inside(tmp_path, (name,))


def test_a_file_that_changed_is_not_removed(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.pdf")
    (file,) = list_inbox(tmp_path).files
    path.write_bytes(b"another")
    assert not remove_inside(tmp_path, file.parts, file.stamp)
    assert path.read_bytes() == b"another"


def test_a_file_open_for_writing_is_known_and_kept(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.pdf")
    (file,) = list_inbox(tmp_path).files
    assert not is_being_written(tmp_path, file.parts)
    with path.open("ab"):
        assert is_being_written(tmp_path, file.parts)
        assert not remove_inside(tmp_path, file.parts, file.stamp)
    with path.open("rb"):
        assert not is_being_written(tmp_path, file.parts), "readers do not matter"
    assert remove_inside(tmp_path, file.parts, file.stamp)


def test_empty_folders_go_but_not_the_station_nor_full_ones(tmp_path: Path) -> None:
    (tmp_path / "q" / NUMBER / "ket-qua").mkdir(parents=True)
    remove_empty_folders(tmp_path, ("q", NUMBER, "ket-qua"), keep=1)
    assert [path.name for path in tmp_path.rglob("*")] == ["q"]
    touch(tmp_path / "q" / NUMBER / "b.pdf")
    remove_empty_folders(tmp_path, ("q", NUMBER), keep=1)
    assert (tmp_path / "q" / NUMBER / "b.pdf").exists()


def test_an_event_wakes_up_and_tells_which_file_was_closed(tmp_path: Path) -> None:
    with InboxEvents(tmp_path, is_native=True) as events:
        path = touch(tmp_path / "a.pdf")
        closed: set[Path] = set()
        for _ in range(100):
            events.wait(1)
            closed |= events.take_closed()
            if closed:
                break
    assert closed == {path}


def test_without_events_one_only_waits(tmp_path: Path) -> None:
    with InboxEvents(tmp_path, is_native=False) as events:
        touch(tmp_path / "a.pdf")
        events.wait(0.01)
        assert events.take_closed() == set()


def test_an_inbox_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePathError):
        list_inbox(tmp_path / "absent")
