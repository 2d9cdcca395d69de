"""Open and remove files of the inbox without following a link, also when somebody swaps a folder for one meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

from dossiers.errors import UnreadablePathError
from dossiers.stillness import Parts, Stamp

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# What a file system answers that knows no leases, or to one who does not own the file.
_NO_LEASES = frozenset({errno.EINVAL, errno.EACCES, errno.EPERM, errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS, errno.EBADF})


def open_inside(root: Path, parts: Parts) -> BufferedReader:
    """Open a regular file of the inbox for reading. Raises UnreadablePathError, also for links on the way to it."""
    path = str(root.joinpath(*parts))
    try:
        with folder_of(root, parts) as folder:
            descriptor = os.open(parts[-1], _READ, dir_fd=folder)
    except OSError as error:
        detail = "symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise UnreadablePathError(name=path, detail=detail) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadablePathError(name=path, detail="not a regular file")
    return os.fdopen(descriptor, "rb")


def stamp_inside(root: Path, parts: Parts) -> Stamp | None:
    """Return a file's present stamp, None when it is no longer there."""
    try:
        with folder_of(root, parts) as folder:
            facts = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return Stamp(facts.st_size, facts.st_mtime_ns, facts.st_ino) if stat.S_ISREG(facts.st_mode) else None


def is_being_written(root: Path, parts: Parts) -> bool:
    """Say whether some program of this machine has the file open for writing.

    A read lease is granted only on a file that nobody has open for writing (fcntl(2), F_SETLEASE). Where the file system
    knows no leases, or the file is another's, this cannot be told and is False: then stillness alone decides.
    """
    try:
        stream = open_inside(root, parts)
    except UnreadablePathError:
        return False
    with stream:
        try:
            # Should somebody open it in this very moment, the kernel's signal must be one that is ignored by default.
            fcntl.fcntl(stream.fileno(), fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(stream.fileno(), fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return error.errno not in _NO_LEASES
        fcntl.fcntl(stream.fileno(), fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def remove_inside(root: Path, parts: Parts, stamp: Stamp | None) -> bool:
    """Remove a file unless it changed from ``stamp`` or is being written; say whether it is gone.

    With ``stamp`` None it is removed as it is. Raises OSError when the system does not allow it.
    """
    if stamp is not None:
        present = stamp_inside(root, parts)
        if present is None:
            return True
        if present != stamp or is_being_written(root, parts):
            return False
    with suppress(FileNotFoundError), folder_of(root, parts) as folder:
        os.unlink(parts[-1], dir_fd=folder)
    return True


def remove_empty_folders(root: Path, folder: Parts, keep: int) -> None:
    """Remove a folder of the inbox and those above it while they are empty, but never the uppermost ``keep`` of them."""
    while len(folder) > keep:
        try:
            with folder_of(root, folder) as above:
                os.rmdir(folder[-1], dir_fd=above)
        except OSError:
            return
        folder = folder[:-1]


@contextmanager
def folder_of(root: Path, parts: Parts) -> Iterator[int]:
    """Lend the descriptor of the folder in which a path ends. Raises OSError; ELOOP or ENOTDIR for a link on the way."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)
