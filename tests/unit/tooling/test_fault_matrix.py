"""The fault matrix names only tests that there are."""

from __future__ import annotations

import re

from tests.unit.tooling.repository import ROOT


def test_every_test_that_is_named_is_there() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    files = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 20
    assert sorted(name for name in named if not any(f"def {name}(" in text for text in files.values())) == []
    paths = re.findall(r"`(tests/[\w/.]+)`", page)
    assert [path for path in paths if not (ROOT / path).is_file()] == []
