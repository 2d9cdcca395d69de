"""``sohoa signatures``: the documents that came in signed by others, by the verdict on their signatures."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, print_json, print_table
from cli.options import AsJson, Limit
from dossiers.signatures import STANDINGS_VI, SignatureStanding
from operations.incoming import list_signed
from operations.results import OUTCOMES_VI
from runtime.settings import load_settings
from runtime.wiring import House


def signatures(
    standing: Annotated[SignatureStanding | None, typer.Option("--standing", help="Only those with this verdict.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List documents that came in signed; `sohoa show` tells each one's signatures."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        entries = list_signed(house, standing, current_actor(), limit=limit)
    if as_json:
        print_json(
            {
                "documents": [
                    {
                        "document_id": entry.document_id,
                        "dossier_number": entry.dossier_number,
                        "type": entry.type_id,
                        "standing": entry.signature_standing,
                        "state": entry.state.value,
                    }
                    for entry in entries
                ]
            }
        )
        return
    rows = [
        (
            entry.document_id,
            entry.dossier_number or "(chưa rõ)",
            entry.type_name,
            STANDINGS_VI[entry.signature_standing] if entry.signature_standing else "",
            OUTCOMES_VI[entry.state],
        )
        for entry in entries
    ]
    print_table("Tài liệu đến đã ký số", ("mã tài liệu", "mã hồ sơ", "loại giấy tờ", "chữ ký số", "trạng thái"), rows)
