"""The settings of the stores: the archive's own, and its second copy."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from runtime.service_settings import Section

_WELL_KNOWN_SECRETS = frozenset({"minioadmin", "minio123", "password", "changeme", "secret", "admin", "12345678"})


class S3Settings(Section):
    """An S3 server. ``endpoint`` is host:port without a scheme; ``secure`` chooses https."""

    endpoint: str = ""
    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    region: str = "us-east-1"
    secure: bool = True
    ca_file: Path | None = None
    originals_bucket: str = "sohoa-originals"
    archive_bucket: str = "sohoa-archive"
    timeout_s: float = Field(default=20.0, gt=0, le=300)


class StoreSettings(Section):
    """Where originals and archive documents live. ``require_lock``: take nothing in unless the store was seen to lock."""

    kind: Literal["directory", "s3"] = "directory"
    require_lock: bool = False
    s3: S3Settings = S3Settings()

    @model_validator(mode="after")
    def _complete(self) -> StoreSettings:
        if self.kind == "s3":
            _require_complete(self.s3, "store.s3")
        return self


class MirrorSettings(Section):
    """Where the second copy lives: other buckets, best on another machine, or a folder of another disk."""

    kind: Literal["none", "directory", "s3"] = "none"
    path: Path | None = None
    s3: S3Settings = S3Settings()

    @model_validator(mode="after")
    def _complete(self) -> MirrorSettings:
        if self.kind == "directory" and self.path is None:
            raise ValueError("mirror.kind = directory needs mirror.path")
        if self.kind == "s3":
            _require_complete(self.s3, "mirror.s3")
        return self


def _require_complete(s3: S3Settings, where: str) -> None:
    keys = {"access_key": s3.access_key, "secret_key": s3.secret_key}
    missing = [name for name, value in keys.items() if not value.get_secret_value()]
    if not s3.endpoint:
        missing.insert(0, "endpoint")
    if missing:
        raise ValueError(f"{where} needs {', '.join(missing)}")
    if any(value.get_secret_value().lower() in _WELL_KNOWN_SECRETS for value in keys.values()):
        raise ValueError(f"{where} uses a well-known default key; make keys of your own")
