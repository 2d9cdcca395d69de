"""``sohoa prove DOCUMENT``: a zip that proves a document to a stranger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json
from cli.options import AsJson, Purpose
from operations.proving import prove_document
from operations.showing import find_entry
from runtime.settings import load_settings
from runtime.wiring import House
from storage.files import hash_file


def prove(
    document: Annotated[str, typer.Argument(help="A document's id or its beginning, or the key of its PDF.")],
    to: Annotated[Path | None, typer.Option("--to", help="The zip to write; by default the document's id, here.")] = None,
    purpose: Purpose = "",
    as_json: AsJson = False,
) -> None:
    """Write a proof bundle that a stranger verifies offline; it holds the document's personal data as they are."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        entry = find_entry(house, document)
        path = prove_document(house, entry, (to or Path(f"{entry.document_id}.zip")).absolute(), current_actor(), purpose)
        sha256 = hash_file(path)
    if as_json:
        print_json({"path": str(path), "sha256": sha256, "document_id": entry.document_id})
        return
    out.print(f"Đã ghi hồ sơ chứng minh: {path}", markup=False, soft_wrap=True)
    out.print(f"SHA-256: {sha256}", soft_wrap=True)
    err.print("Có dữ liệu cá nhân: chỉ giao cho người có quyền. It holds personal data: hand it to those entitled only.")
