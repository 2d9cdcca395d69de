"""The entry point of ``sohoa``."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from cli.commands import (
    config,
    demo,
    ingest,
    package,
    portal,
    profile,
    progress,
    queue,
    read,
    reconcile,
    refresh_timestamps,
    reindex,
    replay,
    search,
    separators,
    services,
    show,
    signatures,
    status,
    up,
    verify,
    watch,
)
from cli.console import err
from cli.exit_codes import ExitCode
from runtime.logging import configure_logging

app = typer.Typer(
    name="sohoa",
    help="Số hóa hồ sơ: from paper dossier to signed, searchable archive.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step to standard error.")] = False,
) -> None:
    configure_logging(verbose=verbose)


app.command("ingest")(ingest.ingest)
app.command("read")(read.read)
app.command("profile")(profile.profile)
app.command("watch")(watch.watch)
app.command("separators")(separators.separators)
app.command("status")(status.status)
app.command("replay")(replay.replay)
app.command("search")(search.search)
app.command("show")(show.show)
app.command("signatures")(signatures.signatures)
app.command("package")(package.package)
app.command("verify")(verify.verify)
app.command("refresh-timestamps")(refresh_timestamps.refresh_timestamps_command)
app.command("progress")(progress.progress)
app.command("portal")(portal.portal)
app.command("reindex")(reindex.reindex)
app.command("demo")(demo.demo)
app.command("prioritize")(queue.prioritize)
app.command("cancel")(queue.cancel)
app.command("reconcile")(reconcile.reconcile)
app.command("up")(up.up)
app.command("down")(up.down)
app.command("engine")(services.engine)
app.command("worker")(services.worker)
app.command("dispatch")(services.dispatch)
app.command("metrics")(services.metrics)
app.add_typer(config.app, name="config")


def main() -> None:
    """Run the command. An unexpected error is logged with its trace and ends with INTERNAL, not with a raw traceback."""
    try:
        app()
    except Exception:
        logging.getLogger("sohoa").exception("unexpected error")
        err.print("Lỗi ngoài dự kiến; xem nhật ký. An unexpected error; see the log above.", style="red")
        sys.exit(ExitCode.INTERNAL)


if __name__ == "__main__":
    main()
