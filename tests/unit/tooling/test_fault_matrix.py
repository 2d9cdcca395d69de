"""The fault matrix, the threat model and the pages beside them name only tests that there are."""

from __future__ import annotations

import re

import pytest

from tests.unit.tooling.repository import ROOT


@pytest.mark.parametrize(("page", "fewest"), [("faults", 20), ("threat_model", 40), ("trail", 0), ("recovery", 0)])
def test_every_test_that_is_named_is_there(page: str, fewest: int) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    files = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) >= fewest
    assert sorted(name for name in named if not any(f"def {name}(" in source for source in files.values())) == []
    paths = re.findall(r"`(tests/[\w/.]+)`", text)
    assert [path for path in paths if not (ROOT / path).is_file()] == []
