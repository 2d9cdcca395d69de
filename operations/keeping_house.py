"""What is done once a day so that what is kept stays kept. Each step by itself: one that fails does not hinder the next."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dossiers.errors import SohoaError
from dossiers.model import Actor
from operations.auditing import audit, find_last_audit, is_interrupted
from operations.manifesting import sign_days
from operations.mirroring import mirror_archive
from operations.proving_store import require_store
from operations.retaining import renew_permanent_locks
from runtime.settings import Settings
from runtime.wiring import House
from storage.files import os_errors_mapped

_RENEWAL_S = 30 * 86400.0
_log = logging.getLogger("sohoa.keep")


class DailyRound:
    """The rounds of one process: once at its start, then once a day (UTC)."""

    def __init__(self, settings: Settings, actor: Actor) -> None:
        self._settings = settings
        self._actor = actor
        self._done_on = ""

    def run_if_due(self, *, is_forced: bool = False, now: datetime | None = None) -> bool:
        """Make a round unless one was made today that went well throughout; say whether one was made."""
        day = (now or datetime.now(UTC)).date().isoformat()
        if day == self._done_on and not is_forced:
            return False
        with House(self._settings) as house:
            steps: dict[str, Callable[[], object]] = {
                "store": lambda: require_store(house, self._actor),
                "manifest": lambda: sign_days(house, self._actor),
                "locks": lambda: self._renew_locks(house, is_forced=is_forced),
                "mirror": lambda: self._mirror(house, trusts_clocks=not is_forced and not day.endswith("-01")),
                "audit": lambda: self._audit(house),
            }
            well = [self._run(name, step) for name, step in steps.items()]
        if all(well):
            self._done_on = day
        return True

    def _run(self, name: str, step: Callable[[], object]) -> bool:
        try:
            step()
        except SohoaError as error:
            _log.error("%s: %s [%s]", name, error.message_en, error.code)
            return False
        return True

    def _renew_locks(self, house: House, *, is_forced: bool) -> None:
        """Renew once a month: every dossier is asked for, and half of a lock's years are left when it is due."""
        mark = house.home / "locks-renewed"
        with os_errors_mapped(mark.name):
            age_s = time.time() - mark.stat().st_mtime if mark.exists() else _RENEWAL_S
        if is_forced or not 0 <= age_s < _RENEWAL_S:
            renew_permanent_locks(house, self._actor)
            with os_errors_mapped(mark.name):
                mark.touch()

    def _mirror(self, house: House, *, trusts_clocks: bool) -> None:
        """Bring the second copy up to date; once a month whatever the clocks of the stores say."""
        if house.settings.mirror.kind == "none":
            return
        done = mirror_archive(house, self._actor, trusts_clocks=trusts_clocks)
        _log.info("mirror: %d of %d objects copied", done.copied, done.objects)
        for key, reason in done.failures:
            _log.error("mirror: %s cannot be copied: %s", key, reason)

    def _audit(self, house: House) -> None:
        every = house.settings.audit.every_days
        resume = is_interrupted(house)
        last = find_last_audit(house) if every else None
        is_due = last is None or datetime.now(UTC) - last.finished_at >= timedelta(days=every)
        if every and (resume or is_due):
            record = audit(house, self._actor, rate_mb_s=house.settings.audit.rate_mb_s, resume=resume)
            level = logging.ERROR if record.findings else logging.INFO
            healed = len(record.findings) - len(record.unhealed)
            told = "audit: %d objects read again, %d not as they were, %d of them healed"
            _log.log(level, told, record.objects, len(record.findings), healed)
