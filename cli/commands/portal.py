"""``sohoa portal``: the stations' live pages in the browser."""

from __future__ import annotations

from cli.console import errors_as_exit_codes, out
from runtime.settings import load_settings
from runtime.wiring import House


def portal() -> None:
    """Serve the stations' live pages (by default on this machine only) until interrupted."""
    with errors_as_exit_codes(), House(load_settings()) as house:
        import uvicorn

        from portal.app import create_app

        settings = house.settings.portal
        out.print(f"http://{settings.host}:{settings.port}/stations (Ctrl+C để dừng)", markup=False)
        uvicorn.run(
            create_app(house), host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
        )
