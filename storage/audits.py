"""The reports of audits: ``_custody/audits/<time>.json`` of the archive bucket, locked like every act."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime

from dossiers.model import Actor
from storage import keys
from storage.custody import kept_until
from storage.object_store import ObjectStore
from storage.records import ActorRecord, Record

_SCHEMA = 1
_PREFIX = keys.CUSTODY_PREFIX + "audits/"


class AuditFinding(Record):
    """What was not as it was: ``kind`` is ``damaged``, ``missing`` or ``manifest``."""

    kind: str
    bucket: str
    key: str
    version_id: str
    detail: str
    is_healed: bool
    not_healed_because: str = ""


class AuditRecord(Record):
    """An audit that came to its end. ``heads`` of the manifest were verified; ``adopted`` versions were whole but unlisted."""

    schema_version: int = _SCHEMA
    started_at: AwareDatetime
    finished_at: AwareDatetime
    actor: ActorRecord
    objects: int
    size_bytes: int
    heads: int
    adopted: int
    findings: tuple[AuditFinding, ...]

    @property
    def unhealed(self) -> tuple[AuditFinding, ...]:
        """What could not be healed."""
        return tuple(finding for finding in self.findings if not finding.is_healed)


class Audits:
    """The reports in the archive bucket. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(self, documents: ObjectStore) -> None:
        self._documents = documents

    def keep(self, *, started_at: datetime, actor: Actor, **facts: Any) -> AuditRecord:
        """Store a report and return it."""
        now = datetime.now(UTC)
        record = AuditRecord(started_at=started_at, finished_at=now, actor=ActorRecord.of(actor), **facts)
        key = f"{_PREFIX}{now:%Y%m%dT%H%M%S%f}.json"
        self._documents.put(key, record.to_json(), "application/json", {}, kept_until(now))
        return record

    def find_last(self) -> AuditRecord | None:
        """Return the last report, or None."""
        found = list(self._documents.list(_PREFIX))
        if not found:
            return None
        return AuditRecord.from_json(self._documents.get(found[-1].key), found[-1].key, _SCHEMA)
