"""What the tooling tests ask about the repository itself."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


def read_project() -> dict[str, Any]:
    """Return pyproject.toml as a dictionary."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def list_direct_dependencies(*, with_extras: bool) -> list[Requirement]:
    """Return what pyproject.toml asks for, the optional groups included when ``with_extras``."""
    project = read_project()["project"]
    asked = list(project["dependencies"])
    if with_extras:
        for group in project["optional-dependencies"].values():
            asked += group
    return [Requirement(text) for text in asked]


def name_of(requirement: Requirement) -> str:
    """Return the canonical name of what is required."""
    return canonicalize_name(requirement.name)


def list_tracked_files() -> list[Path]:
    """Return the files that git holds and that are still in the work tree, as absolute paths."""
    # A clone made by another user (an administrator's, a container's) is no less ours.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listing.decode("utf-8").split("\0") if name]
    return [path for path in paths if path.is_file()]


def list_packages() -> list[str]:
    """Return the names of the top-level packages that are installed; the others run from the repository only."""
    names = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    return sorted(names - {"tests", "benchmarks", "training"})
