"""What is not the file's fault: the store down, refusing the key, or full. Nothing is lost, and a replay mends it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.exit_codes import ExitCode
from dossiers.model import Outcome
from tests.support.bad_files import jpeg_bytes
from tests.support.minio_server import free_port
from tests.support.small_disk import kinds_of_full_disk, wrapper_for
from tests.support.sohoa_command import SohoaCommand

NUMBER = "H01.31.12-261008-0003"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A scan with a dossier number in its folder's name."""
    path = tmp_path / NUMBER / "trang.jpg"
    path.parent.mkdir()
    path.write_bytes(jpeg_bytes())
    return path


def test_a_store_that_is_down_loses_nothing_and_a_replay_archives(
    sohoa_on_s3: SohoaCommand, s3_settings: dict[str, str], scan: Path
) -> None:
    down = sohoa_on_s3.with_settings(
        {"SOHOA_STORE__S3__ENDPOINT": f"127.0.0.1:{free_port()}", "SOHOA_STORE__S3__TIMEOUT_S": "2"}
    )
    done = down.ingest(scan)
    assert done.exit_code == 6, done.err
    result = done.one()
    assert (result["outcome"], result["error"]["code"]) == (Outcome.REJECTED, "storage.unavailable")
    assert scan.exists()
    assert down("status", "--json").one()["counts"]["failed"] == 1
    assert s3_settings["SOHOA_STORE__S3__SECRET_KEY"] not in done.out + done.err

    replayed = sohoa_on_s3("replay", "--failed", "--json")
    assert replayed.exit_code == 0, replayed.err
    assert replayed.one()["outcome"] == Outcome.NEEDS_REVIEW
    counts = sohoa_on_s3("status", "--json").one()["counts"]
    assert (counts["failed"], counts["needs_review"]) == (0, 1)


def test_a_store_that_refuses_the_key_says_so(sohoa_on_s3: SohoaCommand, scan: Path) -> None:
    refused = sohoa_on_s3.with_settings({"SOHOA_STORE__S3__SECRET_KEY": "not-the-right-one-at-all"})
    done = refused.ingest(scan)
    assert done.exit_code == 7, done.err
    assert done.one()["error"]["code"] == "storage.denied"
    assert "not-the-right-one-at-all" not in done.out + done.err
    check = refused("config", "check", "--json")
    assert check.exit_code == 7
    found = {row["what"]: row["ok"] for row in check.rows()}
    assert found["store"] is False
    assert found["reader"] is True


@pytest.mark.parametrize("kind", kinds_of_full_disk())
def test_a_full_disk_is_told_and_the_file_stays(sohoa: SohoaCommand, scan: Path, kind: str) -> None:
    scan.write_bytes(jpeg_bytes() + bytes(60_000_000))
    sohoa.home.mkdir()
    done = sohoa.ingest(scan, wrapper=wrapper_for(kind, sohoa.home))
    assert done.exit_code == 6, done.err
    result = done.one()
    assert (result["outcome"], result["error"]["code"]) == (Outcome.REJECTED, "storage.full")
    assert scan.exists()


def test_an_interrupted_run_is_taken_up_again(sohoa: SohoaCommand, scan: Path) -> None:
    """A run killed with SIGKILL after the file was received leaves a submission that a replay brings to its end."""
    process = sohoa.start("ingest", scan, "--json")
    try:
        wait_until_received(sohoa)
    finally:
        process.kill()
        process.wait(30)
    assert scan.exists()
    assert sohoa("replay", "--failed", "--json").one()["outcome"] == Outcome.NEEDS_REVIEW
    assert sohoa.ingest(scan).one()["outcome"] == Outcome.DUPLICATE


def test_two_runs_at_once_on_the_same_file_store_it_once(sohoa: SohoaCommand, scan: Path) -> None:
    runs = [sohoa.start("ingest", scan, "--json") for _ in range(2)]
    assert [run.wait(300) for run in runs] == [0, 0]
    stored = list((sohoa.home / "objects" / "archive" / NUMBER).rglob("*.pdf"))
    assert len(stored) == 1
    counts = sohoa("status", "--json").one()["counts"]
    assert (counts["needs_review"], counts["failed"], counts["received"]) == (1, 0, 0)
    assert not list((sohoa.home / "work").glob("[0-9a-f]*")), "nothing is left behind"


def test_two_runs_at_once_on_a_failing_file_each_tell_a_reason(sohoa: SohoaCommand, scan: Path, tmp_path: Path) -> None:
    scan.write_bytes(scan.read_bytes()[:-200])
    logs = [tmp_path / f"{number}.log" for number in range(2)]
    runs = [sohoa.start("ingest", scan, "--json", log=log) for log in logs]
    assert all(run.wait(300) in (ExitCode.INPUT, ExitCode.STOPPED) for run in runs)
    told = [json.loads(line) for log in logs for line in log.read_text().splitlines() if line.startswith("{")]
    assert [one["outcome"] for one in told] == [Outcome.REJECTED] * 2
    codes = {one["error"]["code"] for one in told}
    assert "input.truncated" in codes
    assert codes <= {"input.truncated", "processing.taken_over"}
    counts = sohoa("status", "--json").one()["counts"]
    assert (counts["failed"], counts["received"]) == (0, 0)
    assert sohoa("reconcile", "--json").exit_code == 0


def wait_until_received(sohoa: SohoaCommand) -> None:
    for _ in range(100):
        if sohoa("status", "--json").one()["total"]:
            return
    raise AssertionError("the file was never received")
