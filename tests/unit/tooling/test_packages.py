"""The top-level packages have everyday names, so nothing else may stand in for them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.unit.tooling.repository import ROOT, list_packages, read_project

_PRINT_FILES = """
import importlib, json, sys
print(json.dumps({name: importlib.import_module(name).__file__ for name in sys.argv[1:]}))
"""


def test_every_package_is_imported_from_the_repository(tmp_path: Path) -> None:
    packages = list_packages()
    assert {"dossiers", "ocr", "classifiers", "pdf", "storage", "catalog", "flows", "runtime", "cli"} <= set(packages)
    # As the console script sees it: isolated, and not from the repository's folder.
    command = [sys.executable, "-I", "-c", _PRINT_FILES, *packages]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    found = {name: Path(file).resolve() for name, file in json.loads(run.stdout).items()}
    assert found == {name: ROOT / name / "__init__.py" for name in packages}


def test_every_folder_of_modules_is_a_package_that_is_installed() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/*.py")} - {"tests", "benchmarks", "training", "build"}
    assert folders == set(list_packages())
    included = {pattern.removesuffix("*") for pattern in read_project()["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert folders <= included


def test_no_module_in_flows_bears_the_name_of_a_package() -> None:
    # Prefect puts the folder of an entrypoint on sys.path, where flows/storage.py would hide the package storage.
    modules = {path.stem for path in (ROOT / "flows").iterdir() if path.stem != "__init__" and path.name != "__pycache__"}
    assert modules
    taken = {*list_packages(), *sys.stdlib_module_names, *packages_distributions()}
    assert modules & taken == set()


def test_the_distribution_can_not_be_uploaded_by_accident() -> None:
    assert "Private :: Do Not Upload" in read_project()["project"]["classifiers"]
