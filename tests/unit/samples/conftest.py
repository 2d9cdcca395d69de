"""The committed samples and their truths."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import samples
from samples.generator.build import SCANS, TRUTHS

ROOT = Path(samples.__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """One committed scan with its truth as read from JSON."""

    scan: Path
    truth_path: Path
    truth: dict[str, Any]


@pytest.fixture(scope="session")
def committed() -> list[Sample]:
    """Every committed scan with the truth that stands at the same path."""
    found = []
    for scan in sorted(path for path in (ROOT / SCANS).rglob("*") if path.is_file()):
        relative = scan.relative_to(ROOT / SCANS)
        truth_path = ROOT / TRUTHS / relative.parent / f"{relative.name}.json"
        found.append(Sample(scan, truth_path, json.loads(truth_path.read_text(encoding="utf-8"))))
    return found
