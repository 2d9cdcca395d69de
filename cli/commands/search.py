"""``sohoa search QUERY``: find documents, with or without diacritics."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from cli.console import current_actor, errors_as_exit_codes, out, print_json
from cli.options import AsJson, Limit, Purpose
from operations.searching import hit_to_json, search_archive
from runtime.settings import load_settings
from runtime.wiring import House


def search(
    query: Annotated[list[str], typer.Argument(help='Words, a "phrase in quotes", a number or a dossier number.')],
    limit: Limit = 10,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out the first hits.")] = 0,
    purpose: Purpose = "",
    as_json: AsJson = False,
) -> None:
    """Search the archive; exact spellings come first. What was searched for is written into the trail."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        page = search_archive(house, " ".join(query), current_actor(), limit=limit, offset=offset, purpose=purpose)
    if as_json:
        print_json({"query": " ".join(query), "total": page.total, "hits": [hit_to_json(hit) for hit in page.hits]})
        return
    if not page.hits:
        out.print("Không tìm thấy tài liệu nào.")
    for hit in page.hits:
        head = Text(f"{hit.type_name} ", style="bold")
        head.append(
            f"{hit.number or '(không số)'}  {hit.date or ''}  hồ sơ {hit.dossier_number or '(chưa rõ)'}  tr. {hit.page}"
        )
        out.print(head)
        out.print(Text(f"  {hit.snippet}"))
        out.print(Text(f"  {hit.document_id}", style="dim"))
    if page.total > len(page.hits):
        out.print(f"{len(page.hits)} / {page.total}")
