"""Prefect's own long-running programs, run in this process with what Sohoa wants of them."""

from __future__ import annotations

import runpy
import signal
import sys
from urllib.parse import urlsplit

import uvicorn

from flows.prefect_setup import WORK_POOL


def serve_api(api_url: str) -> None:
    """Serve the Prefect API at the address until told to stop. ``runtime.prefect_environment`` says how, before this import."""
    address = urlsplit(api_url)
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=address.hostname or "127.0.0.1",
        port=address.port or 4200,
        log_level="warning",
        lifespan="on",
    )


def work(limit: int | None) -> None:
    """Take batches from the work pool until told to stop, each in a process of its own.

    The pool and its queues say how many run at once over all machines. ``limit`` bounds this machine's share; with one,
    Prefect 3.8's worker dies (and is started anew) when a run is retried within the second in which it ended.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # by which Prefect stops; a shell's background job ignores it
    command = ["worker", "start", "--pool", WORK_POOL, "--type", "process", "--install-policy", "never"]
    sys.argv = ["prefect", *command, *(["--limit", str(limit)] if limit else [])]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
