"""A backup as one tar file. Its last member, ``manifest.json``, names every other with its size and SHA-256.

Any tar opens it. Unpacking takes nothing that the manifest does not name, and puts nothing outside its folder.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from dossiers.errors import ConfigurationError, IntegrityError
from storage.files import hash_chunks, make_folder, os_errors_mapped, part_path, read_chunks, sync_folder, write_synced

MANIFEST = "manifest.json"
_KIND = "sohoa backup 1"
_MAX_MANIFEST_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class BackupWriter:
    """Takes files into a backup. Names are relative, with slashes."""

    _tar: tarfile.TarFile
    _scratch: Path
    _members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Take bytes in."""
        self._add(name, io.BytesIO(data), len(data), hash_chunks((data,)))

    def add_lines(self, name: str, lines: Iterable[bytes]) -> None:
        """Take a text in that comes line by line."""
        path = part_path(self._scratch)
        try:
            sha256 = write_synced(path, lines)
            with path.open("rb") as stream:
                self._add(name, stream, path.stat().st_size, sha256)
        finally:
            path.unlink(missing_ok=True)

    def add_file(self, name: str, path: Path) -> bool:
        """Take a copy of a file in, as it stands now; False when it is gone."""
        copy = part_path(self._scratch)
        try:
            with path.open("rb") as source:
                sha256 = write_synced(copy, read_chunks(source))
            with copy.open("rb") as stream:
                self._add(name, stream, copy.stat().st_size, sha256)
        except FileNotFoundError:
            return False
        finally:
            copy.unlink(missing_ok=True)
        return True

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the manifest."""
        manifest = {"kind": _KIND, **facts, "members": self._members}
        data = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()
        self._write(MANIFEST, io.BytesIO(data), len(data))

    def _add(self, name: str, stream: IO[bytes], size_bytes: int, sha256: str) -> None:
        self._write(name, stream, size_bytes)
        self._members[name] = {"size_bytes": size_bytes, "sha256": sha256}

    def _write(self, name: str, stream: IO[bytes], size_bytes: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size_bytes, 0o600
        self._tar.addfile(member, stream)


@contextmanager
def writing_backup(path: Path, scratch: Path) -> Iterator[BackupWriter]:
    """Write a backup that appears only when it is whole; ``scratch`` is a folder for copies. Raises ConfigurationError when
    the path is taken, StorageFullError and its kin."""
    if path.exists():
        raise ConfigurationError(detail=f"{path} exists already")
    with os_errors_mapped(str(path)):
        part = part_path(path.parent)
        try:
            part.touch(mode=0o600, exist_ok=False)
            with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
                yield BackupWriter(tar, scratch)
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.rename(path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def unpack_backup(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into a folder, check every digest, and return the manifest.

    Raises IntegrityError when it is damaged or holds what its manifest does not name, ConfigurationError when it is none,
    StorageFullError and its kin.
    """
    with os_errors_mapped(str(path)):
        try:
            with tarfile.open(path, "r:") as tar:
                found = {member.name: _take(tar, member, folder) for member in tar if member.name != MANIFEST}
                manifest = _read_manifest(tar)
        except (tarfile.TarError, KeyError, EOFError) as error:
            raise IntegrityError(what=str(path), detail="it is no backup, or cut off") from error
    promised = manifest["members"]
    if found != promised:
        wrong = sorted(name for name in found.keys() | promised.keys() if found.get(name) != promised.get(name))
        raise IntegrityError(what=str(path), detail=f"changed, missing or foreign: {', '.join(wrong[:5])}")
    return manifest


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    """Write a member into the folder and return what the manifest must say of it."""
    name = PurePosixPath(member.name)
    stream = tar.extractfile(member) if member.isreg() else None
    if stream is None or name.is_absolute() or ".." in name.parts:
        raise IntegrityError(what=member.name, detail="a backup holds plain files only")
    target = folder / name
    make_folder(target.parent)
    with stream:
        digest = write_synced(target, read_chunks(stream))
    return {"size_bytes": target.stat().st_size, "sha256": digest}


def _read_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    member = tar.getmember(MANIFEST)
    stream = tar.extractfile(member)
    if stream is None or member.size > _MAX_MANIFEST_BYTES:
        raise IntegrityError(what=MANIFEST, detail="it cannot be read")
    with stream:
        try:
            manifest = json.loads(stream.read())
            members = manifest["members"].values()
            is_ours = manifest["kind"] == _KIND and all(set(one) == {"size_bytes", "sha256"} for one in members)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IntegrityError(what=MANIFEST, detail="it cannot be read") from error
    if not is_ours:
        raise ConfigurationError(detail="this is no backup of Sohoa, or one of a later version")
    return dict(manifest)
