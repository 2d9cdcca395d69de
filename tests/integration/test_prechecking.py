"""The verdict beside a scan, while other work goes on."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from operations import prechecking
from operations.station_board import list_boards, read_board
from tests.support.inbox import NUMBER, Watched, open_watched, put, wait_until
from tests.unit.ocr.drawing import draw_page


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """Nothing is claimed for a while, so that the notes can be looked at."""
    watched = open_watched(tmp_path / "home", verdicts=True, settle_s=300)
    watched.house.settings.inbox.mkdir(parents=True)
    with watched.house:
        yield watched


def tiff_bytes(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200), compression="tiff_deflate")
    return out.getvalue()


def jpeg_bytes(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", dpi=(200, 200), quality=90)
    return out.getvalue()


def read_note(scan: Path) -> str:
    note = scan.with_name(f"{scan.name}.ket-qua.txt")
    return note.read_text(encoding="utf-8-sig") if note.exists() else ""


def test_what_is_wrong_lies_beside_the_file_in_vietnamese(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    with watched.running():
        blurred = put(inbox, f"quầy 1/{NUMBER}/mờ.jpg", jpeg_bytes(draw_page().filter(ImageFilter.GaussianBlur(4))))
        good = put(inbox, f"quầy 1/{NUMBER}/tốt.jpg", jpeg_bytes(draw_page()))
        blank = put(inbox, "quầy 1/trắng.jpg", jpeg_bytes(Image.new("RGB", (1654, 2339), "white")))
        broken = put(inbox, "quầy 1/hỏng.jpg", jpeg_bytes(draw_page())[:20_000])
        wait_until(
            lambda: all("Kết luận: ĐANG" not in note and note for note in map(read_note, (blurred, good, blank, broken)))
        )
    assert "Kết luận: CẦN QUÉT LẠI" in read_note(blurred)
    assert "- Trang 1: ảnh bị mờ" in read_note(blurred)
    assert "Kết luận: ĐẠT" in read_note(good)
    assert "ngược mặt" in read_note(blank)
    assert "bị cụt hoặc hỏng" in read_note(broken)
    board = read_board(watched.house, "quầy 1")
    assert board is not None
    statuses = {row["path"].rpartition("/")[2]: row["status"] for row in board["files"]}
    assert statuses == {"mờ.jpg": "rescan", "tốt.jpg": "good", "trắng.jpg": "rescan", "hỏng.jpg": "rescan"}
    assert list_boards(watched.house) == ["quầy 1"]


def test_the_verdict_does_not_wait_for_what_is_being_digitized(tmp_path: Path) -> None:
    watched = open_watched(tmp_path / "home", verdicts=True)
    inbox = watched.house.settings.inbox
    put(inbox, f"q/{NUMBER}.jpg", jpeg_bytes(draw_page()))
    may_end = threading.Event()
    watched.while_digitizing = lambda: may_end.wait(60)
    with watched.house, watched.running():
        try:
            wait_until(lambda: bool(watched.handed_on))
            other = put(inbox, "q/b.jpg", jpeg_bytes(draw_page().filter(ImageFilter.GaussianBlur(4))))
            wait_until(lambda: "CẦN QUÉT LẠI" in read_note(other))
            wait_until(lambda: not other.exists())  # nor does its claim
            assert len(watched.handed_on) == 1
        finally:
            may_end.set()


def test_a_long_scan_gives_way_to_a_short_one(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prechecking, "SLICE_S", 0.0)
    monkeypatch.setattr(prechecking, "TELL_S", 0.0)
    inbox = watched.house.settings.inbox
    page = draw_page(size=(1654, 900))
    with watched.running():
        long = put(inbox, "q/dài.tif", tiff_bytes(*[page] * 12))
        wait_until(lambda: "ĐANG KIỂM TRA" in read_note(long))
        short = put(inbox, "q/ngắn.jpg", jpeg_bytes(page))
        wait_until(lambda: "ĐẠT" in read_note(short))
        assert "ĐANG KIỂM TRA" in read_note(long)
        wait_until(lambda: "ĐẠT" in read_note(long))
        assert "Số trang đã xem: 12" in read_note(long)


def test_a_file_is_checked_anew_when_it_was_scanned_again(watched: Watched) -> None:
    inbox = watched.house.settings.inbox
    with watched.running():
        scan = put(inbox, f"q/{NUMBER}.jpg", jpeg_bytes(draw_page().filter(ImageFilter.GaussianBlur(4))))
        wait_until(lambda: "CẦN QUÉT LẠI" in read_note(scan))
        scan.write_bytes(jpeg_bytes(draw_page()))
        wait_until(lambda: "ĐẠT" in read_note(scan))


def test_notes_go_when_their_scan_left_long_ago_and_other_texts_stay(tmp_path: Path) -> None:
    watched = open_watched(tmp_path / "home", verdicts=True, note_keep_s=0.2)
    inbox = watched.house.settings.inbox
    own = put(inbox, "q/ghi chú.ket-qua.txt", "của cán bộ".encode())
    with watched.house, watched.running():
        put(inbox, f"q/{NUMBER}/a.jpg", jpeg_bytes(draw_page()))
        wait_until(lambda: bool(watched.handed_on))
        wait_until(lambda: not (inbox / "q" / NUMBER).exists())
    assert own.exists()
    assert read_board(watched.house, "q") is not None


def test_a_marker_that_promises_more_pages_holds_the_dossier_until_they_came(tmp_path: Path) -> None:
    watched = open_watched(tmp_path / "home", verdicts=True, stations={"q": {"complete": "marker"}})
    inbox = watched.house.settings.inbox
    with watched.house, watched.running():
        put(inbox, f"q/{NUMBER}/1.jpg", jpeg_bytes(draw_page()))
        marker = put(inbox, f"q/{NUMBER}/_XONG", "số trang: 2".encode())
        wait_until(lambda: "1 trang có chữ, nhưng báo là 2 trang" in read_note(marker))
        assert watched.handed_on == []
        put(inbox, f"q/{NUMBER}/2.jpg", jpeg_bytes(draw_page(size=(1654, 1200))))
        wait_until(lambda: bool(watched.handed_on))
    ((label, scans),) = watched.handed_on
    assert (label, len(scans)) == (NUMBER, 2)
