"""docs/dependencies.md accounts for each direct dependency: why it is here and under which licence."""

from __future__ import annotations

import re

from tests.unit.tooling.repository import ROOT, list_direct_dependencies, name_of

_ROW = re.compile(r"^\| `(?P<name>[\w.-]+)` \|(?P<why>[^|]+)\|(?P<licence>[^|]+)\|$", re.MULTILINE)


def test_each_direct_dependency_has_its_reason_and_licence() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {match["name"]: (match["why"].strip(), match["licence"].strip()) for match in _ROW.finditer(page)}
    assert set(rows) == {name_of(requirement) for requirement in list_direct_dependencies(with_extras=True)}
    assert [name for name, (why, licence) in rows.items() if len(why) < 20 or not licence] == []
