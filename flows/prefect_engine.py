"""Prefect as the dispatcher's engine: batches become flow runs of one deployment, in the work queue of their lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.states import Cancelling, Crashed, Scheduled

from dossiers.dispatching import PlannedBatch
from dossiers.errors import EngineUnavailableError
from dossiers.model import Actor
from flows.prefect_setup import WorkPlan, set_up_prefect
from operations.engine import RunState

_STATES = {
    StateType.SCHEDULED: RunState.WAITING,
    StateType.PENDING: RunState.STARTING,
    StateType.RUNNING: RunState.RUNNING,
    StateType.CANCELLING: RunState.RUNNING,
    StateType.COMPLETED: RunState.ENDED,
    StateType.FAILED: RunState.ENDED,
    StateType.CRASHED: RunState.ENDED,
    StateType.CANCELLED: RunState.CANCELLED,
}
_PAGE = 100
# A worker takes a run when its own clock has passed the run's time. By the dispatcher's clock, which may be ahead of the
# worker's or have been put forward for a moment, a batch could wait for hours; so it is due long since by any clock.
_DUE_LONG_SINCE = datetime(2000, 1, 1, tzinfo=UTC)


class PrefectEngine:
    """The Prefect API that the environment names. What it needs there (pool, queues, deployment) is made at the first use.

    Every method raises EngineUnavailableError when the API cannot be reached or refuses us.
    """

    def __init__(self, plan: WorkPlan) -> None:
        self._plan = plan
        self._deployment_id: UUID | None = None

    def send(self, batch: PlannedBatch, actor: Actor) -> str:
        """Create the flow run of a batch in its lane's queue and return its id; the batch's key is its idempotency key."""
        parameters = {
            "batch_id": batch.key,
            "lane": batch.lane.value,
            "dossiers": [[dossier.label, list(dossier.scans)] for dossier in batch.dossiers],
            "actor": asdict(actor),
        }
        with _client() as client:
            if self._deployment_id is None:
                self._deployment_id = set_up_prefect(client, self._plan)
            try:
                run = client.create_flow_run_from_deployment(
                    self._deployment_id,
                    parameters=parameters,
                    state=Scheduled(scheduled_time=_DUE_LONG_SINCE),
                    idempotency_key=batch.key,
                    work_queue_name=batch.lane.value,
                )
            except ObjectNotFound:
                self._deployment_id = None  # the API lost its database; it is set up again at the next sending
                raise
            return str(run.id)

    def look(self, flow_run_ids: Sequence[str]) -> Mapping[str, RunState]:
        """Return where flow runs stand; those that Prefect does not know (any more) are UNKNOWN."""
        states = dict.fromkeys(flow_run_ids, RunState.UNKNOWN)
        with _client() as client:
            for start in range(0, len(flow_run_ids), _PAGE):
                wanted = [UUID(run) for run in flow_run_ids[start : start + _PAGE]]
                chosen = FlowRunFilter(id=FlowRunFilterId(any_=wanted))
                runs = client.read_flow_runs(flow_run_filter=chosen, sort=FlowRunSort.ID_DESC, limit=_PAGE)
                states |= {
                    str(run.id): _STATES.get(run.state_type, RunState.UNKNOWN) for run in runs if run.state_type is not None
                }
        return states

    def bury(self, flow_run_id: str, why: str) -> None:
        """Set a flow run to Crashed; one that is gone is left alone."""
        self._set_state(flow_run_id, Crashed(message=why), force=True)

    def cancel(self, flow_run_id: str) -> None:
        """Set a flow run to Cancelling; the worker that has it stops it."""
        self._set_state(flow_run_id, Cancelling(), force=False)

    def check(self) -> None:
        """Prove that the API answers and knows us."""
        with _client() as client:
            client.read_work_pools(limit=1)

    def set_up(self) -> None:
        """Make pool, queues, deployment and automation, or bring them up to date."""
        with _client() as client:
            self._deployment_id = set_up_prefect(client, self._plan)

    @staticmethod
    def _set_state(flow_run_id: str, state: State[Any], *, force: bool) -> None:
        with _client() as client:
            try:
                client.set_flow_run_state(UUID(flow_run_id), state, force=force)
            except ObjectNotFound:
                return


@contextmanager
def _client() -> Iterator[SyncPrefectClient]:
    """Give a client of the API; what goes wrong with it becomes one of our errors, once. The detail holds no secret."""
    try:
        with get_client(sync_client=True) as client:
            yield client
    except (httpx.HTTPError, PrefectException, RuntimeError) as error:
        status = getattr(getattr(error, "response", None), "status_code", "")
        raise EngineUnavailableError(detail=f"Prefect: {type(error).__name__} {status}".strip()) from error
