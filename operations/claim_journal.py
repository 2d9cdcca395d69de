"""A note on each file of the inbox that is being claimed, so that one that was claimed just before a crash is known again.

Without it, a file that was written down but not yet removed when the plug was pulled would be counted as a second file
with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from dossiers.stillness import Stamp
from runtime.wiring import House
from storage.files import make_folder, os_errors_mapped, replace_atomically


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """Which bytes lay at a path, and the file's stamp then."""

    sha256: str
    stamp: Stamp


def note_claim(house: House, path: Path, note: ClaimNote) -> None:
    """Write down, to the disk itself, that a file is about to be claimed. Raises StorageFullError and its kin."""
    target = _note_path(house, path)
    with os_errors_mapped("claim note"):
        make_folder(target.parent)
        replace_atomically(target, json.dumps(asdict(note)).encode())


def find_note(house: House, path: Path, stamp: Stamp) -> ClaimNote | None:
    """Return the note on the very file that lies at a path now, or None."""
    try:
        facts = json.loads(_note_path(house, path).read_bytes())
        note = ClaimNote(str(facts["sha256"]), Stamp(**facts["stamp"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note if note.stamp == stamp else None


def forget_claim(house: House, path: Path) -> None:
    """Drop the note once the file has left the inbox. Raises StorageUnavailableError and its kin."""
    with os_errors_mapped("claim note"):
        _note_path(house, path).unlink(missing_ok=True)


def _note_path(house: House, path: Path) -> Path:
    return house.home / "claims" / f"{hashlib.sha256(os.fsencode(path)).hexdigest()}.json"
