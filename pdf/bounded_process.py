"""Work on a file of others in a process of its own: whatever the file does to it, who asked goes on.

The process is spawned for one piece of work, bounded in memory and processor time, and ended when it is late.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from dossiers.errors import SohoaError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Bounds:
    """``timeout_s`` is by the clock: a machine may be busy with other things. ``memory_bytes`` are of addresses."""

    cpu_s: int
    timeout_s: float
    memory_bytes: int


class BoundsExceededError(Exception):
    """The process died or was late; its text says which."""


def run_bounded(
    bounds: Bounds, work: Callable[_Arguments, _Result], *arguments: _Arguments.args, **options: _Arguments.kwargs
) -> _Result:
    """Return what a function of a module gives in a process of its own; arguments and result are pickled.

    Raises the SohoaError or OSError that the function raises, BoundsExceededError when it crashes or goes over its bounds.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, bounds, work, arguments, options), daemon=True, name="sohoa-bounded")
    process.start()
    theirs.close()
    try:
        if not ours.poll(bounds.timeout_s):
            raise BoundsExceededError(f"no answer within {bounds.timeout_s:g} s")
        failure, answer = ours.recv()
    except (EOFError, OSError) as error:
        raise BoundsExceededError("the process died") from error
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if failure is not None:
        raise failure
    result: _Result = answer
    return result


def _serve(
    pipe: Connection,
    bounds: Bounds,
    work: Callable[..., object],
    arguments: tuple[object, ...],
    options: dict[str, object],
) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_s, bounds.cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer = work(*arguments, **options)
    except (SohoaError, OSError) as error:
        pipe.send((error, None))
    else:
        pipe.send((None, answer))
