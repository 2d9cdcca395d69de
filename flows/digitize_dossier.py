"""The flow ``digitize-dossier``: one run a dossier, four coarse tasks a scan.

Between tasks only the scan's digest travels. Each task is idempotent: what it made stands in the scan's work folder
and is used again by a retry or a replay. Retries sit on tasks and only where the error says that trying again helps.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from prefect import flow, runtime, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed, Failed
from prefect.tasks import Task

from dossiers.errors import SohoaError
from dossiers.model import Actor, SubmissionState
from operations.locking import handling_scan
from operations.settling import settle_failure
from operations.steps import archive_documents, is_up_to_date, make_pdfs, read_scan, understand_scan
from runtime.wiring import House, current_house, use_house

_log = logging.getLogger("sohoa.flows")


def _worth_retrying(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry only what a later try can mend, such as a store that is down."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, SohoaError) and error.retryable


_COARSE: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [1, 5],
    "retry_condition_fn": _worth_retrying,
    "persist_result": True,
    "result_serializer": "json",
}


@task(name="read-scan", task_run_name="read {sha256}", **_COARSE)
def read_task(sha256: str) -> str:
    """Load, judge, straighten and read every page of one scan."""
    return read_scan(current_house(), sha256)


@task(name="understand-scan", task_run_name="understand {sha256}", **_COARSE)
def understand_task(sha256: str, recognized_digest: str) -> str:
    """Split into documents, classify, extract fields."""
    return understand_scan(current_house(), sha256, recognized_digest)


@task(name="make-pdfs", task_run_name="make PDFs of {sha256}", **_COARSE)
def make_pdfs_task(sha256: str, described_digest: str) -> str:
    """Build, mark and sign a PDF/A a document."""
    return make_pdfs(current_house(), sha256, described_digest)


@task(name="archive-documents", task_run_name="archive {sha256}", **_COARSE)
def archive_task(sha256: str, described_digest: str, signed_digest: str, actor: dict[str, str]) -> str:
    """Store, index and count; returns the submission's state."""
    return archive_documents(current_house(), sha256, described_digest, signed_digest, Actor(**actor)).value


@flow(name="digitize-dossier", flow_run_name="{dossier}", persist_result=True, result_serializer="json", log_prints=False)
def digitize_dossier(dossier: str, scans: list[str], actor: dict[str, str]) -> State[Any]:
    """Digitize the scans (SHA-256, hex) of one dossier. A scan that fails leaves the others untouched.

    The run fails when a scan failed for a reason that is not its own (store down, disk full), so that a retry of the
    run takes up just what is missing. A rejected scan is a normal end.
    """
    for sha256 in scans:
        current_house().catalog.submissions.start_attempt(sha256, actor=Actor(**actor), flow_run_id=runtime.flow_run.id)
    states = {sha256: _digitize_scan(sha256, actor) for sha256 in scans}
    failed = [sha256 for sha256, state in states.items() if state == SubmissionState.FAILED]
    if failed:
        return Failed(message=f"{len(failed)} of {len(scans)} scans can be replayed: {', '.join(failed)}", data=states)
    return Completed(message=f"{len(scans)} scans settled", data=states)


def _digitize_scan(sha256: str, actor: dict[str, str]) -> str:
    house = current_house()
    try:
        with handling_scan(house, sha256):
            if is_up_to_date(house, sha256):
                return house.catalog.submissions.get(sha256).state.value
            recognized = read_task(sha256)
            described = understand_task(sha256, recognized)
            signed = make_pdfs_task(sha256, described)
            return archive_task(sha256, described, signed, actor)
    except Exception as error:  # no single scan may stop the others
        if not isinstance(error, SohoaError):
            _log.exception("unexpected error on scan %s", sha256)
        return settle_failure(house, sha256, error, Actor(**actor)).value


def digitize_batch(house: House, dossiers: Sequence[tuple[str, Sequence[str]]], actor: Actor) -> None:
    """Run one flow a dossier, given as (label, SHA-256 of its scans), in this process; outcomes stand in the catalog."""
    with use_house(house):
        for label, scans in dossiers:
            digitize_dossier(label, list(scans), asdict(actor), return_state=True)
