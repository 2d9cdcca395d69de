"""Take a backup back into a home and a catalog that are empty, then build the rest from the buckets.

Two steps, since the settings that say where buckets and catalog are may come from the backup itself: ``lay_out_backup`` puts
the files in their places, ``rebuild_from_backup`` opens the house that they describe.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from catalog import RebuildReport
from catalog.history import HistoryRow
from dossiers.errors import ConfigurationError, IntegrityError
from dossiers.model import Actor
from dossiers.trail import Detail, TrailAction
from operations.backing_up import HISTORY, HOME_FOLDER, HOME_PARTS, INBOX_FOLDER, KEY_PARTS, SEALED, SETTINGS_FOLDER
from operations.housekeeping import read_standing
from operations.reindexing import reindex_catalog
from operations.trail import record_event
from runtime.settings import Settings, machine_file
from runtime.wiring import House
from storage.backup_file import unpack_backup
from storage.files import copy_atomically, hash_chunks, hash_file, make_folder, os_errors_mapped, replace_atomically
from storage.sealing import unseal

_SETTINGS_FILE = "sohoa.toml"


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A backup whose files are in their places. ``folder`` holds it unpacked; ``kept_settings``: the home had its own."""

    folder: Path
    manifest: dict[str, Any]
    has_secrets: bool
    kept_settings: bool


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored: rows of history, the rebuilt catalog, scans put back into the inbox, and those the store has."""

    history_rows: int
    rebuilt: RebuildReport
    inbox_files: int
    inbox_known: int


def lay_out_backup(settings: Settings, backup: Path, folder: Path, *, passphrase: bytes | None) -> LaidOut:
    """Unpack a backup into an empty folder, check it, and put its files into the home.

    A ``sohoa.toml`` that stands there stays. Raises ConfigurationError, before anything is written, when something lives in the
    home or the passphrase does not open the secrets; IntegrityError when the backup is damaged; StorageFullError and its kin.
    """
    home = settings.home
    if read_standing(settings) is not None:
        raise ConfigurationError(detail="services run here; stop them first: sohoa down")
    manifest = unpack_backup(backup, folder)
    placed = _list_home_files(folder)
    has_secrets = (folder / SEALED).is_file() and passphrase is not None
    if has_secrets and passphrase is not None:
        placed |= _list_secrets(unseal((folder / SEALED).read_bytes(), passphrase))
    kept_settings = (home / _SETTINGS_FILE).is_file()
    if kept_settings:
        placed.pop(_SETTINGS_FILE, None)
    _require_room(home, placed)
    with os_errors_mapped(str(home)):
        for name, data in placed.items():
            make_folder((home / name).parent)
            if isinstance(data, bytes):
                replace_atomically(home / name, data)
            else:
                copy_atomically(data, home / name)
    return LaidOut(folder, manifest, has_secrets, kept_settings)


def rebuild_from_backup(
    house: House, laid_out: LaidOut, actor: Actor, advance: Callable[[], None] = lambda: None
) -> RestoreReport:
    """Put scans that never got into the buckets back into the inbox, load the history, and build the catalog.

    Raises ConfigurationError when the catalog is not empty, IntegrityError when the history or a stored record is damaged,
    StorageUnavailableError and its kin.
    """
    # The scans first: while the catalog is empty, a restore that broke off can be begun again.
    put_back, known = _put_back_inbox(house, laid_out.folder / INBOX_FOLDER)
    with (laid_out.folder / HISTORY).open("rb") as lines:
        rows = house.catalog.history.load(_read_history(lines))
    rebuilt = reindex_catalog(house, actor, advance)
    details: dict[str, Detail] = {"made_at": str(laid_out.manifest.get("made_at", "")), "history_rows": rows}
    record_event(house, actor, TrailAction.RESTORE, "", details)
    return RestoreReport(rows, rebuilt, put_back, known)


def require_empty(house: House) -> None:
    """Raise ConfigurationError when the catalog knows anything: a restore would put an older state over it."""
    if not house.catalog.history.is_empty():
        described = house.catalog_address.described
        raise ConfigurationError(detail=f"the catalog ({described}) is not empty: nothing is restored over what lives")


def _list_home_files(folder: Path) -> dict[str, Path | bytes]:
    """Return what belongs into the home: names below it, and where each lies unpacked."""
    found: dict[str, Path | bytes] = {}
    if (folder / SETTINGS_FOLDER / _SETTINGS_FILE).is_file():
        found[_SETTINGS_FILE] = folder / SETTINGS_FOLDER / _SETTINGS_FILE
    for part in HOME_PARTS:
        base = folder / HOME_FOLDER
        found |= {str(path.relative_to(base)): path for path in sorted((base / part).rglob("*")) if path.is_file()}
    return found


def _list_secrets(packed: bytes) -> dict[str, Path | bytes]:
    found: dict[str, Path | bytes] = {}
    allowed = {_SETTINGS_FILE, machine_file(Path()).name}
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as tar:
        for member in tar:
            stream = tar.extractfile(member)
            name = PurePosixPath(member.name)
            if stream is None or not (member.name in allowed or (len(name.parts) == 2 and name.parts[0] in KEY_PARTS)):
                raise IntegrityError(what=SEALED, detail=f"{member.name!a} does not belong there")
            found[member.name] = stream.read()
    return found


def _require_room(home: Path, placed: dict[str, Path | bytes]) -> None:
    """Raise ConfigurationError when a file stands in the home that would become another."""
    taken = []
    for name, data in placed.items():
        target = home / name
        if target.exists() and (not target.is_file() or hash_file(target) != _hash(data)):
            taken.append(name)
    if taken:
        raise ConfigurationError(detail=f"nothing is restored over what lives: {home} holds {', '.join(taken[:5])}")


def _hash(data: Path | bytes) -> str:
    return hash_chunks((data,)) if isinstance(data, bytes) else hash_file(data)


def _read_history(lines: Iterator[bytes]) -> Iterator[HistoryRow]:
    for line in lines:
        try:
            found = json.loads(line)
            yield found["table"], dict(found["row"])
        except (ValueError, TypeError, KeyError) as error:
            raise IntegrityError(what=HISTORY, detail="a damaged row") from error


def _put_back_inbox(house: House, folder: Path) -> tuple[int, int]:
    """Lay scans back into the inbox that the store does not hold; return how many, and how many it holds.

    One that was claimed after the backup was made would else count as handed in twice.
    """
    put_back = known = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        digest = hash_file(path)
        if house.archive.holds_original(digest):
            known += 1
            continue
        target = house.settings.inbox / path.relative_to(folder)
        with os_errors_mapped(str(target)):
            if target.exists() and not (target.is_file() and hash_file(target) == digest):  # scanners count their files anew
                target = target.with_stem(f"{target.stem}-{digest[:8]}")
            if not target.exists():
                make_folder(target.parent)
                copy_atomically(path, target)
        put_back += 1
    return put_back, known
