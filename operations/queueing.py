"""What a person decides about the queue: which dossiers go first, and which are stopped."""

from __future__ import annotations

from collections.abc import Sequence

from catalog import Submission
from dossiers.dispatching import FAST_PRIORITY, NORMAL_PRIORITY
from dossiers.model import Actor, SubmissionState
from dossiers.trail import TrailAction
from operations.dispatching import stop_scan
from operations.replaying import find_named
from operations.trail import Deed, record_deeds
from runtime.wiring import House

_UNFINISHED = (SubmissionState.RECEIVED, SubmissionState.FAILED)


def prioritize(house: House, names: Sequence[str], actor: Actor, *, is_urgent: bool = True) -> list[Submission]:
    """Move waiting submissions (digest beginnings or dossier numbers) into the fast lane or back, and return them.

    What was sent already stays where it is. Raises NotFoundError for a name that fits none.
    """
    chosen = _list_unfinished(house, names)
    priority = FAST_PRIORITY if is_urgent else NORMAL_PRIORITY
    deeds = [Deed(TrailAction.PRIORITIZE, item.scan_sha256, {"priority": priority}) for item in chosen]
    record_deeds(house, actor, deeds)
    house.catalog.dispatches.set_priority([item.scan_sha256 for item in chosen], priority)
    for item in chosen:
        house.catalog.submissions.add_event(item.scan_sha256, "prioritized", actor=actor, detail=str(priority))
    return chosen


def cancel(house: House, names: Sequence[str], actor: Actor) -> list[Submission]:
    """Stop submissions that are not at their end, and return them; those being worked on stop after the present step.

    Their originals are kept, and a replay takes them up. Raises NotFoundError for a name that fits none.
    """
    chosen = _list_unfinished(house, names)
    record_deeds(house, actor, [Deed(TrailAction.CANCEL, item.scan_sha256) for item in chosen])
    for item in chosen:
        stop_scan(house, item.scan_sha256, actor.name, actor)
    return chosen


def _list_unfinished(house: House, names: Sequence[str]) -> list[Submission]:
    return [item for item in find_named(house, names).values() if item.state in _UNFINISHED]
