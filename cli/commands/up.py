"""``sohoa up`` and ``sohoa down``: everything on one machine, started and stopped together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.console import errors_as_exit_codes, out
from operations.housekeeping import (
    Standing,
    read_standing,
    run_services,
    start_supervisor,
    stop_supervisor,
    wait_until_up,
)
from runtime.logging import configure_logging
from runtime.machine import prepare_machine
from runtime.settings import load_settings

_ATTEMPT_S = 400.0


def up(
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay and supervise, for systemd.")] = False,
) -> None:
    """Start MinIO, Prefect, worker, dispatcher, watcher and metrics on this machine; what runs already is left alone."""
    with errors_as_exit_codes():
        prepare_machine(load_settings())
        settings = load_settings()
        if foreground:
            configure_logging(verbose=True, as_json=settings.logging.as_json)
            run_services(settings)
            return
        supervisor = None
        if read_standing(settings) is None:
            supervisor = start_supervisor(settings, (sys.executable, "-m", "cli.main", "up", "--foreground"))
        _print(wait_until_up(settings, supervisor, _ATTEMPT_S))
        out.print(f"Prefect: {settings.prefect.api_url.removesuffix('/api')}", markup=False)
        out.print(f"Số đo (metrics): http://{settings.metrics.host}:{settings.metrics.port}/metrics", markup=False)
        out.print(f"Thư mục quét (inbox): {settings.inbox}", markup=False)


def down() -> None:
    """Stop what ``sohoa up`` started, in order; nothing to do when nothing runs. What waits, waits for the next start."""
    with errors_as_exit_codes():
        was_up = stop_supervisor(load_settings())
    out.print("Đã dừng." if was_up else "Không có gì đang chạy.")


def _print(standing: Standing) -> None:
    for name, told in standing.services.items():
        out.print(f"{name}: {told}", markup=False)
