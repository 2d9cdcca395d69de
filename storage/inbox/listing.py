"""Look through the inbox without being led out of it: folders are opened one in the other, and no link is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.errors import UnreadablePathError
from dossiers.stations import (
    MAX_MARKER_BYTES,
    is_marker,
    is_passed_over,
    is_result_note,
    marked_unit,
    place_file,
    read_page_count,
)
from dossiers.stillness import Parts, SeenFile, Stamp

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class RefusedPath:
    """A path of the inbox that cannot be taken, and why."""

    parts: Parts
    error: UnreadablePathError


@dataclass(frozen=True, slots=True)
class Marker:
    """A file that declares a unit (its parts in NFC) complete, and how many pages it promises, if it says."""

    parts: Parts
    unit: Parts
    promised_pages: int | None


@dataclass(slots=True)
class InboxListing:
    """What lies in the inbox: files to take, markers, notes of ours, and paths that cannot be taken."""

    files: list[SeenFile] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    notes: list[Parts] = field(default_factory=list)
    refused: list[RefusedPath] = field(default_factory=list)


def list_inbox(root: Path) -> InboxListing:
    """Return what lies below ``root``, in name order.

    Symbolic links, device files, pipes and folders deeper than MAX_DEPTH are refused. What vanishes meanwhile is passed
    over. Raises UnreadablePathError when the inbox itself cannot be read.
    """
    listing = InboxListing()
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadablePathError(name=str(root), detail=error.strerror) from error
    try:
        _walk(descriptor, (), root, listing)
    finally:
        os.close(descriptor)
    return listing


def _walk(descriptor: int, above: Parts, root: Path, listing: InboxListing) -> None:
    for entry in _list_entries(descriptor, above, root, listing):
        parts = (*above, entry.name)
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # gone again
        if is_marker(entry.name) and stat.S_ISREG(facts.st_mode):
            listing.markers.append(Marker(parts, marked_unit(parts), _promised_pages(descriptor, entry.name)))
        elif is_result_note(entry.name) and stat.S_ISREG(facts.st_mode):
            listing.notes.append(parts)
        elif is_passed_over(entry.name):
            continue
        elif stat.S_ISDIR(facts.st_mode):
            _enter(descriptor, parts, root, listing)
        elif stat.S_ISREG(facts.st_mode):
            stamp = Stamp(facts.st_size, facts.st_mtime_ns, facts.st_ino)
            listing.files.append(SeenFile(parts, place_file(parts), stamp))
        else:
            _refuse(parts, root, "symbolic link" if stat.S_ISLNK(facts.st_mode) else "not a regular file", listing)


def _list_entries(descriptor: int, above: Parts, root: Path, listing: InboxListing) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(descriptor) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        _refuse(above, root, error.strerror or type(error).__name__, listing)


def _enter(above: int, parts: Parts, root: Path, listing: InboxListing) -> None:
    if len(parts) > MAX_DEPTH:
        _refuse(parts, root, f"more than {MAX_DEPTH} folders deep", listing)
        return
    try:
        descriptor = os.open(parts[-1], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    except FileNotFoundError:
        return
    except OSError as error:
        _refuse(parts, root, error.strerror or type(error).__name__, listing)
        return
    try:
        _walk(descriptor, parts, root, listing)
    finally:
        os.close(descriptor)


def _promised_pages(folder: int, name: str) -> int | None:
    with suppress(OSError):
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        with os.fdopen(descriptor, "rb") as stream:
            return read_page_count(stream.read(MAX_MARKER_BYTES).decode("utf-8", "replace"))
    return None


def _refuse(parts: Parts, root: Path, detail: str, listing: InboxListing) -> None:
    listing.refused.append(RefusedPath(parts, UnreadablePathError(name=str(root.joinpath(*parts)), detail=detail)))
