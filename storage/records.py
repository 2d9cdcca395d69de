"""What all JSON records in the buckets have in common: frozen, NFC, UTC, sorted names, a schema version. Pure."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator

from dossiers.errors import IntegrityError
from dossiers.model import Actor


class Record(BaseModel):
    """A frozen part of a record. Unknown names are refused: within one schema version there are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=200_000)

    @field_validator("*", mode="before")
    @classmethod
    def _compose(cls, value: Any) -> Any:
        return normalize(value)

    @field_validator("*", mode="after")
    @classmethod
    def _to_utc(cls, value: Any) -> Any:
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    def to_json(self) -> bytes:
        """Return the record as JSON: UTF-8, sorted names, one space of indentation; the same record gives the same bytes."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes, what: str, schema_version: int) -> Self:
        """Read a record back. Raises ``IntegrityError`` when it is damaged or its schema is not the one given."""
        try:
            found = json.loads(data)
            if not isinstance(found, dict) or found.get("schema_version") != schema_version:
                raise IntegrityError(what=what, detail="a record of an unknown schema")
            return cls.model_validate_json(data)
        except (ValidationError, ValueError, RecursionError) as error:
            raise IntegrityError(what=what, detail="a damaged record") from error


class ActorRecord(Record):
    """Who did something."""

    id: str
    name: str = ""
    unit: str = ""

    @classmethod
    def of(cls, actor: Actor) -> ActorRecord:
        """Return the record of a domain actor."""
        return cls(id=actor.id, name=actor.name, unit=actor.unit)


class HistoryEvent(Record):
    """One line of an append-only history: when, who, what (a stable code such as ``archived``), and a detail for people."""

    at: AwareDatetime
    actor: ActorRecord
    what: str
    detail: str = ""


def normalize(value: Any) -> Any:
    """Return text, and text within tuples, lists and mappings, in NFC and such that UTF-8 can hold it."""
    if isinstance(value, str) and type(value) is str:
        return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    if type(value) in (list, tuple):
        return type(value)(normalize(item) for item in value)
    if type(value) is dict:
        return {normalize(name): normalize(item) for name, item in value.items()}
    return value
