"""The one settings object: a TOML file, then ``SOHOA_*`` variables over it.

The file is ``$SOHOA_CONFIG``, else ``$SOHOA_HOME/sohoa.toml`` when it exists. What ``sohoa up`` chose for this machine
(``$SOHOA_HOME/machine.toml``) lies below it. A nested key such as ``[store.s3] endpoint``
is ``SOHOA_STORE__S3__ENDPOINT`` in the environment. Unknown keys are refused in both. This module alone reads the environment.
"""

from __future__ import annotations

import os
import pwd
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dossiers.errors import ConfigurationError
from runtime.custody_settings import ArchiveSettings, AuditSettings, DestructionSettings, RetentionSettings
from runtime.intake_settings import PortalSettings, WatchSettings
from runtime.service_settings import (
    DispatchSettings,
    LoggingSettings,
    MetricsSettings,
    PrefectSettings,
    Section,
    TrailSettings,
    UpSettings,
)
from runtime.signing_settings import SigningSettings
from runtime.store_settings import MirrorSettings, StoreSettings

_PREFIX = "SOHOA_"
_NOT_SETTINGS = ("SOHOA_TEST_", "SOHOA_CONFIG")


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "sohoa"


class CatalogSettings(Section):
    """The catalog database; an empty ``url`` means SQLite under SOHOA_HOME. A password never stands in the URL."""

    url: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> CatalogSettings:
        if re.match(r"[^/]+://[^/@]*:[^/]*@", self.url):
            raise ValueError("catalog.url must not hold a password; set catalog.password_file")
        if self.password_file and self.password.get_secret_value():
            raise ValueError("set catalog.password or catalog.password_file, not both")
        return self


class ReadingSettings(Section):
    """How scans are read. ``workers`` 0 means one a core. ``tessdata_dir`` empty means where the system keeps it.

    ``engine`` = ``null`` reads nothing, for measuring: every document then waits for a person.
    """

    engine: Literal["default", "null"] = "default"
    language: str = Field(default="vie", pattern=r"^[\w-]+(/[\w-]+)?$")  # one: not vie+eng
    tessdata_dir: str = ""
    workers: int = Field(default=0, ge=0, le=256)
    page_timeout_s: float = Field(default=120.0, gt=0)
    max_file_mb: int = Field(default=500, gt=0)
    max_pages: int = Field(default=2000, gt=0)
    max_page_megapixels: int = Field(default=180, gt=0)


class ReviewSettings(Section):
    """Below these, a person must look (0 to 1)."""

    min_type_score: float = Field(default=0.75, ge=0, le=1)
    min_field_confidence: float = Field(default=0.7, ge=0, le=1)
    min_text_confidence: float = Field(default=0.7, ge=0, le=1)


class Settings(BaseSettings):
    """Everything that can be set. ``home`` (SOHOA_HOME) holds all that the embedded default writes."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=_PREFIX, env_nested_delimiter="__", env_ignore_empty=False
    )

    home: Path = Field(default_factory=_default_home)
    store: StoreSettings = StoreSettings()
    catalog: CatalogSettings = CatalogSettings()
    signing: SigningSettings = SigningSettings()
    reading: ReadingSettings = ReadingSettings()
    review: ReviewSettings = ReviewSettings()
    archive: ArchiveSettings = ArchiveSettings()
    trail: TrailSettings = TrailSettings()
    retention: RetentionSettings = RetentionSettings()
    destruction: DestructionSettings = DestructionSettings()
    mirror: MirrorSettings = MirrorSettings()
    audit: AuditSettings = AuditSettings()
    watch: WatchSettings = WatchSettings()
    portal: PortalSettings = PortalSettings()
    prefect: PrefectSettings = PrefectSettings()
    dispatch: DispatchSettings = DispatchSettings()
    logging: LoggingSettings = LoggingSettings()
    metrics: MetricsSettings = MetricsSettings()
    up: UpSettings = UpSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: the environment over the TOML file over what ``sohoa up`` chose for this machine."""
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        config = find_config_file()
        if config is not None:
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=config))
        machine = machine_file(_home_of_environment())
        if machine.is_file():
            _require_private(machine)
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=machine))
        return tuple(sources)

    @property
    def catalog_url(self) -> str:
        return self.catalog.url or f"sqlite:///{self.home / 'catalog.sqlite3'}"

    @property
    def inbox(self) -> Path:
        return self.watch.inbox or self.home / "inbox"


def load_settings() -> Settings:
    """Read settings from the TOML file and the environment.

    Raises ConfigurationError, naming every wrong or unknown key but never a value.
    """
    unknown = _unknown_variables()
    if unknown:
        raise ConfigurationError(detail=f"unknown environment variables: {', '.join(unknown)}")
    try:
        settings = Settings()
    except ValidationError as error:
        raise ConfigurationError(detail=_describe(error)) from None
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise ConfigurationError(detail=f"{find_config_file()}: {error}") from error
    if not settings.home.is_absolute():
        return settings.model_copy(update={"home": settings.home.absolute()})
    return settings


def find_config_file() -> Path | None:
    """Return the TOML file in force, or None. An explicit SOHOA_CONFIG that does not exist is an error."""
    explicit = os.environ.get("SOHOA_CONFIG")
    if explicit:
        if not Path(explicit).is_file():
            raise ConfigurationError(detail=f"SOHOA_CONFIG names {explicit}, which is not a file")
        return Path(explicit)
    found = _home_of_environment() / "sohoa.toml"
    return found if found.is_file() else None


def machine_file(home: Path) -> Path:
    """Return where ``sohoa up`` keeps the addresses and secrets that it chose for this machine."""
    return home / "machine.toml"


def _home_of_environment() -> Path:
    return Path(os.environ.get("SOHOA_HOME") or _default_home())


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(detail=f"{path} holds secrets and others may read it; run: chmod 600 {path}")


def current_user() -> tuple[str, str]:
    """Return the operating system's login and display name of whoever runs the command."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return str(os.getuid()), str(os.getuid())
    return entry.pw_name, entry.pw_gecos.split(",")[0] or entry.pw_name


def _unknown_variables() -> list[str]:
    known: set[str] = set()
    _collect(Settings, _PREFIX, known)
    return sorted(
        name
        for name in os.environ
        if name.startswith(_PREFIX) and not name.startswith(_NOT_SETTINGS) and name.upper() not in known
    )


def _collect(model: type[BaseModel], prefix: str, known: set[str]) -> None:
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        known.add(variable)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            _collect(field.annotation, f"{variable}__", known)


def _describe(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'settings'}: {item['msg']}"
        for item in error.errors(include_input=False)
    )
