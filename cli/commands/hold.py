"""``sohoa hold`` and ``sohoa release``: an order that freezes a dossier or a document, and its end."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson
from dossiers.scan_verdict import VIETNAM_TIME
from operations.holding import HoldResult, hold_to_json, list_holds, place_hold, release_hold
from runtime.settings import load_settings
from runtime.wiring import House

Name = Annotated[
    str, typer.Argument(help="A dossier's number, or a document's id or its beginning.", metavar="DOSSIER|DOCUMENT")
]
Reason = Annotated[str, typer.Option("--reason", help="Why: the order, its number and day.")]


def hold(
    name: Annotated[str | None, typer.Argument(metavar="[DOSSIER|DOCUMENT]", help="Nothing lists the holds in force.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why: the order, its number and day.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold a dossier or a document: every version of its objects, in the store itself; nothing held can be destroyed."""
    if name is None:
        _list(as_json=as_json)
        return
    if not reason.strip():
        raise typer.BadParameter("--reason")
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        done = place_hold(house, name, reason.strip(), current_actor())
    _print(done, "Đã giữ", as_json=as_json)


def release(name: Name, reason: Reason, as_json: AsJson = False) -> None:
    """Release a hold; what another hold covers stays held."""
    if not reason.strip():
        raise typer.BadParameter("--reason")
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        done = release_hold(house, name, reason.strip(), current_actor())
    _print(done, "Đã bỏ lệnh giữ", as_json=as_json)


def _list(*, as_json: bool) -> None:
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        holds = list_holds(house, current_actor())
    if as_json:
        for found in holds:
            print_json(hold_to_json(found))
        return
    rows = [
        (
            found.dossier_number or "",
            found.document_id or "cả hồ sơ",
            found.since.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M"),
            found.history[-1].actor.id,
            found.reason,
        )
        for found in holds
    ]
    print_table("Lệnh giữ đang có hiệu lực", ("mã hồ sơ", "tài liệu", "từ", "người", "lý do"), rows)


def _print(done: HoldResult, told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done.to_json())
        return
    what = done.hold.document_id or done.hold.dossier_number
    out.print(f"{told}: {what} ({done.documents} tài liệu, {done.versions} phiên bản)", markup=False)
