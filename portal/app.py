"""The live page of the scanning stations: which scan was seen, what is wrong with it, whether it was claimed.

It only reads what the watch writes, and changes nothing. It has no accounts yet: it is bound to this machine unless the
settings say otherwise, answers only to host names it knows, and nothing comes from outside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dossiers.scan_verdict import VIETNAM_TIME
from operations.station_board import list_boards, read_board
from operations.watch_pulse import is_watched
from runtime.wiring import House

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(house: House) -> FastAPI:
    """Return the application that shows the stations of a house."""
    app = FastAPI(title="Sohoa", docs_url=None, redoc_url=None, openapi_url=None)
    settings = house.settings.portal
    hosts = ["localhost", "127.0.0.1", "[::1]", settings.host, *settings.host_names]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/")
    @app.get("/stations")
    def show_stations() -> HTMLResponse:
        return HTMLResponse(templates.get_template("stations.html").render(stations=list_boards(house)))

    @app.get("/stations/{station}")
    def show_station(station: str) -> HTMLResponse:
        board = _find_board(house, station)
        if board is None:
            return HTMLResponse(templates.get_template("missing.html").render(station=station), 404)
        return HTMLResponse(templates.get_template("station.html").render(station=station, board=board))

    @app.get("/stations/{station}/board.json")
    def tell_station(station: str) -> JSONResponse:
        board = _find_board(house, station)
        return JSONResponse({"detail": "Không có trạm quét này."}, 404) if board is None else JSONResponse(board)

    return app


def _find_board(house: House, station: str) -> dict[str, Any] | None:
    """Return a station's board with the time of each file's last news as a clerk's clock shows it.

    ``watched``: somebody looks into the inbox; else a scan laid there stays without a verdict.
    """
    board = read_board(house, station)
    if board is None:
        return None
    for file in board["files"]:
        at = datetime.fromisoformat(file["changed_at"])
        file["at_vi"] = f"{at.astimezone(VIETNAM_TIME):%H:%M:%S %d/%m/%Y}"
    return {**board, "watched": is_watched(house)}
