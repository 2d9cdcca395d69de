"""``sohoa replay``: run again what failed, or what a person names."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.ingest import print_results, run_flows
from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.exit_codes import ExitCode, exit_code_of_error_code, most_severe
from cli.options import AsJson
from operations.replaying import plan_replay, replay_submissions
from operations.reporting import submission_to_json
from runtime.settings import load_settings
from runtime.wiring import House


def replay(
    submissions: Annotated[list[str] | None, typer.Argument(help="Beginnings of SHA-256 digests, or dossier numbers.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Everything that failed or was interrupted.")] = False,
    cause: Annotated[str | None, typer.Option("--cause", help="Only what failed with this error code.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be run again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run submissions again from the kept originals; finished pages are re-used, nothing is stored or counted twice."""
    if not submissions and not failed and not cause:
        raise typer.BadParameter("name submissions, or give --failed or --cause")
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        planned = plan_replay(house, submissions or (), failed=failed, cause=cause)
        results = [] if dry_run else list(replay_submissions(house, planned, current_actor(), run_flows))
    if dry_run and as_json:
        for submission in planned:
            print_json(submission_to_json(submission))
    elif dry_run:
        rows = [(item.scan_sha256[:12], item.name, item.state.value, item.error_code or "") for item in planned]
        print_table("Sẽ chạy lại", ("mã", "tệp", "trạng thái", "mã lỗi"), rows)
    elif as_json:
        for result in results:
            print_json(result.to_json())
    else:
        print_results(results)
    raise typer.Exit(most_severe([ExitCode.OK, *(exit_code_of_error_code(item.error.code) for item in results if item.error)]))
