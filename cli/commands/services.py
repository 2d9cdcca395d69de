"""The long-running parts, one command each: what ``sohoa up`` and the systemd units start."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from cli.console import errors_as_exit_codes, out
from dossiers.errors import ConfigurationError, EngineUnavailableError
from dossiers.model import Actor
from operations.dispatching import Dispatcher
from operations.health_server import make_health_server
from operations.proving_store import require_store
from runtime.logging import configure_logging
from runtime.prefect_environment import (
    prepare_prefect_environment,
    prepare_server_environment,
    prepare_worker_environment,
    results_folder,
)
from runtime.settings import Settings, load_settings
from runtime.wiring import House

_DISPATCHER = Actor("sohoa-dispatcher", "Sohoa dispatcher")
_WORKER = Actor("sohoa-worker", "Sohoa worker")
_log = logging.getLogger("sohoa.service")


def engine() -> None:
    """Serve the Prefect API at prefect.api_url, behind prefect.api_auth, cleaning up after prefect.retention_days."""
    with errors_as_exit_codes():
        settings = _load_for_service()
        if not settings.prefect.api_url:
            raise ConfigurationError(detail="prefect.api_url says where to serve; set it or run `sohoa up`")
        prepare_server_environment(settings)
        from flows.prefect_processes import serve_api

        serve_api(settings.prefect.api_url)


def worker(
    limit: Annotated[
        int | None, typer.Option("--limit", help="At most so many batches at once on this machine.", min=1)
    ] = None,
) -> None:
    """Work off the batches that the dispatcher sends; any number of machines may run one."""
    with errors_as_exit_codes():
        settings = _load_with_engine()
        with House(settings) as house:
            require_store(house, _WORKER)
        prepare_worker_environment(settings)
        from flows.prefect_processes import work
        from flows.prefect_results import keep_clearing

        keep_clearing(results_folder(settings), settings.prefect.retention_days)
        work(limit)


def dispatch() -> None:
    """Send what waits to the workers, and take back what dead ones held, until told to stop."""
    with errors_as_exit_codes(), House(_load_with_engine()) as house:
        prepare_prefect_environment(house.settings)
        from flows.prefect_engine import PrefectEngine
        from flows.prefect_setup import WorkPlan

        stop = _stop_on_signals()
        engine = PrefectEngine(WorkPlan.of(house.settings.dispatch))
        try:
            engine.set_up()
        except EngineUnavailableError as error:
            _log.warning("set up later: %s", error.message_en)
        Dispatcher(house, engine, _DISPATCHER).run(stop.is_set, stop.wait)


def metrics() -> None:
    """Serve /metrics (Prometheus), /health and /ready at metrics.host and metrics.port until told to stop."""
    with errors_as_exit_codes(), House(_load_for_service()) as house:
        address = (house.settings.metrics.host, house.settings.metrics.port)
        try:
            server = make_health_server(house, *address, _engine_check(house.settings))
        except OSError as error:
            raise ConfigurationError(detail=f"cannot serve at {address[0]}:{address[1]}: {error.strerror}") from error
        stop = _stop_on_signals()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        out.print(f"http://{address[0]}:{address[1]}/metrics", markup=False)
        stop.wait()
        server.shutdown()
        server.server_close()


def _engine_check(settings: Settings) -> Callable[[], None] | None:
    if not settings.prefect.api_url:
        return None
    prepare_prefect_environment(settings)

    def check() -> None:
        from flows.prefect_engine import PrefectEngine
        from flows.prefect_setup import WorkPlan

        PrefectEngine(WorkPlan.of(settings.dispatch)).check()

    return check


def _load_for_service() -> Settings:
    settings = load_settings()
    configure_logging(verbose=True, as_json=settings.logging.as_json)
    return settings


def _load_with_engine() -> Settings:
    settings = _load_for_service()
    if not settings.prefect.api_url:
        raise ConfigurationError(detail="prefect.api_url must name the Prefect API that dispatcher and workers share")
    return settings


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask_to_stop(number: int, _frame: object) -> None:
        _log.info("stopping on %s", signal.Signals(number).name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop
