"""``sohoa dossier``: what a dossier's retention is computed from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.options import AsJson
from operations.retaining import DossierRetention, set_dossier, show_dossier
from runtime.settings import load_settings
from runtime.wiring import House

app = typer.Typer(no_args_is_help=True, help="Procedure, end and retention of a dossier.")

Number = Annotated[str, typer.Argument(help="The dossier's number (mã hồ sơ).", metavar="NUMBER")]


@app.command("set")
def set_(
    number: Number,
    procedure: Annotated[str | None, typer.Option("--procedure", help="Code of its procedure (mã thủ tục).")] = None,
    ended: Annotated[
        datetime | None, typer.Option("--ended", help="Day on which its work ended.", formats=["%Y-%m-%d"])
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set a dossier's procedure or the day its work ended, and lock what is in it accordingly; no lock is made shorter."""
    if procedure is None and ended is None:
        raise typer.BadParameter("--procedure or --ended")
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        found = set_dossier(
            house, number, current_actor(), procedure=procedure, ended_on=ended.date() if ended is not None else None
        )
    _print(found, as_json=as_json)


@app.command("show")
def show(number: Number, as_json: AsJson = False) -> None:
    """Show a dossier's procedure, end, term and last day."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        found = show_dossier(house, number, current_actor())
    _print(found, as_json=as_json)


def _print(found: DossierRetention, *, as_json: bool) -> None:
    if as_json:
        print_json(found.to_json())
        return
    record, term = found.record, found.term
    rows = [
        ("thủ tục", record.procedure or "(chưa rõ)"),
        ("kết thúc ngày", record.ended_on.strftime("%d/%m/%Y") if record.ended_on else "(chưa rõ)"),
        ("thời hạn bảo quản", tell_term(found)),
        ("lưu đến hết ngày", found.last_day.strftime("%d/%m/%Y") if found.last_day else "-"),
        ("đã hết hạn", "rồi" if found.has_ended else "chưa"),
        ("tài liệu", str(found.documents)),
    ]
    if found.extended:
        rows.append(("khóa được kéo dài", f"{found.extended} tài liệu"))
    if term is None:
        rows.append(("", "không có quy định cho hồ sơ này: khóa theo archive.retention_days"))
    print_table(record.dossier_number, ("", ""), rows)


def tell_term(found: DossierRetention) -> str:
    """Return a term in Vietnamese, with its code."""
    if found.term is None:
        return "(chưa rõ)"
    return f"{'vĩnh viễn' if found.term.is_permanent else f'{found.term.years} năm'} ({found.term.code})"
