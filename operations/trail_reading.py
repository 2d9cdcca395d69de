"""Read the trail: the entries that fit what somebody asks for, each checked against the chain that the catalog noted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from dossiers.errors import IntegrityError
from dossiers.model import Actor
from dossiers.trail import ACTIONS_VI, Detail, TrailAction, TrailEntry
from operations.trail import record_event
from runtime.wiring import House

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHOWN_DIGITS = 12
_VIETNAM_TIME = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class TrailChoice:
    """Which entries to show; whatever fits all that is said. A subject may be given by its beginning."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None

    def to_details(self) -> dict[str, str]:
        said = {"subject": self.subject, "actor": self.actor, "action": self.action}
        times = {"since": self.since, "until": self.until}
        told = {name: moment.isoformat() for name, moment in times.items() if moment is not None}
        return {**{name: text for name, text in said.items() if text is not None}, **told}


def read_trail(house: House, choice: TrailChoice, actor: Actor) -> list[TrailEntry]:
    """Return the entries that fit, the newest first. Looking into the trail is written into it, too.

    Raises ``ValueError`` for an action that is none, IntegrityError when a segment is not what it was, NotFoundError when it
    is gone, StorageUnavailableError and its kin.
    """
    if choice.action is not None:
        TrailAction(choice.action)
    record_event(house, actor, TrailAction.READ_TRAIL, "", choice.to_details())
    return list(find_entries(house, choice))


def find_entries(house: House, choice: TrailChoice) -> Iterator[TrailEntry]:
    """Yield the entries that fit, the newest first, without writing down that somebody looked."""
    places = house.catalog.trail.find(
        subject=choice.subject,
        actor=choice.actor,
        action=choice.action,
        since=choice.since,
        until=choice.until,
        limit=choice.limit,
    )
    key, segment = "", {}
    for place in places:
        if place.segment_key != key:
            key = place.segment_key
            segment = {entry.sequence: entry for entry in house.trail.read(key)}
        if place.sequence not in segment:
            raise IntegrityError(what=key, detail=f"entry {place.sequence} is not in it")
        yield segment[place.sequence]


def entry_to_json(entry: TrailEntry) -> dict[str, Any]:
    """Return the form of ``sohoa trail show --json``: what the entry holds, and its hash."""
    return {**entry.to_json()["content"], "hash": entry.hash}


def _tell(value: Detail) -> str:
    """Return a detail for a table, where a digest is told by its beginning and a list without brackets; JSON has them whole."""
    if isinstance(value, str):
        return f"{value[:_SHOWN_DIGITS]}…" if _DIGEST.fullmatch(value) else value
    return " ".join(value) if isinstance(value, Sequence) else str(value)


def entry_to_row(entry: TrailEntry) -> tuple[str, ...]:
    """Return an entry as cells for a person, times +07:00."""
    event = entry.event
    at = event.at.astimezone(_VIETNAM_TIME)
    details = ", ".join(f"{name}={_tell(value)}" for name, value in event.details.items() if value not in ("", [], False))
    who = f"{event.actor} ({event.unit})" if event.unit else event.actor
    return (
        str(entry.sequence),
        f"{at:%Y-%m-%d %H:%M:%S}",
        who,
        ACTIONS_VI[event.action],
        event.subject,
        event.purpose,
        details,
    )
