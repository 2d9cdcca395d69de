"""From the paths a person names to the scans behind them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dossiers.codes import find_dossier_number
from dossiers.errors import SohoaError, UnreadablePathError

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class FoundScan:
    """A file to take in, or a path that cannot be: then ``error`` says why.

    ``dossier_number`` comes from the nearest folder or the file's own name that bears one. A file of the inbox says which
    ``inbox`` it lies in; then no link is followed on the way to it. ``shown_path`` is told instead of ``path`` for a file
    that Sohoa made of another.
    """

    path: Path
    dossier_number: str | None = None
    error: SohoaError | None = None
    inbox: Path | None = None
    shown_path: str | None = None

    @property
    def name(self) -> str:
        return unicodedata.normalize("NFC", self.path.name)

    @property
    def told_path(self) -> str:
        """The path by which people know the file."""
        return self.shown_path or str(self.path)


def find_scans(paths: Sequence[Path], dossier_number: str | None = None) -> Iterator[FoundScan]:
    """Yield every scan under ``paths`` in name order; hidden and unfinished files (``.part`` …) inside folders are left alone.

    An explicit ``dossier_number`` holds for all. A path that does not exist or cannot be read is yielded with its error,
    so that the others go on. Symbolic links inside folders are refused: they may lead out of the folder.
    """
    for path in paths:
        yield from _walk(path, dossier_number, named=True)


@contextmanager
def source_errors_mapped(path: Path) -> Iterator[None]:
    """Turn the system's errors on a file that somebody named into UnreadablePathError; refuse what is no regular file."""
    try:
        if path.exists() and not path.is_file():
            raise UnreadablePathError(name=str(path), detail="not a regular file")
        yield
    except OSError as error:
        raise UnreadablePathError(name=str(path), detail=error.strerror) from error


def _walk(path: Path, dossier_number: str | None, *, named: bool) -> Iterator[FoundScan]:
    try:
        if path.is_symlink() and not named:
            yield _refuse(path, "symbolic link")
        elif path.is_dir():
            with os.scandir(path) as entries:
                children = sorted(entry.name for entry in entries)
            for child in children:
                if not child.startswith(".") and not child.lower().endswith(_UNFINISHED):
                    yield from _walk(path / child, dossier_number, named=False)
        elif path.is_file():
            yield FoundScan(path, dossier_number or _number_of(path))
        elif path.exists():
            yield _refuse(path, "not a regular file")
        else:
            yield _refuse(path, "no such file or folder")
    except OSError as error:
        yield _refuse(path, error.strerror or type(error).__name__)


def _number_of(path: Path) -> str | None:
    # The file's own name first, then the nearest folder: one folder a dossier, or a flat folder with one file a dossier.
    absolute = path.absolute()
    for name in (absolute.stem, *(parent.name for parent in list(absolute.parents)[:3])):
        number = find_dossier_number(unicodedata.normalize("NFC", name))
        if number is not None:
            return str(number)
    return None


def _refuse(path: Path, detail: str) -> FoundScan:
    return FoundScan(path, error=UnreadablePathError(name=str(path), detail=detail))
