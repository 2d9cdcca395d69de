"""``sohoa watch``: take scans from the watched folder as they come."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.ingest import leave_to_dispatcher, run_flows
from cli.console import current_actor, errors_as_exit_codes, out, print_json
from cli.options import AsJson
from dossiers.model import Outcome
from operations.results import OUTCOMES_VI, FileResult
from operations.watching import watch_inbox
from runtime.settings import load_settings
from runtime.wiring import House


def watch(
    once: Annotated[bool, typer.Option("--once", help="Stop when the folder holds nothing more to take.")] = False,
    claim_only: Annotated[bool, typer.Option("--claim-only", help="Only claim; somebody else digitizes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take scans from the inbox (SOHOA_HOME/inbox/<dossier number>/…); each leaves it only when its bytes are safe."""

    def tell(result: FileResult) -> None:
        if as_json:
            print_json(result.to_json())
            return
        if claim_only and result.error is None and result.outcome is Outcome.REJECTED:  # received, and not yet at any end
            out.print(f"đang chờ xử lý  {result.path}", markup=False)
            return
        error = f": {result.error.message_vi}" if result.error else ""
        out.print(f"{OUTCOMES_VI[result.outcome]}  {result.path}{error}", markup=False)

    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        if not as_json:
            out.print(f"Đang theo dõi {house.settings.inbox} (Ctrl+C để dừng)", markup=False)
        watch_inbox(house, current_actor(), leave_to_dispatcher if claim_only else run_flows, tell, once=once)
