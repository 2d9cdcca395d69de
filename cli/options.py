"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output instead of tables.")]
Purpose = Annotated[str, typer.Option("--purpose", help="What for; it is written into the trail.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many rows at the most.")]
