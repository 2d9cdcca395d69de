"""``sohoa verify``: prove that a record is genuine: signature, digest, PDF/A."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.exit_codes import ExitCode
from cli.options import AsJson
from operations.showing import find_entry
from operations.verifying import Verification, verify_documents, verify_file
from runtime.settings import load_settings
from runtime.wiring import House


def verify(
    documents: Annotated[
        list[str] | None, typer.Argument(help="Document ids, object keys or PDF files; all documents when none is given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check signature, digest and PDF/A; exit code 8 when something is not intact."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        found: list[Verification] = []
        if documents:
            for name in documents:
                if Path(name).is_file():
                    found.append(verify_file(house, Path(name)))
                else:
                    found.extend(verify_documents(house, [find_entry(house, name)], current_actor()))
        else:
            found.extend(verify_documents(house, house.catalog.documents.list_documents(), current_actor()))
    if as_json:
        for verification in found:
            print_json(verification.to_json())
    else:
        rows = [verification.row() for verification in found]
        print_table("Kiểm tra", ("tài liệu", "tính toàn vẹn", "chữ ký", "người ký", "mức", "PDF/A", "kết luận"), rows)
    if not all(verification.is_genuine for verification in found):
        raise typer.Exit(ExitCode.INTEGRITY)
