"""The command's exit codes: a stable interface, documented in docs/cli.md.

When several files of one run fail for different reasons, the most severe code wins (the order of ``_SEVERITY``).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from dossiers.errors import (
    ConfigurationError,
    EngineUnavailableError,
    InputError,
    IntegrityError,
    NotFoundError,
    PoisonedError,
    ProcessingCancelledError,
    RecognitionError,
    RefusedActError,
    ReviewNeededError,
    SigningError,
    SohoaError,
    StorageDeniedError,
    StorageUnavailableError,
    TakenOverError,
)


class ExitCode(IntEnum):
    """0 all well; see docs/cli.md for what to do on each of the others."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INPUT = 3
    RECOGNITION = 4
    SIGNING = 5
    STORAGE_UNAVAILABLE = 6
    STORAGE_DENIED = 7
    INTEGRITY = 8
    CONFIGURATION = 9
    NOT_FOUND = 10
    STOPPED = 11
    REFUSED = 12
    INTERRUPTED = 130


_BY_CLASS: tuple[tuple[type[SohoaError], ExitCode], ...] = (
    (InputError, ExitCode.INPUT),
    (RecognitionError, ExitCode.RECOGNITION),
    (SigningError, ExitCode.SIGNING),
    (StorageUnavailableError, ExitCode.STORAGE_UNAVAILABLE),
    (StorageDeniedError, ExitCode.STORAGE_DENIED),
    (IntegrityError, ExitCode.INTEGRITY),
    (ConfigurationError, ExitCode.CONFIGURATION),
    (NotFoundError, ExitCode.NOT_FOUND),
    (EngineUnavailableError, ExitCode.STORAGE_UNAVAILABLE),
    (RefusedActError, ExitCode.REFUSED),
    (ReviewNeededError, ExitCode.REFUSED),
    (PoisonedError, ExitCode.STOPPED),
    (ProcessingCancelledError, ExitCode.STOPPED),
    (TakenOverError, ExitCode.STOPPED),
)
_BY_FAMILY = {
    "input": ExitCode.INPUT,
    "recognition": ExitCode.RECOGNITION,
    "signing": ExitCode.SIGNING,
    "integrity": ExitCode.INTEGRITY,
    "configuration": ExitCode.CONFIGURATION,
    "engine": ExitCode.STORAGE_UNAVAILABLE,
    "processing": ExitCode.STOPPED,
    "act": ExitCode.REFUSED,
}
_SEVERITY = (
    ExitCode.OK,
    ExitCode.NOT_FOUND,
    ExitCode.INPUT,
    ExitCode.RECOGNITION,
    ExitCode.STOPPED,
    ExitCode.REFUSED,
    ExitCode.STORAGE_UNAVAILABLE,
    ExitCode.SIGNING,
    ExitCode.STORAGE_DENIED,
    ExitCode.CONFIGURATION,
    ExitCode.INTERNAL,
    ExitCode.INTEGRITY,
)


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code of an error of the domain's tree; anything else is INTERNAL."""
    for kind, code in _BY_CLASS:
        if isinstance(error, kind):
            return code
    return ExitCode.INTERNAL


def exit_code_of_error_code(code: str) -> ExitCode:
    """Return the exit code of a recorded error code such as ``input.empty``; a review reason is no failure (OK)."""
    if code.startswith("review."):
        return ExitCode.OK
    exact = {
        "storage.unavailable": ExitCode.STORAGE_UNAVAILABLE,
        "storage.full": ExitCode.STORAGE_UNAVAILABLE,
        "storage.denied": ExitCode.STORAGE_DENIED,
        "storage.not_found": ExitCode.NOT_FOUND,
    }
    return exact.get(code) or _BY_FAMILY.get(code.partition(".")[0], ExitCode.INTERNAL)


def most_severe(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the most severe of ``codes``; OK when there are none."""
    return max(codes, key=_SEVERITY.index, default=ExitCode.OK)
