"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output instead of tables.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many rows at the most.")]
