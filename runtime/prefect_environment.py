"""What Prefect must find in the environment before it is imported: its home, and every telemetry switch off."""

from __future__ import annotations

import os

from runtime.settings import Settings


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
        "PREFECT_LOCAL_STORAGE_PATH": str(home / "results"),
        "PREFECT_MEMO_STORE_PATH": str(home / "memo.toml"),
    }
    if settings.prefect.api_url:
        defaults["PREFECT_API_URL"] = settings.prefect.api_url
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
