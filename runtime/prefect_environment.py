"""What Prefect must find in the environment before it is imported: its home, and every telemetry switch off."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from runtime.settings import Settings

# Prefect's smallest heartbeat of a flow run; a run that is silent for three of them is a zombie.
HEARTBEAT_S = 30


def prepare_prefect_environment(settings: Settings) -> None:
    """Set Prefect's variables for this process and its children. Call before the first ``import prefect``.

    A ``PREFECT_*`` variable that the administrator has set stays, except the telemetry switches.
    """
    home = settings.home / "prefect"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    # No phone-home: these are not negotiable.
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    defaults = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        # What goes wrong is told by our own log and result; Prefect's pages keep theirs.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
        "PREFECT_LOCAL_STORAGE_PATH": str(results_folder(settings)),
        "PREFECT_MEMO_STORE_PATH": str(home / "memo.toml"),
    }
    if settings.prefect.api_url:
        defaults["PREFECT_API_URL"] = settings.prefect.api_url
    if settings.prefect.api_auth.get_secret_value():
        defaults["PREFECT_API_AUTH_STRING"] = settings.prefect.api_auth.get_secret_value()
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def results_folder(settings: Settings) -> Path:
    """Return where flow runs on this machine keep the results of their tasks."""
    return settings.home / "prefect" / "results"


def prepare_worker_environment(settings: Settings) -> None:
    """Set what a worker and the flow runs below it need besides: quick polling, and a sign of life for zombies to lack."""
    prepare_prefect_environment(settings)
    # The worker starts "python": let that be the one that runs Sohoa.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "2")
    os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", str(HEARTBEAT_S))


def prepare_server_environment(settings: Settings) -> None:
    """Set what the Prefect server needs besides: who may call it, and that it cleans up after itself."""
    prepare_prefect_environment(settings)
    keep_s = str(settings.prefect.retention_days * 24 * 3600)
    defaults = {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # by default only events are cleaned away
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": keep_s,
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",  # SQLite lets one write at a time; the others wait
        # By default each of a task's three events is a transaction of its own. Gathered, its pages show them two seconds later.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.prefect.retention_days}D",
    }
    if settings.prefect.api_auth.get_secret_value():
        defaults["PREFECT_SERVER_API_AUTH_STRING"] = settings.prefect.api_auth.get_secret_value()
    if settings.prefect.database_url.get_secret_value():
        defaults["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = settings.prefect.database_url.get_secret_value()
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
