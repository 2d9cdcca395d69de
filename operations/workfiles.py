"""What was made so far of one scan, as JSON files in its work folder.

A step's result is written whole or not at all and names the recipe it was made with, so that a retry or a replay uses
it again and a changed reader makes it anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from dossiers.errors import IntegrityError
from storage.files import os_errors_mapped, replace_atomically

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Header:
    recipe: str


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Building an adapter takes longer than using it, so each is built once."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def save_result(path: Path, kind: type[_Value], value: _Value, recipe: str) -> str:
    """Write a step's result and return the digest (SHA-256, hex) of the file.

    Raises StorageFullError or StorageUnavailableError; no half file is left.
    """
    body = _adapter(kind).dump_json(value)
    data = _adapter(_Header).dump_json(_Header(recipe)) + b"\n" + body
    with os_errors_mapped(f"work folder of {path.parent.name[:12]}"):
        replace_atomically(path, data)
    return hashlib.sha256(data).hexdigest()


def find_result(path: Path, kind: type[_Value], recipe: str) -> tuple[_Value, str] | None:
    """Return a step's result and its digest when it is there and was made with ``recipe``; a damaged one counts as absent."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, _, body = data.partition(b"\n")
    try:
        if _adapter(_Header).validate_json(head).recipe != recipe:
            return None
        return _adapter(kind).validate_json(body), hashlib.sha256(data).hexdigest()
    except ValidationError:
        return None


def load_result(path: Path, kind: type[_Value], recipe: str, digest: str) -> _Value:
    """Return a step's result. Raises IntegrityError when it is not there or not the one that ``digest`` names."""
    found = find_result(path, kind, recipe)
    if found is None or found[1] != digest:
        raise IntegrityError(what=f"work file {path.name}", detail="missing or changed since it was made")
    return found[0]
