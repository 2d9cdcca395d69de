"""``sohoa refresh-timestamps``: new time stamps before the old ones age."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.exit_codes import ExitCode, exit_code_of_error_code, most_severe
from cli.options import AsJson
from operations.refreshing import RefreshedDocument, Refreshment, count_outcomes, refresh_timestamps
from runtime.settings import load_settings
from runtime.wiring import House

_VIETNAM_TIME = timezone(timedelta(hours=7))
_OUTCOMES_VI = {
    Refreshment.DUE: "sắp hết giá trị",
    Refreshment.RENEWED: "đã đóng dấu mới",
    Refreshment.POINTLESS: "dấu mới không kéo dài hơn",
    Refreshment.FAILED: "LỖI",
}


def refresh_timestamps_command(
    within: Annotated[int, typer.Option("--within", min=0, max=36500, help="Those that age within so many days.")] = 180,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which documents are due.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a new time stamp over documents whose newest one ages; what was signed stays as it is, older versions stay."""
    done: list[RefreshedDocument] = []
    try:
        with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
            for document in refresh_timestamps(house, timedelta(days=within), current_actor(), is_dry_run=dry_run):
                done.append(document)
                if as_json:
                    print_json(document.to_json())
    except typer.Exit:
        if done:  # what was done before the error stays done, and is told
            _print_summary(done, as_json=as_json)
        raise
    _print_summary(done, as_json=as_json)
    codes = [exit_code_of_error_code(document.error.code) for document in done if document.error]
    raise typer.Exit(most_severe([ExitCode.OK, *codes]))


def _print_summary(done: list[RefreshedDocument], *, as_json: bool) -> None:
    if as_json:
        print_json({"counts": count_outcomes(done)})
        return
    rows = [
        (
            document.document_id,
            _OUTCOMES_VI[document.outcome] + (f": {document.error.message_vi}" if document.error else ""),
            _tell_day(document.was_until),
            _tell_day(document.until),
        )
        for document in done
    ]
    print_table("Dấu thời gian", ("tài liệu", "kết quả", "giá trị đến (trước)", "giá trị đến"), rows)
    counts = count_outcomes(done)
    told = ", ".join(f"{_OUTCOMES_VI[Refreshment(name)]}: {count}" for name, count in counts.items() if count)
    out.print(told or "Không có tài liệu nào sắp hết giá trị.")


def _tell_day(moment: datetime | None) -> str:
    return moment.astimezone(_VIETNAM_TIME).date().isoformat() if moment else "(chưa rõ)"
