"""The live page of a station, over a real socket."""

from __future__ import annotations

import json
import math
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn

from dossiers.scan_verdict import Finding, ScanVerdict, VerdictStatus
from operations.station_board import MAX_FILES, StationBoards, list_boards
from operations.watch_pulse import show_pulse
from portal.app import create_app
from runtime.settings import Settings
from runtime.wiring import House
from tests.support.inbox import NUMBER, wait_until

BLURRED = ScanVerdict(VerdictStatus.RESCAN, 1, (Finding("blurred", "ảnh bị mờ", 1),))
HOSTILE = "<script>alert(1)</script>\"'&.pdf"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Portal:
    """A running portal, asked as a browser would."""

    house: House
    port: int

    def get(self, path: str, host: str = "localhost") -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read().decode())
        finally:
            connection.close()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    house = House(Settings(home=tmp_path / "home"))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(house), log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield Portal(house, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def test_a_clerk_is_told_when_nobody_watches_the_inbox(portal: Portal) -> None:
    StationBoards(portal.house).show_verdict("q", "q/a.pdf", None, BLURRED)
    warning = '<p id="unwatched" role="alert">'
    assert warning in portal.get("/stations/q").text
    assert json.loads(portal.get("/stations/q/board.json").text)["watched"] is False
    shown_s = show_pulse(portal.house, -math.inf)
    assert show_pulse(portal.house, shown_s) == shown_s, "not more often than it must be"
    assert warning not in portal.get("/stations/q").text
    assert json.loads(portal.get("/stations/q/board.json").text)["watched"] is True
    long_ago = time.time() - 120
    os.utime(portal.house.home / "watch-pulse", (long_ago, long_ago))
    assert warning in portal.get("/stations/q").text


def test_a_station_shows_what_is_wrong_and_goes_on_showing(portal: Portal) -> None:
    boards = StationBoards(portal.house)
    boards.show_verdict("quầy 1", "quầy 1/đơn.pdf", NUMBER, BLURRED)
    page = portal.get(f"/stations/{quote('quầy 1')}")
    assert page.status == 200
    for words in ("CẦN QUÉT LẠI", "Trang 1: ảnh bị mờ.", "quầy 1/đơn.pdf", "trong hộp quét"):
        assert words in page.text
    boards.show_outcome("quầy 1", "quầy 1/đơn.pdf", NUMBER, "received", "đã nhận")
    board = json.loads(portal.get(f"/stations/{quote('quầy 1')}/board.json").text)
    (file,) = board["files"]
    assert (file["status"], file["outcome_vi"], file["dossier_number"]) == ("rescan", "đã nhận", NUMBER)
    assert "quầy 1" in portal.get("/stations").text


def test_names_are_text_and_never_markup(portal: Portal) -> None:
    StationBoards(portal.house).show_verdict(HOSTILE, HOSTILE, None, BLURRED)
    for path in (f"/stations/{quote(HOSTILE, safe='')}", "/stations"):
        page = portal.get(path)
        assert "<script>alert" not in page.text
    script = portal.get("/static/live.js")
    assert script.status == 200
    assert "innerHTML" not in script.text


def test_nothing_comes_from_outside_and_no_other_site_may_ask(portal: Portal) -> None:
    StationBoards(portal.house).show_verdict("q", "q/a.pdf", None, BLURRED)
    page = portal.get("/stations/q")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "http" not in page.text.replace("charset", "")
    assert portal.get("/stations/q", host="evil.example").status == 400


@pytest.mark.parametrize(
    "path", ["/stations/none", "/stations/..%2f..%2fetc%2fpasswd", "/static/../app.py", "/docs", "/openapi.json"]
)
def test_what_is_not_there_is_not_found(portal: Portal, path: str) -> None:
    assert portal.get(path).status == 404


def test_a_board_keeps_the_newest_files(portal: Portal) -> None:
    boards = StationBoards(portal.house)
    for number in range(MAX_FILES + 5):
        boards.show_outcome("q", f"q/{number}.pdf", None, "received", "đã nhận")
    files = json.loads(portal.get("/stations/q/board.json").text)["files"]
    assert len(files) == MAX_FILES
    assert files[0]["path"] == f"q/{MAX_FILES + 4}.pdf"


def test_a_station_has_its_page_before_its_first_scan(portal: Portal) -> None:
    inbox = portal.house.settings.inbox
    for folder in ("quầy 2", NUMBER, ".ẩn"):
        (inbox / folder).mkdir(parents=True)
    (inbox / "q").symlink_to(inbox / "quầy 2")
    assert json.loads(portal.get(f"/stations/{quote('quầy 2')}/board.json").text)["files"] == []
    for name in (NUMBER, ".ẩn", "q"):
        assert portal.get(f"/stations/{quote(name)}").status == 404
    assert list_boards(portal.house) == ["quầy 2"]


def test_what_became_of_a_file_leaves_it_in_its_place(portal: Portal) -> None:
    boards = StationBoards(portal.house)
    for name in ("1.pdf", "2.pdf"):
        boards.show_verdict("q", name, None, BLURRED)
    boards.show_outcome("q", "1.pdf", None, "received", "đã nhận")
    assert [file["path"] for file in json.loads(portal.get("/stations/q/board.json").text)["files"]] == ["2.pdf", "1.pdf"]
    boards.show_verdict("q", "1.pdf", None, BLURRED)
    assert [file["path"] for file in json.loads(portal.get("/stations/q/board.json").text)["files"]] == ["1.pdf", "2.pdf"]
