"""Processes that write into the trail of a house and tell, in a file, each entry once it is safe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from dossiers.model import Actor
from operations.trail import record_event
from runtime.settings import load_settings
from runtime.wiring import House

_CONTEXT = get_context("forkserver")


def start_writer(name: str, count: int, told: Path, home: Path | None = None) -> ForkServerProcess:
    """Start a process that writes ``count`` entries into the house that this process's environment describes.

    With a ``home`` of its own it is as good as on another machine: nothing but catalog and store is shared.
    """
    _CONTEXT.set_forkserver_preload([__name__])
    settings = {variable: value for variable, value in os.environ.items() if variable.startswith("SOHOA_")}
    if home is not None:
        settings["SOHOA_HOME"] = str(home)
    writer = _CONTEXT.Process(target=_write, args=(settings, name, count, told))
    writer.start()
    return writer


def _write(settings: Mapping[str, str], name: str, count: int, told: Path) -> None:
    os.environ.update(settings)
    with House(load_settings()) as house, told.open("a", buffering=1) as line:
        for number in range(count):
            record_event(house, Actor(name, name), "read", f"{name}-{number}")
            line.write(f"{name}-{number}\n")
