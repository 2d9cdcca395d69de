"""Where custody stands, in a few numbers: holds in force, destructions under way, the last audit."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from dossiers.errors import SohoaError
from runtime.wiring import House
from storage.audits import AuditRecord
from storage.destructions import DestructionState


@dataclass(frozen=True, slots=True)
class CustodyStanding:
    """Holds in force, lists of destruction that are not done, and the last audit that came to its end, if any did."""

    holds: int
    open_destructions: int
    last_audit: AuditRecord | None

    def to_json(self) -> dict[str, Any]:
        last = self.last_audit
        return {
            "holds": self.holds,
            "open_destructions": self.open_destructions,
            "last_audit": last.finished_at.isoformat() if last else None,
            "audit_findings": len(last.findings) if last else None,
            "audit_unhealed": len(last.unhealed) if last else None,
        }


def find_standing(house: House) -> CustodyStanding | None:
    """Return where custody stands, from the store alone; None when the store does not answer."""
    try:
        return CustodyStanding(
            holds=sum(hold.is_held for hold in house.custody.iter_holds()),
            open_destructions=sum(one.state is not DestructionState.DONE for one in house.destructions.iter_lists()),
            last_audit=house.audits.find_last(),
        )
    except SohoaError:
        return None


class RecentStanding:
    """The standing of a minute ago at most, found beside whoever asks: a store that is away must not hold up a scrape."""

    def __init__(self, house: House, good_for_s: float = 60.0, wait_s: float = 2.0) -> None:
        self._house = house
        self._good_for_s, self._wait_s = good_for_s, wait_s
        self._last: CustodyStanding | None = None
        self._asked_s = -good_for_s
        self._asking: threading.Thread | None = None

    def get(self) -> CustodyStanding | None:
        """Return the last standing that is known, None when none is; ask anew when it is old, waiting a moment at most."""
        if time.monotonic() - self._asked_s >= self._good_for_s and (self._asking is None or not self._asking.is_alive()):
            self._asked_s = time.monotonic()
            self._asking = threading.Thread(target=self._ask, daemon=True)
            self._asking.start()
            self._asking.join(self._wait_s)
        return self._last

    def _ask(self) -> None:
        self._last = find_standing(self._house)
