"""What the dispatcher asks of a flow engine; Prefect's stands in ``flows``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from dossiers.dispatching import PlannedBatch
from dossiers.model import Actor


class RunState(StrEnum):
    """Where a flow run stands, as far as the dispatcher cares."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class FlowEngine(Protocol):
    """A flow engine. Every method raises EngineUnavailableError when it cannot be reached."""

    def send(self, batch: PlannedBatch, actor: Actor) -> str:
        """Let a batch be worked off and return the id of its flow run; sending the same key twice gives the same run.

        Raises EngineUnavailableError also when the engine answers and does not take this batch.
        """
        ...

    def look(self, flow_run_ids: Sequence[str]) -> Mapping[str, RunState]:
        """Return where flow runs stand; those that the engine does not know are UNKNOWN."""
        ...

    def bury(self, flow_run_id: str, why: str) -> None:
        """Let a flow run that nobody works on any more count as crashed."""
        ...

    def cancel(self, flow_run_id: str) -> None:
        """Ask the engine to stop a flow run."""
        ...

    def check(self) -> None:
        """Prove that the engine answers and knows us."""
        ...
