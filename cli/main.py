"""The entry point of ``sohoa``."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from cli.commands import (
    backup,
    config,
    custody,
    demo,
    destroy,
    dossier,
    hold,
    ingest,
    package,
    portal,
    profile,
    progress,
    prove,
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
    store,
    trail,
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
app.command("prove")(prove.prove)
app.command("refresh-timestamps")(refresh_timestamps.refresh_timestamps_command)
app.command("progress")(progress.progress)
app.command("portal")(portal.portal)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
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
app.add_typer(trail.app, name="trail")
app.command("hold")(hold.hold)
app.command("release")(hold.release)
app.add_typer(store.app, name="store")
app.command("audit")(custody.audit)
app.command("mirror")(custody.mirror)
app.command("keep")(custody.keep)
app.add_typer(custody.manifest_app, name="manifest")
app.add_typer(dossier.app, name="dossier")
app.add_typer(destroy.app, name="destroy")


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
