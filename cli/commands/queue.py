"""``sohoa prioritize`` and ``sohoa cancel``: what a person decides about waiting dossiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from catalog import Submission
from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.options import AsJson
from operations.queueing import cancel as cancel_submissions
from operations.queueing import prioritize as prioritize_submissions
from operations.reporting import submission_to_json
from runtime.settings import load_settings
from runtime.wiring import House

_Names = Annotated[list[str], typer.Argument(help="Beginnings of SHA-256 digests, or dossier numbers.", metavar="NAME...")]


def prioritize(
    names: _Names,
    normal: Annotated[bool, typer.Option("--normal", help="Back into the normal lane.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let waiting dossiers go first, in the fast lane."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        chosen = prioritize_submissions(house, names, current_actor(), is_urgent=not normal)
    _print("Đã chuyển làn" if normal else "Được ưu tiên", chosen, as_json=as_json)


def cancel(names: _Names, as_json: AsJson = False) -> None:
    """Stop dossiers that are not at their end; their originals are kept, and `sohoa replay` takes them up again."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        chosen = cancel_submissions(house, names, current_actor())
    _print("Đã dừng", chosen, as_json=as_json)


def _print(title: str, chosen: Sequence[Submission], *, as_json: bool) -> None:
    if as_json:
        for item in chosen:
            print_json(submission_to_json(item))
        return
    print_table(
        title, ("mã", "tệp", "mã hồ sơ"), [(item.scan_sha256[:12], item.name, item.dossier_number or "") for item in chosen]
    )
