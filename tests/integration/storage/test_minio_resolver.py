"""How the tests find their server: never by skipping, never silently."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.minio_server import find_binary, own_minio, running_minio

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "minio-server"


def test_without_a_server_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "env").symlink_to("/usr/bin/env")
    environment = {
        "PATH": str(tmp_path),
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "SOHOA_TEST_S3_ENDPOINT" in done.stderr


def test_a_program_of_the_same_name_is_not_taken_for_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = find_binary()
    other = tmp_path / "minio"
    other.write_text("#!/bin/sh\necho something else\n")
    other.chmod(0o755)
    cached = tmp_path / "cache" / "sohoa" / "minio"
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{Path(binary).parent}{os.pathsep}/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = SCRIPT.read_text()
    version = source.partition('MINIO_VERSION = "')[2].partition('"')[0]
    (cached / version).mkdir(parents=True)
    (cached / version / "minio").symlink_to(binary)
    assert find_binary() == str(cached / version / "minio")


def test_half_a_given_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_TEST_S3_ENDPOINT", "127.0.0.1:9")
    monkeypatch.delenv("SOHOA_TEST_S3_SECRET_KEY", raising=False)
    with pytest.raises(RuntimeError, match="SOHOA_TEST_S3_SECRET_KEY"), running_minio():
        pass


def test_a_given_server_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ENDPOINT", "127.0.0.1:9"), ("ACCESS_KEY", "a"), ("SECRET_KEY", "s")):
        monkeypatch.setenv(f"SOHOA_TEST_S3_{name}", value)
    with running_minio() as server:
        assert (server.endpoint, server.access_key, server.secret_key) == ("127.0.0.1:9", "a", "s")
        assert "'s'" not in repr(server)


def test_a_server_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not become ready"), own_minio(tmp_path, ["false"]):
        pass
