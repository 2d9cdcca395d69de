"""Sign the head of the trail by the agency's key, once a day and whenever somebody asks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

from dossiers.errors import IntegrityError
from dossiers.trail_anchor import Anchor, parse_anchor
from operations.locking import anchoring_trail
from operations.statements import sign_statement
from operations.trail import flush_trail
from runtime.wiring import House

_VIETNAM_TIME = timezone(timedelta(hours=7))


def anchor_trail(house: House, now: datetime | None = None) -> Anchor:
    """Write into the store what waits, sign the head, store the anchor and return it.

    Raises SigningError, TimestampError when the time-stamping authority does not answer, StorageUnavailableError and its kin.
    """
    with anchoring_trail(house):
        return _anchor(house, now or datetime.now(UTC))


def _anchor(house: House, at: datetime) -> Anchor:
    head = flush_trail(house)
    keys = house.trail.list_anchors()
    before = house.trail.read_anchor(keys[-1]).statement if keys else None
    previous = hashlib.sha256(before).hexdigest() if before is not None else ""
    anchor = Anchor(head, at, previous)
    statement = anchor.to_bytes()
    house.trail.put_anchor(head.sequence, at, statement, sign_statement(house, statement, at))
    return anchor


def anchor_if_due(house: House, now: datetime | None = None) -> Anchor | None:
    """Anchor the trail when no anchor was made today (+07:00), even if nothing happened: a day without one is a question.

    Raises what ``anchor_trail`` raises.
    """
    at = now or datetime.now(UTC)
    if _is_of_today(find_newest_anchor(house), at):
        return None
    with anchoring_trail(house):  # another machine may have been first
        return None if _is_of_today(find_newest_anchor(house), at) else _anchor(house, at)


def _is_of_today(anchor: Anchor | None, now: datetime) -> bool:
    return anchor is not None and anchor.at.astimezone(_VIETNAM_TIME).date() == now.astimezone(_VIETNAM_TIME).date()


def find_newest_anchor(house: House) -> Anchor | None:
    """Return the newest anchor whose statement can be read, its signature unasked."""
    for key in reversed(house.trail.list_anchors()):
        statement = house.trail.read_anchor(key).statement
        try:
            return parse_anchor(statement or b"", key)
        except IntegrityError:
            continue
    return None
