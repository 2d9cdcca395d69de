"""``sohoa separators``: print the sheets that part one dossier from the next in a long scan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import errors_as_exit_codes, out
from operations.separating import draw_separator_sheets
from runtime.settings import load_settings


def separators(
    target: Annotated[Path, typer.Option("--out", help="The PDF to write.")],
    dossiers: Annotated[list[str] | None, typer.Option("--dossier", help="A dossier number; one sheet each.")] = None,
    next_document: Annotated[
        int, typer.Option("--patch-t", min=0, max=500, help="So many sheets for another document of the same dossier.")
    ] = 0,
) -> None:
    """Write separator sheets (QR, Code 128, Patch T) as a PDF to print."""
    if not dossiers and not next_document:
        raise typer.BadParameter("name at least one --dossier, or --patch-t")
    with errors_as_exit_codes():
        count = draw_separator_sheets(load_settings(), dossiers or [], next_document, target)
    out.print(f"Đã ghi {count} tờ phân cách vào {target}", markup=False)
