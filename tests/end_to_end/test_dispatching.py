"""The whole engine with real parts: MinIO, the Prefect API, a worker and a dispatcher, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from minio import Minio
from minio.deleteobjects import DeleteObject

from catalog import CatalogAddress, Submission, open_catalog
from dossiers.model import SubmissionState
from tests.support.bad_files import draw_page
from tests.support.minio_server import S3TestServer
from tests.support.processes import find_processes, wait_for
from tests.support.sohoa_command import SohoaCommand

NUMBER = "H01.31.12-261008-00{:02d}"
QUICK = {
    "SOHOA_WATCH__SETTLE_S": "0.2",
    "SOHOA_WATCH__POLL_S": "0.1",
    "SOHOA_DISPATCH__POLL_S": "0.5",
    "SOHOA_DISPATCH__RETRY_S": "0",
    "SOHOA_DISPATCH__HEARTBEAT_S": "2",
    "SOHOA_DISPATCH__AHEAD": "0",  # what waits goes into one batch
    "SOHOA_READING__WORKERS": "1",
}
DONE = (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW)


@pytest.fixture
def quick(sohoa_on_s3: SohoaCommand) -> SohoaCommand:
    """The command on MinIO and the test's Prefect API, impatient."""
    return sohoa_on_s3.with_settings(QUICK)


@contextmanager
def running(sohoa: SohoaCommand, *names: str) -> Iterator[None]:
    """Run services until the end of the block, started as a shell does it in the background: they do not hear SIGINT."""
    with ExitStack() as stack:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for name in names:
            process = sohoa.start(name, log=sohoa.home / f"{name}.log")
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        signal.signal(signal.SIGINT, before)
        yield


def claim(sohoa: SohoaCommand, *numbers: int) -> list[str]:
    """Hand in a dossier of one page for each number and return the digests, in their order."""
    for number in numbers:
        folder = sohoa.home / "inbox" / NUMBER.format(number)
        folder.mkdir(parents=True)
        draw_page(f"Giấy số {number}").save(folder / f"{number}.png", dpi=(200, 200))
    done = sohoa("watch", "--once", "--claim-only")
    assert done.exit_code == 0, done.err
    by_number = {item.dossier_number: item.scan_sha256 for item in submissions(sohoa)}
    return [by_number[NUMBER.format(number)] for number in numbers]


def submissions(sohoa: SohoaCommand) -> list[Submission]:
    with open_catalog(CatalogAddress(f"sqlite:///{sohoa.home / 'catalog.sqlite3'}")) as catalog:
        return catalog.submissions.list_submissions(limit=None)


def get(sohoa: SohoaCommand, sha256: str) -> Submission:
    return next(item for item in submissions(sohoa) if item.scan_sha256 == sha256)


def is_done(sohoa: SohoaCommand, *scans: str) -> bool:
    return all(get(sohoa, scan).state in DONE for scan in scans)


def test_batches_reach_their_end_and_a_retry_in_prefect_takes_up_what_is_missing(
    quick: SohoaCommand, s3_server: S3TestServer, s3_settings: dict[str, str], prefect_api: str
) -> None:
    good, broken = claim(quick, 1, 2)
    client = Minio(s3_server.endpoint, s3_server.access_key, s3_server.secret_key, secure=False)
    bucket = s3_settings["SOHOA_STORE__S3__ORIGINALS_BUCKET"]
    key = f"{broken[:2]}/{broken}/original.png"
    client.remove_object(bucket, key)  # the bytes are hidden, as if an administrator had deleted them by mistake
    shutil.rmtree(quick.home / "work" / broken)
    old_result = quick.home / "prefect" / "results" / "of-a-run-that-is-gone"
    old_result.parent.mkdir(parents=True, exist_ok=True)
    old_result.touch()
    os.utime(old_result, (0, 0))

    with running(quick, "worker", "dispatch"):
        wait_for("the good one's end", lambda: is_done(quick, good))
        wait_for("the broken one's failure", lambda: get(quick, broken).state is SubmissionState.FAILED)
        assert get(quick, broken).error_code == "storage.not_found"
        wait_for("the failed run", lambda: find_run(prefect_api, broken, "FAILED"))
        undelete(client, bucket, key)

        retry_as_the_page_does(prefect_api, broken)
        wait_for("the broken one's end", lambda: is_done(quick, broken))
        wait_for("the run's end", lambda: find_run(prefect_api, broken, "COMPLETED"))
    assert (get(quick, good).attempts, get(quick, broken).attempts) == (1, 2)
    assert not old_result.exists()
    assert quick("reconcile", "--json").one()["agrees"]


def test_a_killed_batch_is_sent_again_and_a_cancelled_one_waits_for_a_person(quick: SohoaCommand, prefect_api: str) -> None:
    (scan,) = claim(quick, 3)
    with running(quick, "worker", "dispatch"):
        wait_for_try(quick, scan, 1)
        (batch,) = find_processes(quick.home, "prefect.engine")
        os.kill(batch, signal.SIGKILL)
        wait_for_try(quick, scan, 2)
        cancel_as_the_page_does(prefect_api, scan)
        wait_for("the stop", lambda: get(quick, scan).error_code == "processing.cancelled")
        queued = quick("replay", "--cause", "processing.cancelled", "--queue", "--json")
        assert [row["sha256"] for row in queued.rows()] == [scan]
        wait_for("the end after a replay", lambda: is_done(quick, scan))
    assert get(quick, scan).attempts == 3
    report = quick("reconcile", "--json").one()
    assert (report["agrees"], report["endings"]["needs_person"], report["documents"]) == (True, 1, 1)
    assert_prefect_is_set_up(prefect_api)


def assert_prefect_is_set_up(api: str) -> None:
    """The pool and its queues have their limits, and runs without a sign of life are called crashed."""
    queues = {queue["name"]: queue for queue in httpx.post(f"{api}/work_pools/sohoa/queues/filter", json={}).json()}
    assert (queues["fast"]["priority"], queues["normal"]["priority"]) == (1, 2)
    assert (queues["fast"]["concurrency_limit"], queues["normal"]["concurrency_limit"]) == (1, 1)
    (automation,) = httpx.post(f"{api}/automations/filter", json={}).json()
    assert automation["enabled"]
    assert (automation["trigger"]["within"], automation["actions"][0]["state"]) == (90.0, "CRASHED")


def wait_for_try(sohoa: SohoaCommand, scan: str, attempt: int) -> None:
    wait_for(f"try {attempt}", lambda: get(sohoa, scan).attempts == attempt)


def find_run(api: str, scan: str, state: str) -> dict[str, Any] | None:
    """Return the batch run in a state that was given a scan."""
    found = httpx.post(f"{api}/flow_runs/filter", json={"flow_runs": {"state": {"type": {"any_": [state]}}}}).json()
    return next((run for run in found if scan in str(run["parameters"].get("dossiers", ""))), None)


def retry_as_the_page_does(api: str, scan: str) -> None:
    run = find_run(api, scan, "FAILED")
    assert run is not None
    state = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the Prefect UI"}}
    answer = httpx.post(f"{api}/flow_runs/{run['id']}/set_state", json=state).json()
    assert answer["status"] == "ACCEPT", answer


def cancel_as_the_page_does(api: str, scan: str) -> None:
    run = find_run(api, scan, "RUNNING")
    assert run is not None
    answer = httpx.post(f"{api}/flow_runs/{run['id']}/set_state", json={"state": {"type": "CANCELLING"}}).json()
    assert answer["status"] == "ACCEPT", answer


def undelete(client: Minio, bucket: str, key: str) -> None:
    markers = [item for item in client.list_objects(bucket, key, include_version=True) if item.is_delete_marker]
    doomed = [DeleteObject(key, marker.version_id) for marker in markers]
    assert list(client.remove_objects(bucket, doomed)) == []
