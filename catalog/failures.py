"""Turn the database's exceptions into ours, once."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dossiers.errors import ConfigurationError, SohoaError, StorageFullError, StorageUnavailableError

REBUILD_HINT = "run `sohoa reindex` to build it anew from the object store"

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY_CODE = 0xFF  # SQLite's extended codes hold the primary code in their lowest byte


@contextmanager
def translate_failures() -> Iterator[None]:
    """Let SohoaErrors through and turn what the database and the system raise into them.

    Raises StorageFullError when there is no room, ConfigurationError when the catalog is damaged or of a foreign form, and
    StorageUnavailableError for all else: locked, read-only, not to be opened.
    """
    try:
        yield
    except DBAPIError as error:
        raise translate(error.orig if isinstance(error.orig, sqlite3.Error) else error) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise translate(error) from error


def translate(error: BaseException) -> SohoaError:
    """Return our error for one of the database's. SQL and its values are left out: they may hold personal data."""
    detail = f"catalog: {error}" if isinstance(error, (sqlite3.Error, OSError)) else f"catalog: {type(error).__name__}"
    if _read_code(error) == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in _NO_ROOM):
        return StorageFullError(detail=detail)
    if is_damaged(error) or "no such table" in str(error) or "no such column" in str(error):
        return ConfigurationError(detail=f"{detail}; {REBUILD_HINT}")
    return StorageUnavailableError(detail=detail)


def is_damaged(error: BaseException) -> bool:
    """Say whether SQLite found its file damaged, or no database at all."""
    return _read_code(error) in _DAMAGED


def _read_code(error: BaseException) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE
