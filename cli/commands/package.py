"""``sohoa package DOSSIER``: an archive package of a dossier, for handing it over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, out, print_json
from cli.options import AsJson
from operations.packaging import package_dossier
from runtime.settings import load_settings
from runtime.wiring import House


def package(
    dossier: Annotated[str, typer.Argument(help="The dossier's number.")],
    target: Annotated[Path, typer.Option("--to", help="A folder to write the package into, or a .zip file to make.")],
    with_originals: Annotated[bool, typer.Option("--with-originals", help="The files as they were handed in, too.")] = False,
    without_waiting: Annotated[
        bool, typer.Option("--without-waiting", help="Leave out documents that still wait for a person.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write an E-ARK CSIP package (METS, EAD 3, PREMIS 3) of a dossier's accepted documents."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        made = package_dossier(
            house, dossier, target, current_actor(), with_originals=with_originals, without_waiting=without_waiting
        )
    if as_json:
        print_json(made.to_json())
        return
    out.print(f"Đã đóng gói {made.documents} tài liệu, {len(made.files)} tệp vào {made.path}", markup=False)
    if made.waiting:
        out.print(f"Để lại {made.waiting} tài liệu còn chờ cán bộ kiểm tra.")
