"""``sohoa up`` starts everything on one machine, ``sohoa down`` leaves nothing running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runtime.settings import Settings, machine_file
from tests.support.minio_server import find_binary, free_port
from tests.support.processes import find_processes, wait_for
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SohoaCommand


@pytest.fixture
def up(tmp_path: Path) -> Iterator[SohoaCommand]:
    """The command with everything running, and stopped at the end whatever happens."""
    settings = {
        "SOHOA_UP__MINIO_BINARY": find_binary(),
        "SOHOA_METRICS__PORT": str(free_port()),
        "SOHOA_WATCH__SETTLE_S": "0.2",
        "SOHOA_WATCH__POLL_S": "0.1",
        "SOHOA_LOGGING__FORM": "json",
        "SOHOA_READING__WORKERS": "1",
    }
    sohoa = SohoaCommand(tmp_path / "home", settings)
    try:
        done = sohoa("up")
        assert done.exit_code == 0, done.err + read_logs(sohoa)
        yield sohoa
    finally:
        sohoa("down")


def test_everything_starts_works_is_mended_and_stops(up: SohoaCommand) -> None:
    settings = Settings(home=up.home, **read_machine(up))
    assert stat.S_IMODE(machine_file(up.home).stat().st_mode) == 0o600
    assert httpx.get(f"{settings.prefect.api_url}/version").status_code == 401
    ready = httpx.get(f"http://127.0.0.1:{up.settings['SOHOA_METRICS__PORT']}/ready", timeout=30)
    assert ready.json() == {"catalog": "ready", "store": "ready", "engine": "ready"}

    assert httpx.get(f"http://127.0.0.1:{settings.portal.port}/stations").status_code == 200

    sample = find_sample(CLEAR_TYPE)
    dossier = up.home / "inbox" / sample.dossier_number
    dossier.mkdir(parents=True)
    shutil.copy(sample.path, dossier / "a.pdf")
    (dispatcher,) = find_processes(up.home, "dispatch")
    os.kill(dispatcher, signal.SIGKILL)  # it is started anew, and sends what waits
    wait_for("the archived scan", lambda: up("status", "--json").one()["counts"]["archived"] == 1)
    assert list((up.home / "inbox").rglob("*.pdf")) == []
    (line,) = [line for line in read_json_lines(up, "worker") if line["message"].startswith("archived")]
    assert line["dossier"] == sample.dossier_number
    assert 'sohoa_files{state="archived"} 1.0' in httpx.get(str(ready.url.join("/metrics"))).text
    report = up("reconcile", "--json").one()
    assert (report["agrees"], report["total"], report["endings"]["archived"]) == (True, 1, 1)

    assert up("up").exit_code == 0
    assert up("down").exit_code == 0
    assert find_processes(up.home, "") == []
    again = up("down")
    assert (again.exit_code, again.out) == (0, "Không có gì đang chạy.\n")


def read_machine(sohoa: SohoaCommand) -> dict[str, Any]:
    return tomllib.loads(machine_file(sohoa.home).read_text())


def read_json_lines(sohoa: SohoaCommand, name: str) -> list[dict[str, str]]:
    lines = (sohoa.home / "run" / f"{name}.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def read_logs(sohoa: SohoaCommand) -> str:
    return "\n".join(f"== {path.name}\n{path.read_text()[-1500:]}" for path in sorted(sohoa.home.glob("run/*.log")))
