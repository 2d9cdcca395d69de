"""``sohoa show DOCUMENT``: everything the archive knows of a document."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson, Purpose
from operations.showing import find_entry, show_document
from runtime.settings import load_settings
from runtime.wiring import House


def show(
    document: Annotated[str, typer.Argument(help="A document's id or its beginning, or the key of its PDF.")],
    text: Annotated[bool, typer.Option("--text", help="Print its text as well.")] = False,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show personal ID numbers; this is written down.")] = False,
    purpose: Purpose = "",
    as_json: AsJson = False,
) -> None:
    """Show a document's metadata, as stored beside its PDF. The reading is written into the trail."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        entry = find_entry(house, document)
        shown = show_document(house, entry, current_actor(), unmask=unmask, with_text=text, purpose=purpose)
    if as_json:
        print_json(shown.to_json(with_text=text))
        return
    print_table(entry.type_name, ("", ""), shown.facts())
    if shown.metadata.signature_check is not None:
        print_table("Chữ ký số của tệp gốc", ("", ""), shown.list_signature_rows())
    print_table("Thông tin trích xuất", ("thông tin", "giá trị", "tin cậy", "trang"), shown.list_field_rows())
    if text:
        for page in entry.pages:
            out.print(Text(f"— trang {page.number} —\n{shown.mask(page.text)}"))
