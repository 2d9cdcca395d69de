"""What the trail needs although nobody asks for it: it is anchored once a day, and what of it waited goes into the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from dossiers.errors import SohoaError
from operations.trail import flush_trail
from operations.trail_anchoring import anchor_if_due
from runtime.wiring import House

_log = logging.getLogger("sohoa.keep")


@dataclass(frozen=True, slots=True)
class TrailKeeper:
    """Does these chores again and again until they succeed. Any number of machines may run one."""

    house: House

    def run(self, should_stop: Callable[[], bool], sleep: Callable[[float], object] = time.sleep) -> None:
        """Look until told to stop. What fails is tried again at the next look."""
        while not should_stop():
            self.look()
            sleep(self.house.settings.trail.look_s)

    def look(self) -> None:
        """Do what is due; each chore on its own, so that one that fails holds up no other."""
        self._try(self._flush)
        self._try(self._anchor)

    def _flush(self) -> None:
        if self.house.trail_spool.count():
            flush_trail(self.house)

    def _anchor(self) -> None:
        anchor = anchor_if_due(self.house)
        if anchor is not None:
            _log.info("the trail is anchored at entry %d", anchor.head.sequence)

    def _try(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except SohoaError as error:
            _log.warning("not done yet: %s [%s]", error.message_en, error.code)
