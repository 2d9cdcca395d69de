"""Metrics, health and readiness, asked over HTTP as Prometheus does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from unicodedata import normalize

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dossiers.dispatching import FAST_PRIORITY
from dossiers.errors import EngineUnavailableError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from operations.exposition import expose
from operations.health_server import make_health_server
from operations.observing import Observation, observe
from runtime.service_settings import DispatchSettings
from runtime.settings import Settings
from runtime.wiring import House

ACTOR = Actor("clerk", "Clerk")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened:
        for number in range(3):
            opened.catalog.submissions.receive(
                f"{number:064x}",
                name=f"{number}.pdf",
                path=f"/quet/{number}.pdf",
                size_bytes=1,
                dossier_number=None,
                actor=ACTOR,
                at=NOW - timedelta(minutes=number),
            )
        outage = StorageUnavailableError(detail="x")
        opened.catalog.submissions.mark(f"{2:064x}", SubmissionState.FAILED, actor=ACTOR, error=outage)
        opened.catalog.dispatches.set_priority([f"{0:064x}"], FAST_PRIORITY)
        opened.catalog.stage_times.add("read-scan", 4.0)
        opened.catalog.stage_times.add("archive-documents", 0.5, pages=7)
        yield opened


@contextmanager
def serving(house: House, engine_fault: EngineUnavailableError | None = None) -> Iterator[HTTPConnection]:
    def check_engine() -> None:
        if engine_fault is not None:
            raise engine_fault

    server = make_health_server(house, "127.0.0.1", 0, check_engine)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    try:
        yield connection
    finally:
        connection.close()
        server.shutdown()
        thread.join()
        server.server_close()


def get(connection: HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def samples(text: str) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(text)
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value for family in families for sample in family.samples
    }


def test_the_metrics_tell_queue_age_errors_pages_and_stages(house: House) -> None:
    found = samples(expose(lambda: observe(house, NOW)).decode())
    assert found["sohoa_up", ""] == 1
    assert found["sohoa_files", "received"] == 2
    assert found["sohoa_errors", "storage.unavailable"] == 1
    assert (found["sohoa_queue_scans", ""], found["sohoa_queue_urgent_scans", ""]) == (2, 1)
    assert found["sohoa_queue_oldest_age_seconds", ""] == 60
    assert found["sohoa_pages_total", ""] == 7
    assert (found["sohoa_stage_seconds_sum", "read-scan"], found["sohoa_stage_seconds_count", "read-scan"]) == (4.0, 1)


def test_a_fast_station_counts_as_urgent_whatever_the_form_of_its_name_on_the_disk(tmp_path: Path) -> None:
    dispatch = DispatchSettings(fast_stations=("quầy 1",))
    with House(Settings(home=tmp_path / "home", dispatch=dispatch)) as house:
        for number, name in enumerate((normalize("NFC", "quầy 1"), normalize("NFD", "quầy 1"))):
            house.catalog.submissions.receive(
                f"{number:064x}",
                name="a.pdf",
                path=f"/inbox/{name}/a.pdf",
                size_bytes=1,
                dossier_number=None,
                actor=ACTOR,
            )
        found = samples(expose(lambda: observe(house)).decode())
        waiting = house.catalog.dispatches.list_waiting((), fast_folders=dispatch.fast_stations)
    assert found["sohoa_queue_urgent_scans", ""] == 2
    assert (found["sohoa_batches", "fast"], found["sohoa_batches", "normal"]) == (0, 0)
    assert {scan.priority for scan in waiting} == {FAST_PRIORITY}


def test_without_a_catalog_the_metrics_say_so() -> None:
    def fail() -> Observation:
        raise StorageUnavailableError(detail="away")

    assert samples(expose(fail).decode()) == {("sohoa_up", ""): 0}


def test_health_metrics_and_readiness_are_served(house: House) -> None:
    with serving(house) as connection:
        assert get(connection, "/health") == (200, "alive\n")
        assert get(connection, "/nowhere")[0] == 404
        assert samples(get(connection, "/metrics")[1])["sohoa_files", "received"] == 2
        status, body = get(connection, "/ready")
        assert (status, json.loads(body)) == (200, {"catalog": "ready", "store": "ready", "engine": "ready"})


def test_what_is_away_is_named(house: House) -> None:
    with serving(house, EngineUnavailableError(detail="gone")) as connection:
        status, body = get(connection, "/ready")
    assert status == 503
    parts = json.loads(body)
    assert "engine.unavailable" in parts["engine"]
    assert parts["catalog"] == "ready"
