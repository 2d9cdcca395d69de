"""Servers of a PKI are asked within bounds: no other address than the one given, no endless or slow answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pdf.http_exchange import ExchangeError, exchange


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/whole")
            self.end_headers()
            return
        if self.path == "/headers":  # byte after byte: no timeout of the socket ever comes
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 200 + b"\r\n\r\n":
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
            return
        if self.path == "/bytes":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)
            return
        self.send_response(404 if self.path == "/absent" else 200)
        self.end_headers()
        for _ in range(50 if self.path == "/drip" else 1):
            self.wfile.write(b"x" * 1000)
            time.sleep(0.1 if self.path == "/drip" else 0)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body + self.headers["Content-Type"].encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_whole_answer_is_returned(url: str) -> None:
    assert exchange(f"{url}/whole", None, "", timeout_s=5, max_bytes=1000) == b"x" * 1000
    assert exchange(url, b"asked ", "text/plain", timeout_s=5, max_bytes=1000) == b"asked text/plain"


@pytest.mark.parametrize(
    ("path", "timeout_s", "max_bytes", "words"),
    [
        ("/moved", 5, 1000, "status 302"),
        ("/absent", 5, 1000, "status 404"),
        ("/whole", 5, 999, "more than 999 bytes"),
        ("/drip", 0.5, 100_000, "longer than"),
        ("/bytes", 0.5, 100_000, "longer than"),
        ("/headers", 0.5, 100_000, "longer than"),
    ],
)
def test_anything_else_is_refused(url: str, path: str, timeout_s: float, max_bytes: int, words: str) -> None:
    begin = time.monotonic()
    with pytest.raises(ExchangeError, match=words):
        exchange(url + path, None, "", timeout_s=timeout_s, max_bytes=max_bytes)
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ldap://127.0.0.1/x", "http://", "http://[", "http://127.0.0.1:1/"])
def test_no_other_scheme_and_no_dead_server(address: str) -> None:
    with pytest.raises(ExchangeError):
        exchange(address, None, "", timeout_s=2, max_bytes=10)
