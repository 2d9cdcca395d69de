"""When a service of ``sohoa up`` counts as ready."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from pydantic import SecretStr

from runtime.service_settings import PrefectSettings
from runtime.services import list_services
from runtime.settings import Settings


@contextmanager
def another_api(password: str) -> Iterator[str]:
    """Serve what answers as a Prefect API does: ``/health`` to anyone, all else to who knows the password."""
    known = f"Basic {b64encode(password.encode()).decode()}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.path == "/api/health" or self.headers["Authorization"] == known
            self.send_response(200 if is_known else 401)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api"
        finally:
            server.shutdown()
            thread.join()


def is_engine_ready(url: str, password: str, home: Path) -> bool:
    prefect = PrefectSettings(api_url=url, api_auth=SecretStr(password))
    (engine,) = (service for service in list_services(Settings(home=home, prefect=prefect)) if service.name == "prefect")
    return engine.is_ready()


def test_the_engine_is_ready_when_it_knows_our_password_and_anothers_on_its_port_never(tmp_path: Path) -> None:
    with another_api("sohoa:ours") as url:
        assert is_engine_ready(url, "sohoa:ours", tmp_path)
        assert not is_engine_ready(url, "sohoa:other", tmp_path)
