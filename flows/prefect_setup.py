"""What Sohoa needs in a Prefect API: a work pool with two queues, one deployment, and an automation for zombies. Idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.workers.process import ProcessWorker

from dossiers.dispatching import Lane
from runtime.prefect_environment import HEARTBEAT_S
from runtime.service_settings import DispatchSettings

WORK_POOL = "sohoa"
DEPLOYMENT = "sohoa"
ENTRYPOINT = "flows.digitize_batch.run_batch"
_FLOW = "digitize-batch"
_ZOMBIES = "sohoa: flow runs without a sign of life"
# The pool serves the smaller number first.
_QUEUE_PRIORITY = {Lane.FAST: 1, Lane.NORMAL: 2}


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """How many batches run at once over all workers."""

    normal_batches: int
    fast_batches: int

    @classmethod
    def of(cls, dispatch: DispatchSettings) -> WorkPlan:
        """Return the plan of the settings."""
        return cls(dispatch.batches, dispatch.fast_batches)


def set_up_prefect(client: SyncPrefectClient, plan: WorkPlan) -> UUID:
    """Make what is missing, bring the rest up to date, and return the id of the deployment."""
    _set_up_pool(client, plan.normal_batches + plan.fast_batches)
    _set_up_queue(client, Lane.NORMAL, plan.normal_batches)
    _set_up_queue(client, Lane.FAST, plan.fast_batches)
    _set_up_automation(client)
    return client.create_deployment(
        client.create_flow_from_name(_FLOW),
        DEPLOYMENT,
        entrypoint=ENTRYPOINT,
        work_pool_name=WORK_POOL,
        work_queue_name=Lane.NORMAL.value,
        parameter_openapi_schema={"type": "object", "properties": {}},
        enforce_parameter_schema=False,
        # Given a command, the worker starts one Python a batch; without, it starts another before to prepare a workspace.
        job_variables={"command": "python -m prefect.engine"},
        description="Digitizes a batch of dossiers that the dispatcher sent. Start nothing here by hand: use `sohoa replay`.",
    )


def _set_up_pool(client: SyncPrefectClient, limit: int) -> None:
    try:
        client.read_work_pool(WORK_POOL)
    except ObjectNotFound:
        pool = WorkPoolCreate(
            name=WORK_POOL,
            type=ProcessWorker.type,
            base_job_template=ProcessWorker.get_default_base_job_template(),
            concurrency_limit=limit,
        )
        try:
            client.create_work_pool(pool)
        except ObjectAlreadyExists:
            return
    else:
        client.update_work_pool(WORK_POOL, WorkPoolUpdate(concurrency_limit=limit))


def _set_up_queue(client: SyncPrefectClient, lane: Lane, limit: int) -> None:
    try:
        queue = client.read_work_queue_by_name(lane.value, work_pool_name=WORK_POOL)
    except ObjectNotFound:
        try:
            client.create_work_queue(
                lane.value, concurrency_limit=limit, priority=_QUEUE_PRIORITY[lane], work_pool_name=WORK_POOL
            )
        except ObjectAlreadyExists:
            return
    else:
        client.update_work_queue(queue.id, concurrency_limit=limit, priority=_QUEUE_PRIORITY[lane])


def _set_up_automation(client: SyncPrefectClient) -> None:
    """Let Prefect call a run crashed that has given no sign of life for three heartbeats (its worker or machine is gone)."""
    if client.read_automations_by_name(_ZOMBIES):
        return
    ends = {f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
    trigger = EventTrigger(
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.heartbeat", *ends},
        match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=3 * HEARTBEAT_S),
    )
    action = ChangeFlowRunState(state=StateType.CRASHED, message="no sign of life from the flow run")
    client.create_automation(AutomationCore(name=_ZOMBIES, trigger=trigger, actions=[action]))
