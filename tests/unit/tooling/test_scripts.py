"""The scripts of the repository, run in a copy with stand-ins for the machine's programs, so that nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.tooling.repository import ROOT, list_tracked_files

_SCRIPTS = sorted([*(path for path in (ROOT / "scripts").iterdir() if path.is_file()), ROOT / ".ci" / "run"])
_PLAIN_TOOLS = ["bash", "cat", "cut", "dirname", "env", "grep", "mktemp", "readlink", "rm", "sed", "sh", "sha256sum", "tail"]
_RECORD = '#!/bin/sh\nprintf "%s %s\\n" "${0##*/}" "$*" >>"$RECORD"\n'


def run_script(script: Path, *arguments: str, env: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(script), *arguments]
    return subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True, timeout=60, check=False)


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def copy_scripts(tmp_path: Path) -> Path:
    copy = tmp_path / "bản sao của kho"
    shutil.copytree(ROOT / "scripts", copy / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    return copy


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_executable_and_parses(script: Path) -> None:
    first_line = script.read_text(encoding="utf-8").splitlines()[0]
    assert os.access(script, os.X_OK)
    if first_line == "#!/usr/bin/env bash":
        subprocess.run(["bash", "-n", str(script)], check=True)
    else:
        assert first_line == "#!/usr/bin/env python3"
        compile(script.read_text(encoding="utf-8"), str(script), "exec")


def test_git_keeps_the_executable_bit() -> None:
    command = ["git", "-c", "safe.directory=*", "ls-files", "--stage", "scripts", ".ci/run"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert listing
    assert [line for line in listing if not line.startswith("100755 ")] == []


def test_continuous_integration_calls_scripts_test_and_nothing_else(tmp_path: Path) -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(commands) == 1
    copy = copy_scripts(tmp_path)
    write_program(copy / "scripts" / "test", _RECORD + "exit 7\n")
    record = tmp_path / "record"
    run = run_script(copy / ".ci" / "run", env={**os.environ, "RECORD": str(record)}, cwd=tmp_path)
    assert run.returncode == 7
    assert record.read_text(encoding="utf-8") == "test \n"


class Machine:
    """A copy of the scripts and a PATH with nothing on it but plain tools and what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.clone = copy_scripts(folder)
        self.bin = folder / "bin"
        self.record = folder / "record"
        self.bin.mkdir()
        for tool in _PLAIN_TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.has("python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        self.env = {"PATH": str(self.bin), "HOME": str(folder), "RECORD": str(self.record), "LANG": "C.UTF-8"}

    def has(self, program: str, text: str = _RECORD) -> None:
        write_program(self.bin / program, text)

    def is_used_by(self, user_id: int) -> None:
        self.has("id", f"#!/bin/sh\necho {user_id}\n")

    def bootstrap(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_script(self.clone / "scripts" / "bootstrap", *arguments, env=self.env, cwd=self.bin)

    def calls(self) -> str:
        return self.record.read_text(encoding="utf-8") if self.record.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_bootstrap_refuses_an_unknown_kind(machine: Machine) -> None:
    run = machine.bootstrap("everything")
    assert (run.returncode, run.stdout) == (2, "")
    assert "usage: scripts/bootstrap" in run.stderr


def test_bootstrap_says_what_to_install_when_it_may_not(machine: Machine) -> None:
    machine.is_used_by(1000)
    machine.has("apt-get")
    run = machine.bootstrap()
    assert run.returncode == 1
    assert "neither root nor sudo" in run.stderr
    assert "tesseract-ocr-vie" in run.stderr
    assert machine.calls() == ""


def test_bootstrap_asks_apt_for_what_is_missing_only(machine: Machine) -> None:
    machine.is_used_by(0)
    for program in ("apt-get", "pdftoppm", "pdfsig"):
        machine.has(program)
    machine.has("tesseract", "#!/bin/sh\nprintf 'List of available languages (2):\\neng\\nosd\\n'\n")
    run = machine.bootstrap()
    assert run.returncode == 1
    assert "still missing after apt-get: tesseract-ocr-vie" in run.stderr
    update, install = machine.calls().splitlines()
    assert update.endswith(" update")
    assert "--no-install-recommends tesseract-ocr-vie" in install
    assert "poppler-utils" not in install
    assert "osd" not in install


@pytest.mark.parametrize(("kind", "asks"), [("bench", True), ("run", False)])
def test_bootstrap_asks_for_what_the_peer_needs_only_to_measure(machine: Machine, kind: str, asks: bool) -> None:
    machine.is_used_by(0)
    machine.has("apt-get")
    assert machine.bootstrap(*([kind] if kind == "bench" else [])).returncode == 1
    assert ("ghostscript" in machine.calls()) is asks


def test_bootstrap_installs_postgresql_for_the_tests_without_a_server_for_the_machine(machine: Machine, tmp_path: Path) -> None:
    machine.is_used_by(0)
    script = machine.clone / "scripts" / "bootstrap"
    settings = tmp_path / "createcluster.d" / "sohoa-tests.conf"
    text = script.read_text(encoding="utf-8").replace("/usr/lib/postgresql/", f"{tmp_path}/absent/")
    script.write_text(text.replace("/etc/postgresql-common/createcluster.d", str(settings.parent)), encoding="utf-8")
    (machine.bin / "mkdir").symlink_to(str(shutil.which("mkdir")))
    machine.has("apt-get", f'{_RECORD}[ ! -e "{settings}" ] || cat "{settings}" >>"$RECORD"\nexit 3\n')
    assert machine.bootstrap("dev").returncode == 3
    install = machine.calls().partition(" install ")[2]
    assert " postgresql" in install
    assert "create_main_cluster = false" in install
    assert not settings.exists()
    assert machine.bootstrap().returncode == 3
    assert "postgresql" not in machine.calls().rpartition(" install ")[2]


def test_bootstrap_goes_through_sudo_for_an_ordinary_user(machine: Machine) -> None:
    machine.is_used_by(1000)
    machine.has("apt-get")
    machine.has("sudo", _RECORD + 'exec "$@"\n')
    assert machine.bootstrap().returncode == 1
    calls = machine.calls().splitlines()
    assert [call.split()[0] for call in calls] == ["sudo", "apt-get", "sudo", "apt-get"]
    assert calls[0].startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get")


def test_bootstrap_names_the_packages_where_there_is_no_apt(machine: Machine) -> None:
    machine.is_used_by(0)
    run = machine.bootstrap()
    assert run.returncode == 1
    assert "there is no apt-get" in run.stderr
    assert "poppler-utils" in run.stderr


def test_bootstrap_needs_a_python_that_is_new_enough(machine: Machine) -> None:
    machine.is_used_by(0)
    machine.has("python3", "#!/bin/sh\nexit 1\n")
    machine.has("apt-get")
    run = machine.bootstrap()
    assert run.returncode == 1
    assert "Python 3.11 or later is needed" in run.stderr


def test_bootstrap_brings_python_where_a_machine_has_none(machine: Machine) -> None:
    machine.is_used_by(0)
    python = machine.bin / "python3"
    python.rename(machine.bin / "held-back")
    (machine.bin / "mv").symlink_to(str(shutil.which("mv")))
    machine.has("apt-get", f'{_RECORD}case "$*" in *python3*) mv "{machine.bin}/held-back" "{python}" ;; esac\n')
    run = machine.bootstrap()
    assert "still missing after apt-get: tesseract-ocr" in run.stderr
    calls = [call.partition("--no-install-recommends ")[2].split() for call in machine.calls().splitlines()]
    installs = [call for call in calls if call]
    assert installs[0] == ["python3", "python3-venv", "ca-certificates"]
    assert "tesseract-ocr" in installs[1]


class Suite:
    """A copy of scripts/test whose neighbours only record that they were called."""

    def __init__(self, folder: Path) -> None:
        self.clone = copy_scripts(folder)
        self.record = folder / "record"
        self.env = {**os.environ, "RECORD": str(self.record), "TMPDIR": str(folder)}
        for neighbour in ("bootstrap", "check"):
            write_program(self.clone / "scripts" / neighbour, _RECORD)
        self.python_does("")

    def python_does(self, more: str) -> None:
        write_program(self.clone / ".venv" / "bin" / "python", _RECORD + more)

    def run(self, *arguments: str) -> tuple[int, list[str]]:
        run = run_script(self.clone / "scripts" / "test", *arguments, env=self.env, cwd=self.clone.parent)
        return run.returncode, self.record.read_text(encoding="utf-8").splitlines()


_SERVERS = ["python scripts/minio-server", "python scripts/minio-server --versitygw"]


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    suite = Suite(tmp_path)
    suite.env.pop("SOHOA_TEST_S3_ENDPOINT", None)
    return suite


def test_the_suite_checks_makes_the_server_and_ends_with_pytest(suite: Suite) -> None:
    code, calls = suite.run()
    assert code == 0
    assert calls == ["bootstrap dev", "check ", *_SERVERS, "python -m pytest"]


def test_the_suite_with_arguments_runs_pytest_alone(suite: Suite) -> None:
    assert suite.run("-k", "search")[1] == ["bootstrap dev", *_SERVERS, "python -m pytest -k search"]


def test_the_suite_builds_no_server_where_one_is_given(suite: Suite) -> None:
    suite.env["SOHOA_TEST_S3_ENDPOINT"] = "127.0.0.1:1"
    assert "python scripts/minio-server" not in suite.run()[1]


def test_the_suite_fails_when_a_check_fails(suite: Suite) -> None:
    write_program(suite.clone / "scripts" / "check", _RECORD + "exit 1\n")
    code, calls = suite.run()
    assert code == 1
    assert calls[-1] == "check "


@pytest.mark.parametrize(("program", "code"), [("minio-server", 1), ("pytest", 5)])
def test_the_suite_fails_as_its_programs_do(suite: Suite, program: str, code: int) -> None:
    suite.python_does(f'case "$*" in *{program}*) exit {code} ;; esac\n')
    assert suite.run()[0] == code


def test_the_suite_sees_no_settings_of_whoever_runs_it(suite: Suite) -> None:
    suite.env |= {"SOHOA_STORE__KIND": "s3", "SOHOA_HOME": "mine", "PREFECT_API_URL": "mine", "SOHOA_TEST_S3_REGION": "kept"}
    seen = suite.clone.parent / "seen"
    suite.python_does(f'env >"{seen}"\n[ "$2" != pytest ] || mkdir -p "$SOHOA_HOME"\n')
    assert suite.run()[0] == 0
    variables = dict(line.split("=", 1) for line in seen.read_text(encoding="utf-8").splitlines() if "=" in line)
    ours = {name: value for name, value in variables.items() if name.startswith(("SOHOA_", "PREFECT_"))}
    assert ours.keys() == {"SOHOA_HOME", "PREFECT_HOME", "SOHOA_TEST_S3_REGION"}
    assert not Path(ours["SOHOA_HOME"]).parent.exists()


def test_check_refuses_an_unknown_check(suite: Suite) -> None:
    shutil.copy2(ROOT / "scripts" / "check", suite.clone / "scripts" / "check")
    run = run_script(suite.clone / "scripts" / "check", "spelling", env=suite.env, cwd=suite.clone)
    assert run.returncode == 1
    assert "unknown check 'spelling'" in run.stderr


def test_check_runs_every_check_and_names_those_that_failed(suite: Suite) -> None:
    shutil.copy2(ROOT / "scripts" / "check", suite.clone / "scripts" / "check")
    for tool in ("mypy", "lint-imports"):
        write_program(suite.clone / ".venv" / "bin" / tool, _RECORD)
    write_program(suite.clone / ".venv" / "bin" / "ruff", _RECORD + 'exit "$([ "$1" = check ] && echo 1 || echo 0)"\n')
    run = run_script(suite.clone / "scripts" / "check", env=suite.env, cwd=suite.clone)
    calls = suite.record.read_text(encoding="utf-8").splitlines()
    assert run.returncode == 1
    assert run.stderr.strip() == "check: failed: lint"
    assert calls == ["bootstrap dev", "ruff check .", "ruff format --check .", "mypy ", "lint-imports "]


def test_the_hooks_run_the_same_commands() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    assert config in list_tracked_files()
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(config)], check=True)
    entries = [line.split("entry:")[1].split() for line in config.read_text(encoding="utf-8").splitlines() if "entry:" in line]
    assert sorted(entry[1] for entry in entries) == ["format", "imports", "lint", "locks", "types"]
    assert {entry[0] for entry in entries} == {"scripts/check"}
