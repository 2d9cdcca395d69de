"""``sohoa read FILE``: recognition alone; nothing is stored."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from cli.console import errors_as_exit_codes, print_json
from cli.options import AsJson
from operations.reading import read_file, reading_to_json
from runtime.settings import load_settings
from runtime.wiring import House


def read(
    file: Annotated[Path, typer.Argument(help="A scan: PDF, TIFF, JPEG, PNG or HEIC.", metavar="FILE")],
    as_json: AsJson = False,
) -> None:
    """Print the text of a scan in reading order, one printed line a line; pages are parted by a form feed."""
    with (
        errors_as_exit_codes(as_json=as_json),
        House(load_settings()) as house,
        house.temporary_folder() as folder,
    ):
        document = read_file(house, file, folder)
        if as_json:
            print_json(reading_to_json(file, document))
        else:
            text = "\f".join(f"{page.text}\n" if page.lines else "" for page in document.pages)
            sys.stdout.write(unicodedata.normalize("NFC", text))
