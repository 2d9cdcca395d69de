"""The verdict of validators that are not ours on an archive package."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.sohoa_command import REPOSITORY

_JUDGE = Path(__file__).with_name("judge_package.py")


def judge_package(path: Path) -> dict[str, Any]:
    """Return what ``judge_package.py`` prints of a package, a folder or a zip.

    Raises ``RuntimeError`` when the validators are not installed or fail themselves: never skip a test over that.
    """
    python = subprocess.run([REPOSITORY / "scripts/bootstrap", "packages"], capture_output=True, text=True, check=False)
    if python.returncode != 0:
        raise RuntimeError(f"scripts/bootstrap packages failed: {python.stderr[-1000:]}")
    run = subprocess.run([python.stdout.strip(), _JUDGE, path], capture_output=True, encoding="utf-8", timeout=300, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"the validators did not run (exit {run.returncode}): {run.stderr[-2000:]}")
    verdict: dict[str, Any] = json.loads(run.stdout)
    return verdict


def list_faults(verdict: dict[str, Any]) -> list[str]:
    """Return everything that speaks against a package."""
    unjudged = [] if verdict["is_judged_whole"] else ["its structure is not well formed"]
    faults: list[str] = [*unjudged, *verdict["errors"], *verdict["schemas"], *verdict["fixity"]]
    return faults
