"""Say of a folder what it can promise as a store, and what no folder can."""

from __future__ import annotations

from dossiers.errors import SohoaError
from dossiers.store_properties import CheckedProperty, StoreProperty, Verdict
from storage.directory_store import DirectoryStore

_CANNOT = "a folder cannot lock: its locks bind Sohoa alone, not someone who may write in it; use an S3 server with object lock"


def check_directory(store: DirectoryStore, name: str) -> tuple[CheckedProperty, ...]:
    """Return the verdicts on a folder. Locks of it are told as what they are, whatever the program itself refuses."""
    try:
        store.check()
    except SohoaError as error:
        return (CheckedProperty(name, StoreProperty.REACHABLE, Verdict.FAILS, error.message_en),)
    return (
        CheckedProperty(name, StoreProperty.REACHABLE, Verdict.HOLDS, "the folder can be read and written"),
        CheckedProperty(name, StoreProperty.VERSIONING, Verdict.HOLDS, "older versions are kept beside the newest"),
        CheckedProperty(name, StoreProperty.OBJECT_LOCK, Verdict.FAILS, _CANNOT),
        CheckedProperty(name, StoreProperty.LOCKED_DELETE_REFUSED, Verdict.FAILS, _CANNOT),
    )
