"""The settings of the long-running parts: engine, dispatcher, log, metrics, and what ``sohoa up`` runs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Section(BaseModel):
    """A section of the settings: unknown keys are refused, nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PrefectSettings(Section):
    """An existing Prefect API; empty means a temporary one on this machine, for this command.

    ``api_auth`` is ``user:password``, asked by the server and told by everyone else. ``retention_days`` is how long Prefect
    keeps its flow runs and events; what became of a file stands in the catalog for good.
    """

    api_url: str = ""
    api_auth: SecretStr = SecretStr("")
    retention_days: int = Field(default=30, ge=1)
    database_url: SecretStr = SecretStr("")


class DispatchSettings(Section):
    """How waiting dossiers are sent to the engine; see docs/operations.md.

    ``batches`` and ``fast_batches`` run at once over all machines, ``ahead`` normal ones are sent before their turn.
    ``lease_s``: after so long without a sign of life a batch counts as dead.
    """

    batches: int = Field(default=1, ge=1, le=1000)
    fast_batches: int = Field(default=1, ge=1, le=1000)
    ahead: int = Field(default=1, ge=0, le=1000)
    max_dossiers: int = Field(default=20, ge=1, le=500)
    max_mb: int = Field(default=200, ge=1)
    max_tries: int = Field(default=3, ge=1)
    retry_s: float = Field(default=60.0, ge=0)
    poll_s: float = Field(default=2.0, gt=0)
    lease_s: float = Field(default=90.0, gt=0)
    heartbeat_s: float = Field(default=15.0, gt=0)
    fast_stations: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _beats_within_lease(self) -> DispatchSettings:
        if self.heartbeat_s * 3 > self.lease_s:
            raise ValueError("dispatch.lease_s must be at least three times dispatch.heartbeat_s")
        return self


class TrailSettings(Section):
    """The trail of who did what. ``keep_months`` is how long each of its objects is locked; the law asks for 12 at least.

    ``look_s`` is how often ``sohoa keep`` looks whether an anchor is due or something waits for the store.
    """

    keep_months: int = Field(default=24, ge=12, le=1200)
    look_s: float = Field(default=60.0, gt=0)

    @property
    def lock_days(self) -> int:
        return self.keep_months * 31


class UpSettings(Section):
    """What ``sohoa up`` runs on this machine; it writes this itself, see docs/operations.md.

    ``minio_binary`` empty: the ``minio`` on PATH, else the one that scripts/minio-server finds or builds.
    ``minio_root_user`` and ``minio_root_password`` are for MinIO itself and for making the keys of store and destruction.
    """

    minio: bool = False
    minio_binary: str = ""
    minio_root_user: SecretStr = SecretStr("")
    minio_root_password: SecretStr = SecretStr("")
    watch: bool = True


class MetricsSettings(Section):
    """Where ``sohoa metrics`` serves /metrics, /health and /ready."""

    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=1, le=65535)


class LoggingSettings(Section):
    """``json``: one object a line, with the dossier number; ``text``: for a person at a terminal."""

    form: Literal["text", "json"] = "text"

    @property
    def as_json(self) -> bool:
        return self.form == "json"
