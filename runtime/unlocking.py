"""The secrets that unlock signing keys: from a file, a file descriptor or the kernel's keyring.

The kernel's keyring and not the desktop's (Secret Service): it needs neither a session bus nor a person logged in, its keys lie
in memory that is never swapped out and are gone when the machine is switched off, and a service asks for them without a dialog.
No secret is ever part of a message.
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from dossiers.errors import ConfigurationError
from runtime.signing_settings import KeySettings

_LONGEST = 4096
_LINE_ENDS = b"\r\n"
_USER_KEYRING = -4  # KEY_SPEC_USER_KEYRING, keyctl(2)


_DUMPED_MEMORY = Path("/proc/self/coredump_filter")  # core(5)


def keep_out_of_core_dumps() -> None:
    """Let no core dump of this process be written, and none that a program takes hold memory: it is about to hold keys.

    The process stays dumpable (prctl(2)): its page workers open files by its descriptors in /proc.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        _DUMPED_MEMORY.write_text("0")


def find_secret_source(key: KeySettings) -> Callable[[], bytes]:
    """Return what reads the secret of a key each time it is needed. Raises ``ConfigurationError`` when called in vain."""
    if key.passphrase_file is not None:
        return partial(read_secret_file, key.passphrase_file)
    if key.passphrase_fd is not None:
        return partial(_read_descriptor, key.passphrase_fd)
    return partial(read_kernel_key, key.passphrase_key)


def read_secret_file(path: Path) -> bytes:
    """Return a file's content without the end of its last line."""
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).rstrip(_LINE_ENDS)
    except OSError as error:
        raise ConfigurationError(detail=f"cannot read {path}: {error.strerror}") from error


@cache
def _read_descriptor(descriptor: int) -> bytes:
    """Read a descriptor to its end and close it; what was read serves this process, since it cannot be read again."""
    try:
        with os.fdopen(descriptor, "rb") as file:
            secret = file.read(_LONGEST).rstrip(_LINE_ENDS)
    except OSError as error:
        raise ConfigurationError(
            detail=f"cannot read file descriptor {descriptor} of passphrase_fd: {error.strerror}; "
            "it reaches only the process that was started with it"
        ) from error
    if not secret:
        raise ConfigurationError(detail=f"file descriptor {descriptor} of passphrase_fd gave nothing")
    return secret


def read_kernel_key(description: str) -> bytes:
    """Return the payload of a ``user`` key of the session's or the user's keyring (keyrings(7))."""
    try:
        library = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
    except OSError:
        raise ConfigurationError(detail="the kernel's keyring needs libkeyutils; install libkeyutils1") from None
    name = description.encode()
    key = library.request_key(b"user", name, None, 0)
    if key == -1:
        key = library.keyctl_search(_USER_KEYRING, b"user", name, 0)
    payload = ctypes.create_string_buffer(_LONGEST)
    size = -1 if key == -1 else library.keyctl_read(key, payload, _LONGEST)
    if size < 0:
        reason = os.strerror(ctypes.get_errno())
        raise ConfigurationError(detail=f"cannot read the key {description} of the kernel's keyring: {reason}")
    return payload.raw[: min(size, _LONGEST)].rstrip(_LINE_ENDS)
