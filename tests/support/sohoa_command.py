"""The ``sohoa`` command as a person runs it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "samples" / "dossiers"


@dataclass(frozen=True, slots=True)
class Done:
    """What a run gave."""

    exit_code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Return the JSON objects of standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def one(self) -> dict[str, Any]:
        """Return the single JSON object of standard output."""
        (row,) = self.rows()
        return row


@dataclass(frozen=True, slots=True)
class SohoaCommand:
    """Runs ``sohoa`` with SOHOA_HOME at ``home`` and the variables of ``settings`` only."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, wrapper: Sequence[str] = (), timeout_s: float = 500) -> Done:
        """Run the command to its end. ``wrapper`` is a command that runs another, put before it."""
        done = subprocess.run(
            [*wrapper, *self._command(arguments)],
            env=self._environment(),
            cwd=REPOSITORY,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, log: Path | None = None) -> subprocess.Popen[bytes]:
        """Start the command and return its process; what it prints goes to the end of ``log`` or is thrown away."""
        with (log or Path(os.devnull)).open("ab") as output:
            return subprocess.Popen(
                self._command(arguments),
                env=self._environment(),
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def with_settings(self, settings: Mapping[str, str]) -> SohoaCommand:
        """Return the same command with other settings beside its own."""
        return SohoaCommand(self.home, {**self.settings, **settings})

    def ingest(self, *paths: Path, options: Sequence[str] = (), wrapper: Sequence[str] = ()) -> Done:
        """Ingest with ``--json``."""
        return self("ingest", *paths, *options, "--json", wrapper=wrapper)

    def _command(self, arguments: Sequence[str | Path]) -> list[str]:
        return [sys.executable, "-m", "cli.main", *map(str, arguments)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOHOA_", "PREFECT_"))}
        return {**kept, "SOHOA_HOME": str(self.home), **self.settings}
