"""The one door to the trail: whoever reads, searches, changes, signs or destroys writes it down here first.

An entry stands in the store, under the hash of the one before it, before the operation goes on. While the store or the catalog
is away it waits on this machine's disk instead, so that nobody has to stop searching and nothing goes unwritten; the next entry
that reaches the store takes along what waits. When neither takes it, the operation fails.

Who comes next is decided under a lock: of the system's on one machine, of the head's row in PostgreSQL between machines. Under
it the store is asked whether the next place is taken already, since a process may have been killed, or a catalog may have been
restored from a backup, between store and catalog. So a head noted too low is made good, whatever the reason.
"""

from __future__ import annotations

import logging
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.snippets import mask_personal_ids
from catalog.trail_index import HeldHead
from dossiers.errors import StorageUnavailableError
from dossiers.model import Actor
from dossiers.trail import Detail, TrailAction, TrailEvent, TrailHead, extend, tidy_details, tidy_text
from operations.locking import writing_trail
from runtime.wiring import House
from storage.trail_store import MAX_ENTRIES

_log = logging.getLogger("sohoa.trail")
_SOHOA = Actor("sohoa", "Sohoa")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done: the action, the id or digest of what it was done to, and details (ids, numbers, digests; no names)."""

    action: TrailAction
    subject: str
    details: Mapping[str, Detail] = field(default_factory=dict)


def record_event(
    house: House,
    actor: Actor,
    action: TrailAction | str,
    subject: str,
    details: Mapping[str, Detail] | None = None,
    purpose: str = "",
) -> None:
    """Write one thing down in the trail; return once it is safe. Call it before the operation's result leaves the house.

    ``subject`` is an id or a digest, ``details`` hold ids, numbers and digests, never the name of a citizen. Raises
    ``ValueError`` for an action that is none, StorageFullError, StorageDeniedError and their kin when it cannot be written:
    then the operation must not go on.
    """
    record_deeds(house, actor, [Deed(TrailAction(action), subject, details or {})], purpose)


def record_deeds(house: House, actor: Actor, deeds: Sequence[Deed], purpose: str = "") -> None:
    """Write several things down at once, in their order: cheaper than one by one. See ``record_event``."""
    events = [_make_event(actor, deed, purpose) for deed in deeds]
    if not events:
        return
    with writing_trail(house):
        if not house.trail_spool.is_resting():
            try:
                _append(house, events)
            except StorageUnavailableError as error:
                _log.warning("the trail waits on this machine: %s", error.message_en)
            else:
                return
        house.trail_spool.add(events)


def flush_trail(house: House) -> TrailHead:
    """Write into the store what waits on this machine, make the catalog's head good, and return the head.

    Raises StorageUnavailableError and its kin.
    """
    with writing_trail(house):
        _append(house, [])
        return house.catalog.trail.head()


def mask_query(query: str) -> str:
    """Return the words of a search as the trail keeps them: personal ID numbers masked."""
    return mask_personal_ids(query)


def _make_event(actor: Actor, deed: Deed, purpose: str) -> TrailEvent:
    return TrailEvent(
        event_id=secrets.token_hex(16),
        at=datetime.now(UTC),
        machine=tidy_text(platform.node()),
        actor=tidy_text(actor.id),
        unit=tidy_text(actor.unit),
        purpose=tidy_text(purpose),
        action=deed.action,
        subject=tidy_text(deed.subject),
        details=tidy_details(deed.details),
    )


def _append(house: House, events: Sequence[TrailEvent]) -> None:
    """Put what waits on this machine and then ``events`` at the end of the chain."""
    store = house.trail
    spooled = house.trail_spool.read() if house.trail_spool.count() else None
    with house.catalog.trail.holding_head() as held:
        _catch_up(house, held)
        waiting: list[TrailEvent] = []
        if spooled is not None:
            known = held.find_known([event.event_id for event in spooled.events])
            waiting = [event for event in spooled.events if event.event_id not in known]
            if spooled.fault:
                _log.error("the trail's spool was tampered with or damaged: %s", spooled.fault)
                waiting.append(_make_event(_SOHOA, Deed(TrailAction.SPOOL_BROKEN, "", {"fault": spooled.fault}), ""))
        together = [*waiting, *events]
        for start in range(0, len(together), MAX_ENTRIES):
            entries = extend(held.head, together[start : start + MAX_ENTRIES])
            held.move(entries, store.append(entries))
    if spooled is not None:
        house.trail_spool.clear(spooled)


def _catch_up(house: House, held: HeldHead) -> None:
    """Move the head over what stands in the store already."""
    if held.head.sequence == 0:
        for key, entries in house.trail.iter_entries():
            held.move(entries, key)
    while found := house.trail.find_next(held.head):
        key, entries = found
        held.move(entries, key)
