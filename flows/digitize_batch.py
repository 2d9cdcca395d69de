"""The flow ``digitize-batch``: one warm process works off the dossiers that a dispatcher sent, one subflow each.

What it may work on stands in the catalog: a scan that was cancelled, or given to another, is passed over. A retry of the run
(``prefect flow-run retry`` or the button in Prefect's pages) takes up what of its dossiers is not at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dossiers.model import SubmissionState
from flows.digitize_dossier import digitize_dossier
from operations.beating import beating
from operations.locking import working
from runtime.logging import configure_logging
from runtime.settings import load_settings
from runtime.wiring import House, house_in_use, use_house

_UNFINISHED = (SubmissionState.RECEIVED, SubmissionState.FAILED)


@flow(name="digitize-batch", flow_run_name="{lane} {batch_id}", persist_result=True, result_serializer="json", log_prints=False)
def run_batch(batch_id: str, lane: str, dossiers: list[tuple[str, list[str]]], actor: dict[str, str]) -> State[Any]:
    """Digitize the dossiers, given as (label, SHA-256 of the scans), that the batch still holds.

    Every dossier is called in the same order on a retry, so that Prefect finds the runs that are finished; what is not the
    batch's to do is passed over inside. The run fails when a dossier's run did.
    """
    scans = [scan for _, members in dossiers for scan in members]
    with _open_house() as house, working(house):
        if (runtime.flow_run.run_count or 1) > 1:
            _adopt(house, batch_id, lane, scans)
        with beating(house, batch_id):
            states = [digitize_dossier(label, list(members), actor, batch_id, return_state=True) for label, members in dossiers]
        house.catalog.dispatches.release(batch_id)
    failed = [label for (label, _), state in zip(dossiers, states, strict=True) if not state.is_completed()]
    if failed:
        return Failed(message=f"{len(failed)} of {len(dossiers)} dossiers can be replayed: {', '.join(failed)}")
    return Completed(message=f"{len(dossiers)} dossiers settled")


def _adopt(house: House, batch_id: str, lane: str, scans: Sequence[str]) -> None:
    """A person retries the run: let it hold again what of its scans is not at its end and held by no other."""
    table = house.catalog.dispatches
    submissions = [house.catalog.submissions.get(scan) for scan in scans]
    unfinished = [item.scan_sha256 for item in submissions if item.state in _UNFINISHED]
    mine = {scan.scan_sha256 for scan in table.list_held(batch_id)}
    wanted = [scan for scan in unfinished if scan not in mine]
    claimed = table.claim(batch_id, wanted, lane=lane, flow_run_id=runtime.flow_run.id)  # but for what others hold
    table.forget_tries([*claimed, *mine])


@contextmanager
def _open_house() -> Iterator[House]:
    """Use the house that is in use (tests, a run in the same process), else one for this process, closed at its end."""
    house = house_in_use()
    if house is not None:
        yield house
        return
    settings = load_settings()
    configure_logging(verbose=True, as_json=settings.logging.as_json)
    with House(settings) as house, use_house(house):
        yield house
