"""``sohoa config check``: prove before the first scan that everything is in place."""

from __future__ import annotations

import typer

from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.exit_codes import exit_code_of_error_code, most_severe
from cli.options import AsJson
from operations.checking import Finding, check_configuration
from runtime.settings import load_settings
from runtime.wiring import House

app = typer.Typer(no_args_is_help=True, help="The settings in force.")


@app.callback()
def _config() -> None:
    """The settings in force."""


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Check settings, reader, font, store (versioning, object lock), catalog and signing identity; no secret is shown."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        findings = check_configuration(house, current_actor())
    if as_json:
        for finding in findings:
            print_json(finding.to_json())
    else:
        rows = [(_tell_verdict(finding), finding.what, finding.detail) for finding in findings]
        print_table("Cấu hình", ("", "mục", "chi tiết"), rows)
    raise typer.Exit(most_severe(exit_code_of_error_code(finding.error.code) for finding in findings if finding.error))


def _tell_verdict(finding: Finding) -> str:
    if finding.error is not None:
        return "LỖI"
    return "LƯU Ý" if finding.is_warning else "đạt"
