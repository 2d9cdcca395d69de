"""The lock files: every pin hashed, no address in them, and what pyproject.toml asks for."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement

from tests.unit.tooling.repository import ROOT, list_direct_dependencies, name_of, read_project

_LOCKS = [f"requirements{kind}.lock" for kind in ("", "-dev", "-train", "-tools", "-packages", "-bench")]
_PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)(?:\[[a-z0-9,.-]+\])?==(?P<version>[^ ;]+)(?: ; [^\\]+?)?$")
_HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def read_pins(lock: str) -> dict[str, str]:
    """Return name -> version of a lock; fails on a line that is anything but a pin with its hashes."""
    text = "".join(line for line in (ROOT / lock).read_text().splitlines(keepends=True) if not line.lstrip().startswith("#"))
    pins = {}
    for entry in text.replace("\\\n", "\x00").splitlines():
        head, *hashes = (part.strip() for part in entry.split("\x00"))
        match = _PIN.match(head)
        assert match, f"{lock}: not a pin: {head}"
        assert hashes, f"{lock}: {head} has no hash"
        assert all(_HASH.match(text) for text in hashes), f"{lock}: {head} has a hash of another kind"
        pins[match["name"]] = match["version"]
    return pins


@pytest.mark.parametrize("lock", _LOCKS)
def test_each_requirement_is_pinned_with_hashes(lock: str) -> None:
    assert read_pins(lock)


@pytest.mark.parametrize("lock", _LOCKS)
def test_a_lock_holds_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text.replace("--no-emit-index-url", "")


@pytest.mark.parametrize(
    ("lock", "extra"), [("requirements.lock", ""), ("requirements-dev.lock", "dev"), ("requirements-train.lock", "train")]
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, extra: str) -> None:
    pins = read_pins(lock)
    extras = [Requirement(text) for text in read_project()["project"]["optional-dependencies"].get(extra, [])]
    wrong = [
        str(requirement)
        for requirement in [*list_direct_dependencies(with_extras=False), *extras]
        if not requirement.specifier.contains(pins.get(name_of(requirement), "0"), prereleases=True)
    ]
    assert wrong == [], f"{lock} does not match pyproject.toml; run scripts/lock"


@pytest.mark.parametrize("lock", ["requirements-dev.lock", "requirements-train.lock"])
def test_tests_and_training_run_on_the_versions_that_users_get(lock: str) -> None:
    everything = read_pins(lock)
    assert {name: everything.get(name) for name in read_pins("requirements.lock")} == read_pins("requirements.lock")


def test_uv_and_the_build_backend_are_pinned() -> None:
    pins = read_pins("requirements-tools.lock")
    assert "uv" in pins
    for requirement in map(Requirement, read_project()["build-system"]["requires"]):
        assert requirement.specifier.contains(pins[name_of(requirement)])
