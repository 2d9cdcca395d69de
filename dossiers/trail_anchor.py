"""What the agency's key signs every day: how far the trail goes, and the hash of its last entry. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dossiers.errors import IntegrityError
from dossiers.trail import TrailHead, encode

_KIND = "sohoa trail anchor 1"
_HASH = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head at a time. ``previous`` is the SHA-256 (hex) of the statement before it, "" for the first."""

    head: TrailHead
    at: datetime
    previous: str

    def to_bytes(self) -> bytes:
        """Return the statement that is signed."""
        return encode(
            {
                "kind": _KIND,
                "sequence": self.head.sequence,
                "hash": self.head.hash,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "previous": self.previous,
            }
        )


def parse_anchor(data: bytes, what: str) -> Anchor:
    """Read a statement back. Raises ``IntegrityError`` unless it is, to the byte, one that we write."""
    try:
        found = json.loads(data)
        at = datetime.fromisoformat(found["at"])
        anchor = Anchor(TrailHead(found["sequence"], found["hash"]), at, found["previous"])
        is_sound = type(found["sequence"]) is int and all(_HASH.fullmatch(found[name]) for name in ("hash", "previous"))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IntegrityError(what=what, detail="a damaged anchor of the trail") from error
    if not is_sound or at.tzinfo is None or anchor.to_bytes() != data:
        raise IntegrityError(what=what, detail="a damaged anchor of the trail")
    return anchor
