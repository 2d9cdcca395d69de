"""A small server for those who look from outside: ``/metrics``, ``/health`` and ``/ready``. It tells counts, never contents."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from operations.custody_standing import RecentStanding
from operations.exposition import CONTENT_TYPE, expose
from operations.observing import check_readiness, observe
from runtime.wiring import House

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_log = logging.getLogger("sohoa.health")


class HealthServer(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own, so that a slow check does not hold up the next."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 30

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        _log.debug("%s %s %s %s", self.client_address[0], self.requestline, code, size)


def make_health_server(house: House, host: str, port: int, check_engine: Callable[[], None] | None = None) -> HealthServer:
    """Return a server that listens and is not serving yet; port 0 takes a free one. Raises ``OSError`` when it is taken."""

    standing = RecentStanding(house)

    def answer(path: str) -> tuple[HTTPStatus, str, bytes]:
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE, expose(lambda: observe(house, custody=standing.get()))
        if path == "/health":
            return HTTPStatus.OK, "text/plain", b"alive\n"
        if path == "/ready":
            found = check_readiness(house, check_engine)
            status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
            parts = {name: why or "ready" for name, why in found.parts.items()}
            return status, "application/json", json.dumps(parts, ensure_ascii=False).encode() + b"\n"
        return HTTPStatus.NOT_FOUND, "text/plain", b"/metrics, /health or /ready\n"

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, body = answer(environ["PATH_INFO"])
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    server = HealthServer((host, port), _QuietHandler)
    server.set_app(application)
    return server
