"""Back up what is not in the buckets and cannot be made again. The system goes on meanwhile.

In it: the catalog's history, the settings, the quarantine, the scans that lie in the inbox, the notes on what is being claimed,
the trail's entries that wait for the store; and, only under a passphrase, keys and secrets. Not in it: the buckets (they have a
second copy of their own), whatever ``sohoa reindex`` makes again, work folders (a replay makes them again) and Prefect.
"""

from __future__ import annotations

import io
import re
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dossiers.model import Actor
from dossiers.trail import TrailAction, encode
from operations.trail import record_event
from runtime.settings import find_config_file, machine_file
from runtime.wiring import House
from storage.backup_file import BackupWriter, writing_backup
from storage.sealing import seal

HISTORY = "catalog-history.jsonl"
SEALED = "secrets.sealed"
SETTINGS_FOLDER, INBOX_FOLDER, HOME_FOLDER = "settings/", "inbox/", "home/"
HOME_PARTS = ("quarantine", "claims", "trail-spool")
"""Folders of the home that are backed up as they are."""

KEY_PARTS = ("keys", "agency-keys")
"""Folders of the home that hold keys: sealed or left out."""

_SECRET_NAMES = ("access_key", "secret_key", "password", "passphrase", "pin", "api_auth", "database_url")
# One that was commented out may be the one of before, or of another machine.
_SECRET_LINE = re.compile(rf"^([ \t]*)(?:#[# \t]*)?([\w.-]*(?:{'|'.join(_SECRET_NAMES)}))[ \t]*=.*$", re.M)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds: rows of history, files, and whether the secrets are in it."""

    path: Path
    history_rows: int
    files: int
    has_secrets: bool


@dataclass(slots=True)
class _Count:
    rows: int = 0
    files: int = 0


def back_up(house: House, to_path: Path, actor: Actor, *, passphrase: bytes | None, with_inbox: bool = True) -> BackupReport:
    """Write a backup to a new file of mode 600 and return what is in it. Without a passphrase, keys and secrets are left out.

    Raises ConfigurationError when the file exists or the passphrase is too short, StorageFullError and its kin.
    """
    count = _Count()
    at = datetime.now(UTC)
    with house.temporary_folder() as scratch, writing_backup(to_path, scratch) as writer:
        if passphrase is not None:  # first: a passphrase that is too short is told before the work is done
            writer.add_bytes(SEALED, seal(_pack_secrets(house), passphrase))
        writer.add_lines(HISTORY, _dump_history(house, count))
        _add_settings(writer, count)
        for part in HOME_PARTS:
            count.files += _add_folder(writer, HOME_FOLDER + part, house.home / part)
        if with_inbox:
            count.files += _add_folder(writer, INBOX_FOLDER.rstrip("/"), house.settings.inbox)
        head = house.catalog.trail.head()
        trail = {"sequence": head.sequence, "hash": head.hash}
        writer.finish({"made_at": at.isoformat(), "secrets": passphrase is not None, "trail": trail})
        details = {"secrets": passphrase is not None, "files": count.files, "inbox": with_inbox}
        record_event(house, actor, TrailAction.BACKUP, "", details)
    return BackupReport(to_path, count.rows, count.files, passphrase is not None)


def _dump_history(house: House, count: _Count) -> Iterator[bytes]:
    for table, row in house.catalog.history.dump():
        count.rows += 1
        yield encode({"table": table, "row": dict(row)}) + b"\n"


def _add_settings(writer: BackupWriter, count: _Count) -> None:
    """The settings as a person wrote them, their secrets taken out; whole they are among the sealed ones."""
    config = find_config_file()
    if config is None:
        return
    whole = config.read_text()
    text = _SECRET_LINE.sub(r"\1# \2 = (a secret: left out)", whole)
    if any(secret in text for secret in _list_secret_values(tomllib.loads(whole))):  # written in a way of its own
        text = "# left out: its secrets could not be told from the rest\n"
    writer.add_bytes(SETTINGS_FOLDER + "sohoa.toml", text.encode())
    count.files += 1


def _list_secret_values(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _list_secret_values(value)
        elif isinstance(value, str) and value and name.endswith(_SECRET_NAMES):
            yield value


def _pack_secrets(house: House) -> bytes:
    """Return, as a tar, what must not stand anywhere in the open."""
    packed = io.BytesIO()
    config, machine = find_config_file(), machine_file(house.home)
    # A link is packed as what it points to: it would point to nothing after a disaster.
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT, dereference=True) as tar:
        if config is not None:
            tar.add(config, "sohoa.toml")
        if machine.is_file():
            tar.add(machine, "machine.toml")
        for part in KEY_PARTS:
            for path in sorted(house.home.joinpath(part).glob("*")):
                if path.is_file():
                    tar.add(path, f"{part}/{path.name}")
    return packed.getvalue()


def _add_folder(writer: BackupWriter, name: str, folder: Path) -> int:
    """Take every plain file below a folder in, and return how many; what is in the making or leaves is passed over."""
    files = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or any(part.startswith(".part-") for part in relative.parts):
            continue
        files += writer.add_file(f"{name}/{relative.as_posix()}", path)
    return files
