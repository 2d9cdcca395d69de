"""Prove that the store versions, locks and refuses deletion, and keep the result for a day."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from dossiers.errors import ConfigurationError, SohoaError, StorageUnavailableError
from dossiers.model import Actor
from dossiers.store_properties import CheckedProperty, StoreProperty, StoreReport, Verdict
from runtime.wiring import House
from storage.files import os_errors_mapped, replace_atomically

GOOD_FOR = timedelta(days=1)
_log = logging.getLogger("sohoa.store")


@dataclass(frozen=True, slots=True)
class StoreProof:
    """What was proved of the store, and when (UTC)."""

    report: StoreReport
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "locks": self.report.locks,
            "conforms": self.report.conforms,
            "properties": [
                {
                    "bucket": one.bucket,
                    "property": one.name.value,
                    "verdict": one.verdict.value,
                    "seen": one.seen,
                    "advice": one.advice,
                }
                for one in self.report.checked
            ],
        }


def check_store(house: House, actor: Actor) -> StoreProof:
    """Try every property now, and keep what was found. Raises nothing of the store's."""
    del actor
    try:
        _ = house.archive  # makes absent buckets
    except SohoaError as error:
        refused = CheckedProperty(house.settings.store.kind, StoreProperty.REACHABLE, Verdict.FAILS, error.message_en)
        return StoreProof(StoreReport((refused,)), datetime.now(UTC))
    proof = StoreProof(house.probe_store(), datetime.now(UTC))
    if _is_reachable(proof.report):
        kept = {**proof.to_json(), "store": _identity(house)}
        with os_errors_mapped("store proof"):
            replace_atomically(_file(house), json.dumps(kept, ensure_ascii=False).encode())
    return proof


def find_proof(house: House) -> StoreProof | None:
    """Return what was last proved of this very store with this very key, or None."""
    try:
        kept = json.loads(_file(house).read_bytes())
        if kept["store"] != _identity(house):
            return None
        checked = tuple(
            CheckedProperty(one["bucket"], StoreProperty(one["property"]), Verdict(one["verdict"]), one["seen"])
            for one in kept["properties"]
        )
        return StoreProof(StoreReport(checked), datetime.fromisoformat(kept["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def require_store(house: House, actor: Actor) -> StoreProof:
    """Prove the store before work, at most once a day, and say plainly when it does not lock.

    With ``store.require_lock`` raises ConfigurationError when it does not lock, StorageUnavailableError when that cannot be
    found out; without, work goes on and the log says what is wrong.
    """
    proof = find_proof(house)
    if proof is None or not timedelta(0) <= datetime.now(UTC) - proof.at < GOOD_FOR:
        proof = check_store(house, actor)
        _tell(house, proof.report)
    if house.settings.store.require_lock and not proof.report.locks:
        if not _is_reachable(proof.report):
            raise StorageUnavailableError(detail=proof.report.describe())
        raise ConfigurationError(detail=f"store.require_lock is set: {proof.report.describe()}")
    return proof


def _tell(house: House, report: StoreReport) -> None:
    is_folder = house.settings.store.kind == "directory"  # known to whoever chose it; no alarm on each command
    level = logging.INFO if report.conforms or is_folder else logging.WARNING
    _log.log(level, "%s", report.describe())


def _is_reachable(report: StoreReport) -> bool:
    return not any(one.name is StoreProperty.REACHABLE and one.verdict is Verdict.FAILS for one in report.checked)


def _identity(house: House) -> str:
    store = house.settings.store
    if store.kind == "directory":
        return f"directory {house.home}"
    key = sha256(store.s3.access_key.get_secret_value().encode()).hexdigest()[:16]
    return f"s3 {store.s3.endpoint} {store.s3.originals_bucket} {store.s3.archive_bucket} {key}"


def _file(house: House) -> Path:
    return house.home / "store-proof.json"
