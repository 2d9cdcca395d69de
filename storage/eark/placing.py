"""Bring a finished package to its place, as a folder or a zip, whole or not at all, and read every file of it back."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from dossiers.errors import IntegrityError
from storage.eark.package import PackageFile
from storage.files import PART_PREFIX, hash_file


def place_package(staged: Path, files: Sequence[PackageFile], place: Path, at: datetime) -> None:
    """Copy the folder ``staged`` to ``place``, or into a zip when that ends in ``.zip``; for its owner alone to read.

    Raises ``IntegrityError`` when what stands there is not exactly ``files``, ``OSError`` when the disk fails. Nothing is left
    half done.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{PART_PREFIX}{place.name}")
    try:
        if place.suffix.lower() == ".zip":
            draft.touch(mode=0o600)
            _write_zip(staged, draft, at)
            _compare(_read_zip(draft, staged.name), files)
        else:
            draft.mkdir(mode=0o700)
            shutil.copytree(staged, draft, dirs_exist_ok=True, copy_function=shutil.copyfile)
            _close_to_others(draft)
            _compare(_read_folder(draft), files)
        draft.rename(place)
    finally:
        if draft.is_dir():
            shutil.rmtree(draft)
        draft.unlink(missing_ok=True)


def _close_to_others(folder: Path) -> None:
    """Leave a package to its owner, whatever the umask allows: it holds personal data."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _write_zip(staged: Path, target: Path, at: datetime) -> None:
    """Write a zip whose one folder is the package; names are sorted and times are the package's, so that it can be repeated."""
    stamp = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(item for item in staged.rglob("*") if item.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(staged.parent).as_posix(), stamp)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if path.suffix == ".pdf" else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink)


def _read_folder(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in folder.rglob("*") if path.is_file()}


def _read_zip(path: Path, root: str) -> dict[str, str]:
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            digest = sha256()
            with archive.open(name) as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
            found[name.removeprefix(f"{root}/")] = digest.hexdigest()
    return found


def _compare(found: dict[str, str], files: Sequence[PackageFile]) -> None:
    named = {file.path: file.sha256 for file in files}
    for path in sorted(found.keys() | named.keys()):
        if found.get(path) != named.get(path):
            raise IntegrityError(what=path, detail="the package reads back otherwise than its METS says")
