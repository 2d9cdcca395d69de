"""``sohoa replay``: run again what failed, or what a person names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Annotated

import typer

from catalog import Submission
from cli.commands.ingest import print_results, run_flows
from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.exit_codes import ExitCode, exit_code_of_error_code, most_severe
from cli.options import AsJson
from operations.replaying import Foresight, ReplayChoice, foresee, plan_replay, queue_replay, replay_submissions
from operations.reporting import submission_to_json
from operations.results import FileResult
from runtime.settings import load_settings
from runtime.wiring import House

_VIETNAM = timezone(timedelta(hours=7))
_FORESIGHT_VI = {
    Foresight.NOTHING: "không đổi",
    Foresight.REUSE_PAGES: "dùng lại trang đã đọc",
    Foresight.READ_ANEW: "đọc lại từ đầu",
}


def replay(
    submissions: Annotated[list[str] | None, typer.Argument(help="Beginnings of SHA-256 digests, or dossier numbers.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="What failed or was interrupted.")] = False,
    cause: Annotated[str | None, typer.Option("--cause", help="What stands still with this error code.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="Changed at or after this time (+07:00).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Changed before this time (+07:00).")] = None,
    flow_version: Annotated[
        str | None, typer.Option("--flow-version", help="Made with a recipe that contains this, e.g. 'pipeline 1'.")
    ] = None,
    outdated: Annotated[bool, typer.Option("--outdated", help="Made with another reader or pipeline.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Let the dispatcher send them instead of running them here.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run submissions again from the kept originals; finished pages are re-used, nothing is stored or counted twice."""
    choice = ReplayChoice(
        tuple(submissions or ()), failed, cause, _in_vietnam(since), _in_vietnam(until), flow_version, outdated
    )
    if choice.is_empty:
        raise typer.BadParameter("name submissions, or give --failed, --cause, --since, --until, --flow-version or --outdated")
    results: list[FileResult] = []
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        planned = plan_replay(house, choice)
        if dry_run:
            _print_foresight(house, planned, as_json=as_json)
        elif queue:
            _print_queued(queue_replay(house, planned, current_actor()), as_json=as_json)
        else:
            results = list(replay_submissions(house, planned, current_actor(), run_flows))
            _print_done(results, as_json=as_json)
    raise typer.Exit(most_severe([ExitCode.OK, *(exit_code_of_error_code(item.error.code) for item in results if item.error)]))


def _print_foresight(house: House, planned: Sequence[Submission], *, as_json: bool) -> None:
    foreseen = [(item, foresee(house, item)) for item in planned]
    if as_json:
        for item, foresight in foreseen:
            print_json({**submission_to_json(item), "would": foresight.value})
        return
    rows = [
        (item.scan_sha256[:12], item.name, item.state.value, item.error_code or "", item.attempts, _FORESIGHT_VI[foresight])
        for item, foresight in foreseen
    ]
    print_table("Sẽ chạy lại", ("mã", "tệp", "trạng thái", "mã lỗi", "lần", "sẽ làm"), rows)
    causes = Counter(item.error_code or "–" for item in planned)
    print_table("Theo nguyên nhân", ("mã lỗi", "số tệp"), causes.most_common())


def _print_queued(queued: Sequence[Submission], *, as_json: bool) -> None:
    if as_json:
        for item in queued:
            print_json(submission_to_json(item))
        return
    out.print(f"Đã đưa {len(queued)} tệp vào hàng đợi.")


def _print_done(results: Sequence[FileResult], *, as_json: bool) -> None:
    if not as_json:
        print_results(results)
        return
    for result in results:
        print_json(result.to_json())


def _in_vietnam(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=_VIETNAM) if moment is not None and moment.tzinfo is None else moment
