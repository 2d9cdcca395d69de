"""Tell what a PostgreSQL error means for us, by its SQLSTATE (PostgreSQL 15 manual, appendix A).

The driver is not imported here: a catalog on SQLite does not wait for it.
"""

from __future__ import annotations

import re
from typing import Any

from dossiers.errors import ConfigurationError, SohoaError, StorageDeniedError, StorageFullError, StorageUnavailableError

_DISK_FULL = "53100"
_DENIED = {"28000", "28P01", "42501"}
_NO_DATABASE = "3D000"
_DAMAGED = {"42P01", "42703", "XX001", "XX002"}  # a table or column is gone, data or index corrupted
_TIMEOUT_IN_TRANSACTION = "25P03"
_READ_ONLY = "25006"
_UNAVAILABLE_CLASSES = {
    "08",  # connection
    "40",  # deadlock, serialization: the transaction was undone, another try may do
    "53",  # out of connections or memory
    "55",  # a lock that was not to be had in time
    "57",  # shut down, crashed, starting, or the statement was cancelled
    "58",  # the server's own disk or system
}
# What a server says before there is a session comes without its SQLSTATE.
_REFUSED = re.compile(
    r"authentication failed|no pg_hba\.conf entry|no password supplied|role \"[^\"]*\" (does not exist|is not)"
)
_ABSENT = re.compile(r"database \"[^\"]*\" does not exist")
_CERTIFICATE = re.compile(r"root certificate file|certificate verify failed|does not match host name|does not support SSL")


def is_postgresql_error(error: BaseException) -> bool:
    """Say whether an exception comes from PostgreSQL's driver."""
    return type(error).__module__.partition(".")[0] == "psycopg"


def translate_postgresql(error: BaseException, rebuild_hint: str) -> SohoaError:
    """Return our error for one of the driver's.

    The server's sentence is told where it speaks of the connection or of the server itself; elsewhere it may repeat a value.
    """
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _translate_connection(error)
    told = f"catalog: {_read_sentence(error)}"
    named = f"catalog: {type(error).__name__} ({state})"
    if state == _DISK_FULL:
        return StorageFullError(detail=told)
    if state in _DENIED:
        return StorageDeniedError(detail=told)
    if state == _NO_DATABASE:
        return ConfigurationError(detail=told)
    if state in _DAMAGED:
        return ConfigurationError(detail=f"{told}; {rebuild_hint}")
    if state[:2] in _UNAVAILABLE_CLASSES or state in {_TIMEOUT_IN_TRANSACTION, _READ_ONLY}:
        return StorageUnavailableError(detail=told)
    return SohoaError(detail=named)


def _translate_connection(error: BaseException) -> SohoaError:
    sentence = " ".join(str(error).split())
    detail = f"catalog: {sentence}"
    if _REFUSED.search(sentence):
        return StorageDeniedError(detail=detail)
    if _ABSENT.search(sentence) or _CERTIFICATE.search(sentence):
        return ConfigurationError(detail=detail)
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"OperationalError", "InterfaceError"}:
        return StorageUnavailableError(detail=detail)
    return SohoaError(detail=f"catalog: {type(error).__name__}")


def _read_sentence(error: BaseException) -> str:
    diagnosis: Any = getattr(error, "diag", None)
    return str(getattr(diagnosis, "message_primary", None) or type(error).__name__)
