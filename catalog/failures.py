"""Turn the database's exceptions into ours, once."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from catalog.postgresql_failures import is_postgresql_error, translate_postgresql
from dossiers.errors import ConfigurationError, SohoaError, StorageFullError, StorageUnavailableError

REBUILD_HINT = "run `sohoa reindex` to build it anew from the object store"

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNAVAILABLE = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
_PRIMARY_CODE = 0xFF  # SQLite's extended codes hold the primary code in their lowest byte


@contextmanager
def translate_failures() -> Iterator[None]:
    """Let our own errors through and turn what the database and the system raise into SohoaErrors.

    Raises StorageFullError when there is no room; StorageUnavailableError when the catalog is locked, read-only or cannot be
    reached or opened; StorageDeniedError when the server refuses the user; ConfigurationError when the catalog is damaged, of a
    foreign form or not there; SohoaError for a fault of the program.
    """
    try:
        yield
    except DBAPIError as error:
        raise translate(error.orig or error) from error
    except StatementError as error:  # a value that no column takes: the exception that says so is the program's own
        raise (error.orig or error) from None
    except PoolTimeoutError as error:
        raise StorageUnavailableError(detail="catalog: too many threads use it at a time") from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise translate(error) from error


def translate(error: BaseException) -> SohoaError:
    """Return our error for one of a database's or the system's, without a value of a statement."""
    if is_postgresql_error(error):
        return translate_postgresql(error, REBUILD_HINT)
    detail = f"catalog: {error}" if isinstance(error, (sqlite3.Error, OSError)) else f"catalog: {type(error).__name__}"
    code = _read_code(error)
    if code == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in _NO_ROOM):
        return StorageFullError(detail=detail)
    if code in _DAMAGED or "no such table" in str(error) or "no such column" in str(error):
        return ConfigurationError(detail=f"{detail}; {REBUILD_HINT}")
    if code in _UNAVAILABLE or isinstance(error, OSError):
        return StorageUnavailableError(detail=detail)
    return SohoaError(detail=detail)


def is_damaged(error: BaseException) -> bool:
    """Say whether SQLite found its file damaged, or no database at all."""
    return _read_code(error) in _DAMAGED


def _read_code(error: BaseException) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE
