"""One HTTP request to a server of a PKI: bounded in time and size, no redirects, http and https only."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from urllib.parse import urlsplit

import requests

_CHUNK_BYTES = 4096


class ExchangeError(Exception):
    """The server did not answer as it should. The message names the host, never what was sent."""


def is_web_address(url: str) -> bool:
    """Say whether a URL is one that may be asked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def exchange(url: str, body: bytes | None, media_type: str, *, timeout_s: float, max_bytes: int) -> bytes:
    """Post a body, or get without one, and return the answer's bytes within ``timeout_s`` for everything.

    Raises ``ExchangeError`` for anything but a complete answer of at most ``max_bytes`` with status 200.
    """
    if not is_web_address(url):
        raise ExchangeError("not an http or https address")
    answer: Future[bytes] = Future()

    def ask() -> None:
        try:
            answer.set_result(_ask(url, body, media_type, timeout_s, max_bytes))
        except BaseException as error:
            answer.set_exception(error)

    # Timeouts of sockets count from byte to byte: who sends one now and then would hold up the caller for ever.
    threading.Thread(target=ask, daemon=True, name="sohoa-exchange").start()
    try:
        return answer.result(timeout_s)
    except TimeoutError as error:
        raise ExchangeError(f"{urlsplit(url).hostname} took longer than {timeout_s:g} s") from error


def _ask(url: str, body: bytes | None, media_type: str, timeout_s: float, max_bytes: int) -> bytes:
    host = urlsplit(url).hostname
    deadline = time.monotonic() + timeout_s
    headers = {"Content-Type": media_type} if body is not None else {}
    method = "GET" if body is None else "POST"
    try:
        with requests.request(
            method, url, data=body, headers=headers, timeout=timeout_s, stream=True, allow_redirects=False
        ) as response:
            if response.status_code != requests.codes.ok:
                raise ExchangeError(f"{host} answered with status {response.status_code}")
            answer = bytearray()
            for chunk in response.iter_content(_CHUNK_BYTES):
                answer += chunk
                if len(answer) > max_bytes:
                    raise ExchangeError(f"{host} answered with more than {max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise ExchangeError(f"{host} took longer than {timeout_s:g} s")
            return bytes(answer)
    except (requests.RequestException, OSError, ValueError) as error:
        raise ExchangeError(f"{host}: {type(error).__name__}") from error
