"""``sohoa trail``: who did what: shown, proved, anchored."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json, print_table, progress_bar
from cli.exit_codes import ExitCode
from cli.options import AsJson
from dossiers.trail import TrailAction
from dossiers.trail_check import FAULTS_VI
from operations.trail_anchoring import anchor_trail
from operations.trail_reading import TrailChoice, entry_to_json, entry_to_row, read_trail
from operations.trail_verifying import TrailVerdict, age_of, verify_trail
from runtime.settings import load_settings
from runtime.wiring import House

_VIETNAM = timezone(timedelta(hours=7))
_COLUMNS = ("số", "lúc", "ai", "việc", "đối tượng", "mục đích", "chi tiết")

app = typer.Typer(no_args_is_help=True, help="The trail: who read, searched, changed, signed or destroyed what.")


@app.command("verify")
def verify(as_json: AsJson = False) -> None:
    """Prove that no entry was altered, removed, put in another order or cut off; exit code 8 when one was."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        with progress_bar("Kiểm tra nhật ký", total=None) as advance:
            verdict = verify_trail(house, lambda: advance(1))
        if as_json:
            print_json(verdict.to_json())
        else:
            _print(verdict)
    raise typer.Exit(ExitCode.OK if verdict.is_intact else ExitCode.INTEGRITY)


@app.command("show")
def show(
    subject: Annotated[str | None, typer.Option("--subject", help="A document's id or a digest, or its beginning.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Who, by login.")] = None,
    action: Annotated[TrailAction | None, typer.Option("--action", help="What was done.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="At or after this time (+07:00).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Before this time (+07:00).")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at the most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show entries of the trail that fit all that is said, the newest first. Looking is written into the trail, too."""
    choice = TrailChoice(subject, actor, action.value if action else None, _in_vietnam(since), _in_vietnam(until), limit)
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        entries = read_trail(house, choice, current_actor())
    if as_json:
        for entry in entries:
            print_json(entry_to_json(entry))
        return
    print_table("Nhật ký", _COLUMNS, [entry_to_row(entry) for entry in entries], whole=_COLUMNS[:2])


@app.command("anchor")
def anchor(as_json: AsJson = False) -> None:
    """Sign the head of the trail by the agency's key now; `sohoa up` does it once a day."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        made = anchor_trail(house)
    if as_json:
        print_json({"sequence": made.head.sequence, "hash": made.head.hash, "at": made.at.isoformat()})
    else:
        out.print(f"Đã ký neo nhật ký: {made.head.sequence} mục, đến {made.head.hash}")


def _print(verdict: TrailVerdict) -> None:
    newest = verdict.newest_anchor
    told = f"{newest.at.astimezone(_VIETNAM):%Y-%m-%d %H:%M}, mục {newest.head.sequence}" if newest else "chưa có"
    rows: list[tuple[object, ...]] = [
        ("số mục", verdict.entries),
        ("mục cuối", f"{verdict.head.sequence}, {verdict.head.hash}"),
        ("số neo đã ký", verdict.anchors),
        ("neo mới nhất", told),
        ("mục sau neo mới nhất", verdict.unanchored),
        ("mục chờ ghi vào kho", verdict.waiting),
        ("lần đồng hồ chạy lùi", verdict.clock_steps),
    ]
    print_table("Nhật ký", ("", ""), rows)
    if newest is None or age_of(newest) > 1:
        err.print("Nhật ký không được ký neo hằng ngày. The trail is not anchored daily: run `sohoa up`.", style="yellow")
    if verdict.is_intact:
        out.print("Nhật ký nguyên vẹn.")
        return
    print_table(
        "Sai lệch", ("loại", "ở đâu", "chi tiết"), [(FAULTS_VI[one.fault], one.where, one.detail) for one in verdict.problems]
    )
    err.print("CẢNH BÁO: nhật ký không còn nguyên vẹn. ALARM: the trail is not intact.", style="red")


def _in_vietnam(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=_VIETNAM) if moment is not None and moment.tzinfo is None else moment
