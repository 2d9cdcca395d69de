"""What deploy/ starts are commands that there are, with options that they take."""

from __future__ import annotations

import importlib
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from runtime.service_settings import PrefectSettings
from runtime.services import list_services
from runtime.settings import Settings, load_settings
from tests.unit.tooling.repository import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
COMMANDS: dict[str, Any] = {**getattr(typer.main.get_command(app), "commands", {})}


def assert_is_understood(arguments: list[str]) -> None:
    """Let the command line be parsed, without running it."""
    name, *options = arguments
    assert name in COMMANDS
    COMMANDS[name].make_context(name, options)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_start_commands_that_there_are(unit: Path) -> None:
    parser = ConfigParser(strict=True, interpolation=None)
    parser.read(unit)
    assert {"Unit", "Service", "Install"} == set(parser.sections())
    program, *arguments = shlex.split(parser["Service"]["ExecStart"])
    assert parser["Service"]["Restart"] == "always"
    if program.endswith("/sohoa"):
        assert_is_understood(arguments)
    else:
        assert (program, arguments[0]) == ("/usr/local/bin/minio", "server")


def test_compose_starts_commands_that_there_are() -> None:
    compose = importlib.import_module("yaml").safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {
        "postgres",
        "minio",
        "provision",
        "engine",
        "worker",
        "dispatcher",
        "watcher",
        "portal",
        "keeper",
        "metrics",
    }
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service["volumes"]:
            name = volume.rpartition(":")[0].removeprefix("${SOHOA_INBOX_DIR:-").removesuffix("}")
            assert name in compose["volumes"]
        if service["image"] == "sohoa":
            assert_is_understood(service["command"])
            assert (DEPLOY / Path(service["build"]["dockerfile"]).name).is_file()


@pytest.mark.parametrize("name", ["compose.yaml", "worker.compose.yaml"])
def test_every_part_in_a_container_hears_when_it_is_to_stop(name: str) -> None:
    """The kernel keeps SIGTERM from the first process of a container when that does not ask for it."""
    ours = [service for service in read_compose(name).values() if service["image"] == "sohoa"]
    assert ours
    assert all(service["init"] for service in ours)


def test_the_root_key_of_the_store_is_told_to_the_store_and_to_what_makes_its_keys_alone() -> None:
    told = {
        name
        for name, service in read_compose("compose.yaml").items()
        if "MINIO_ROOT" in repr(service) or "minio.env" in repr(service)
    }
    assert told == {"minio", "provision"}


def test_a_worker_on_a_further_machine_goes_by_its_environment_file() -> None:
    (worker,) = read_compose("worker.compose.yaml").values()
    assert_is_understood(worker["command"])
    assert set(worker["environment"]) == {"SOHOA_HOME"}
    assert "depends_on" not in worker


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_told_the_secrets_of_its_own_part_alone(unit: Path) -> None:
    parser = ConfigParser(strict=True, interpolation=None)
    parser.read(unit)
    example = DEPLOY / (Path(parser["Service"]["EnvironmentFile"]).name + ".example")
    names = {line.partition("=")[0] for line in example.read_text().splitlines() if "=" in line and not line.startswith("#")}
    prefix = "MINIO_" if unit.stem == "minio" else "SOHOA_"
    assert names
    assert all(name.startswith(prefix) for name in names)


def test_no_secret_and_no_environment_of_this_machine_gets_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".venv", ".git", "*.env", "machine.toml"} <= set(left_out)


def read_compose(name: str) -> dict[str, Any]:
    services: dict[str, Any] = importlib.import_module("yaml").safe_load((DEPLOY / name).read_text())["services"]
    return services


def test_every_part_of_up_has_a_unit() -> None:
    assert len(UNITS) == 9
    prefect = PrefectSettings(api_url="http://127.0.0.1:4200/api")
    services = list_services(Settings(home=Path("/nowhere"), prefect=prefect))
    for service in services:
        assert_is_understood(list(service.command[service.command.index("-v") + 1 :]))
    names = ["prefect", "worker", "dispatcher", "keeper", "metrics", "watcher", "portal"]
    assert [service.name for service in services] == names


def test_settings_of_the_example_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in (DEPLOY / "sohoa.env.example").read_text().splitlines() if line and not line.startswith("#")]
    for line in lines:
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value or "of-our-own:secret")
    settings = load_settings()
    assert (settings.store.kind, settings.dispatch.batches, settings.logging.as_json) == ("s3", 2, True)
