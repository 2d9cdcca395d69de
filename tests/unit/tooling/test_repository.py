"""What is committed works on any machine: no registry's host, no path of one machine, no second lock."""

from __future__ import annotations

import re

import pytest

from tests.unit.tooling.repository import ROOT, list_tracked_files

# In pieces, for this file is committed as well.
_REGISTRY_HOSTS = [
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("ftp", "debian", "org"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("registry", "npmjs", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("static", "crates", "io"),
        ("index", "crates", "io"),
    )
]
_MACHINE_FOLDERS = ["/".join(("", *pieces, "")) for pieces in (("work",), ("tmp", "probe"), ("root",), ("home", "[a-z]+"))]
_HOST = re.compile("|".join(re.escape(host) for host in _REGISTRY_HOSTS).encode(), re.IGNORECASE)
_MACHINE_PATH = re.compile(rf"(?<![\w.$}}~{{-])(?:{'|'.join(_MACHINE_FOLDERS)})".encode())


def find_in_tracked_files(pattern: re.Pattern[bytes]) -> list[str]:
    hits = []
    for path in list_tracked_files():
        match = pattern.search(path.read_bytes())
        if match:
            hits.append(f"{path.relative_to(ROOT)}: {match[0].decode()}")
    return hits


def test_git_lists_the_files() -> None:
    assert ROOT / "pyproject.toml" in list_tracked_files()


@pytest.mark.parametrize("text", [f"https://{_REGISTRY_HOSTS[0]}/simple", f"files.{_REGISTRY_HOSTS[2].upper()}"])
def test_the_pattern_finds_a_host(text: str) -> None:
    assert _HOST.search(text.encode())


@pytest.mark.parametrize(
    ("text", "found"), [("/{}/main", True), ("'/{}/x'", True), ("docs/{}/x", False), ("${{HOME}}/{}/x", False)]
)
def test_the_pattern_finds_a_path_of_one_machine(text: str, found: bool) -> None:
    assert bool(_MACHINE_PATH.search(text.format("work").encode())) is found


def test_no_committed_file_names_the_host_of_a_package_registry() -> None:
    assert find_in_tracked_files(_HOST) == []


def test_no_committed_file_names_a_folder_of_one_machine() -> None:
    assert find_in_tracked_files(_MACHINE_PATH) == []


def test_uv_lock_is_not_committed() -> None:
    # It would name the registry of whoever made it, and be a second truth beside requirements.lock.
    assert [path.name for path in list_tracked_files() if path.name == "uv.lock"] == []
