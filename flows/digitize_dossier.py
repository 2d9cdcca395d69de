"""The flow ``digitize-dossier``: one run a dossier, four coarse tasks a scan.

Between tasks only the scan's digest travels. Each task is idempotent: what it made stands in the scan's work folder
and is used again by a retry or a replay. Retries sit on tasks and only where the error says that trying again helps.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from prefect import flow, runtime, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed, Failed
from prefect.tasks import Task

from dossiers.errors import SohoaError
from dossiers.model import Actor, SubmissionState
from operations.beating import beating
from operations.locking import handling_scan
from operations.settling import settle_failed_try
from operations.steps import archive_documents, is_up_to_date, make_pdfs, read_scan, understand_scan
from operations.timing import count_pages_of, timed
from runtime.logging import log_context
from runtime.wiring import House, current_house, use_house

_log = logging.getLogger("sohoa.flows")

# The lane of what a person runs in the process at hand; no dispatcher sends there.
_HERE = "here"


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
    with timed(current_house(), "read-scan"):
        return read_scan(current_house(), sha256)


@task(name="understand-scan", task_run_name="understand {sha256}", **_COARSE)
def understand_task(sha256: str, recognized_digest: str) -> str:
    """Split into documents, classify, extract fields."""
    with timed(current_house(), "understand-scan"):
        return understand_scan(current_house(), sha256, recognized_digest)


@task(name="make-pdfs", task_run_name="make PDFs of {sha256}", **_COARSE)
def make_pdfs_task(sha256: str, described_digest: str, actor: dict[str, str]) -> str:
    """Build, mark and sign a PDF/A a document."""
    with timed(current_house(), "make-pdfs"):
        return make_pdfs(current_house(), sha256, described_digest, Actor(**actor))


@task(name="archive-documents", task_run_name="archive {sha256}", **_COARSE)
def archive_task(sha256: str, described_digest: str, signed_digest: str, actor: dict[str, str]) -> str:
    """Store, index and count; returns the submission's state."""
    house = current_house()
    with timed(house, "archive-documents", lambda: count_pages_of(house, sha256)):
        return archive_documents(house, sha256, described_digest, signed_digest, Actor(**actor)).value


@flow(name="digitize-dossier", flow_run_name="{dossier}", persist_result=True, result_serializer="json", log_prints=False)
def digitize_dossier(dossier: str, scans: list[str], actor: dict[str, str], batch_id: str | None = None) -> State[Any]:
    """Digitize the scans (SHA-256, hex) of one dossier. A scan that fails leaves the others untouched.

    The run fails when a scan failed for a reason that is not its own (store down, disk full), so that a retry of the
    run takes up just what is missing. A rejected scan is a normal end. With a ``batch_id``, scans that the batch does not
    hold (any more) are passed over.
    """
    with log_context(dossier=dossier, batch=batch_id):
        states = {sha256: _digitize_scan(sha256, actor, batch_id) for sha256 in scans}
    failed = [sha256 for sha256, state in states.items() if state == SubmissionState.FAILED]
    if failed:
        return Failed(message=f"{len(failed)} of {len(scans)} scans can be replayed: {', '.join(failed)}", data=states)
    return Completed(message=f"{len(scans)} scans settled", data=states)


class _NotOursError(Exception):
    """The batch does not hold the scan any more: a person cancelled it, or another batch has it."""


def _digitize_scan(sha256: str, actor: dict[str, str], batch_id: str | None) -> str:
    """Take one scan to its end and return its state. A failure is written down before another process gets the scan: else that
    one's beginning would make it come too late to count, and the file would end without a reason here.
    """
    house = current_house()
    submissions = house.catalog.submissions
    tried = submissions.get(sha256)
    with log_context(scan=sha256), ExitStack() as held:
        try:
            held.enter_context(handling_scan(house, sha256))
            _require_ours(house, sha256, batch_id)
            tried = submissions.start_attempt(sha256, actor=Actor(**actor), flow_run_id=runtime.flow_run.id)
            state = _run_tasks(house, sha256, actor, batch_id)
        except _NotOursError:
            return submissions.get(sha256).state.value
        except Exception as error:  # no single scan may stop the others
            if not isinstance(error, SohoaError):
                _log.exception("unexpected error on scan %s", sha256)
            return settle_failed_try(house, tried, error, Actor(**actor)).value
        else:
            return state


def _run_tasks(house: House, sha256: str, actor: dict[str, str], batch_id: str | None) -> str:
    if is_up_to_date(house, sha256):
        return house.catalog.submissions.get(sha256).state.value
    recognized = read_task(sha256)
    _require_ours(house, sha256, batch_id)
    described = understand_task(sha256, recognized)
    signed = make_pdfs_task(sha256, described, actor)
    _require_ours(house, sha256, batch_id)
    state = archive_task(sha256, described, signed, actor)
    _log.info("%s %s", state, house.catalog.submissions.get(sha256).name)
    return state


def _require_ours(house: House, sha256: str, batch_id: str | None) -> None:
    if batch_id is not None and not house.catalog.dispatches.holds(batch_id, sha256):
        raise _NotOursError


def digitize_batch(house: House, dossiers: Sequence[tuple[str, Sequence[str]]], actor: Actor) -> None:
    """Run one flow a dossier, given as (label, SHA-256 of its scans), in this process; outcomes stand in the catalog.

    A person asked for it: whatever batch held the scans holds them no more, and their tries are counted anew.
    """
    batch_id = f"{_HERE}-{uuid4().hex}"
    dispatches = house.catalog.dispatches
    dispatches.take_over(batch_id, [scan for _, scans in dossiers for scan in scans], lane=_HERE)
    try:
        with use_house(house), beating(house, batch_id):
            for label, scans in dossiers:
                digitize_dossier(label, list(scans), asdict(actor), return_state=True)
    finally:
        dispatches.release(batch_id)
