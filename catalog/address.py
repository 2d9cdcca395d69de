"""Say where the catalog is: a SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dossiers.errors import ConfigurationError

_FORMS = "use sqlite:///PATH or postgresql://USER@HOST/DATABASE"
_SECRETS_IN_QUERY = {"password", "sslpassword"}
_POSTGRESQL = {"postgresql", "postgresql+psycopg"}


@dataclass(frozen=True)
class CatalogAddress:
    """``sqlite:///PATH`` or ``postgresql://USER@HOST:PORT/DATABASE?sslmode=…``, and the password that is never shown with it.

    Its properties raise ConfigurationError when the URL cannot be used; the message does not repeat it.
    """

    url: str
    password: str = field(default="", repr=False)

    @property
    def is_postgresql(self) -> bool:
        return self.parsed.get_backend_name() == "postgresql"

    @property
    def sqlite_path(self) -> Path:
        """Return the path of the SQLite file."""
        if self.is_postgresql or not self.parsed.database:
            raise ConfigurationError(detail=f"the catalog is no SQLite file; {_FORMS}")
        return Path(self.parsed.database)

    @property
    def described(self) -> str:
        """Name the database without user, password and options."""
        if not self.is_postgresql:
            return f"SQLite, {self.sqlite_path}"
        host, port = self.parsed.host or self.parsed.query.get("host") or "local socket", self.parsed.port
        return f"PostgreSQL, {self.parsed.database} on {host}{f':{port}' if port else ''}"

    @cached_property
    def parsed(self) -> URL:
        """Return the checked URL, password included: for connecting only."""
        try:
            parsed = make_url(self.url)
        except (ArgumentError, ValueError) as error:
            raise ConfigurationError(detail=f"the catalog URL cannot be read; {_FORMS}") from error
        if parsed.get_backend_name() == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise ConfigurationError(detail=f"the catalog URL names no file; {_FORMS}")
            return parsed
        if parsed.drivername not in _POSTGRESQL:
            raise ConfigurationError(detail=f"a catalog of kind “{parsed.drivername}” is not supported; {_FORMS}")
        if parsed.password is not None or _SECRETS_IN_QUERY & parsed.query.keys():
            raise ConfigurationError(detail="catalog.url must not hold a password; set catalog.password_file")
        if not parsed.database:
            raise ConfigurationError(detail=f"the catalog URL names no database; {_FORMS}")
        return parsed.set(drivername="postgresql+psycopg", password=self.password or None)
