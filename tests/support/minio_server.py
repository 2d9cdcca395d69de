"""A real S3 server for the tests: the one named by SOHOA_TEST_S3_*, else a MinIO of our own on loopback."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

_RESOLVER = Path(__file__).resolve().parents[2] / "scripts" / "minio-server"
_BUILD_TIMEOUT_S = 3600
_START_TIMEOUT_S = 90
_STOP_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class S3TestServer:
    """How to reach a server: ``endpoint`` is ``host:port`` or an address with its scheme."""

    endpoint: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@contextmanager
def running_minio() -> Iterator[S3TestServer]:
    """Give the server of SOHOA_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY when set, else start one and stop it afterwards.

    Raises ``RuntimeError``, which says what to do, when there is no server and none can be built or started.
    """
    given = server_from_environment()
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="sohoa-minio-") as folder, own_minio(Path(folder)) as server:
        yield server


def server_from_environment() -> S3TestServer | None:
    """Return the server that SOHOA_TEST_S3_* names, if it does."""
    names = ("SOHOA_TEST_S3_ENDPOINT", "SOHOA_TEST_S3_ACCESS_KEY", "SOHOA_TEST_S3_SECRET_KEY")
    values = [os.environ.get(name, "") for name in names]
    if not any(values):
        return None
    if not all(values):
        raise RuntimeError(f"Set all of {', '.join(names)}, or none to let the tests start MinIO.")
    return S3TestServer(*values)


@contextmanager
def own_minio(folder: Path, wrapper: Sequence[str] = (), ca_file: Path | None = None) -> Iterator[S3TestServer]:
    """Start a MinIO of our own in a folder, on a free loopback port with random keys; stop it, and only it, afterwards.

    ``wrapper`` is a command that runs another, put before the server's. With ``ca_file`` the server speaks TLS; its
    certificate and key are ``.minio/certs/public.crt`` and ``private.key`` in the folder. Raises ``RuntimeError`` when it
    does not start.
    """
    binary = find_binary()
    server, process = None, None
    for _ in range(3):  # another program may take the free port before the server does
        server, process = _start(binary, folder, wrapper)
        if becomes_ready(server, process, ca_file):
            break
        stop_server(process)
    else:
        log = (folder / "minio.log").read_text(errors="replace")
        raise RuntimeError(f"MinIO ({binary}) did not become ready. Its log ends with:\n{log[-3000:]}")
    try:
        yield server
    finally:
        stop_server(process)


def find_binary(*options: str) -> str:
    """Return the path of the MinIO binary, which scripts/minio-server finds or builds. Raises ``RuntimeError``.

    With the option ``--versitygw`` it is that server's.
    """
    done = subprocess.run(
        [sys.executable, str(_RESOLVER), *options], capture_output=True, text=True, timeout=_BUILD_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(binary: str, folder: Path, wrapper: Sequence[str]) -> tuple[S3TestServer, subprocess.Popen[bytes]]:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    server = S3TestServer(f"127.0.0.1:{free_port()}", secrets.token_hex(10), secrets.token_hex(20))
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "MINIO_ROOT_USER": server.access_key,
        "MINIO_ROOT_PASSWORD": server.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    command = [*wrapper, binary, "server", "--quiet", "--address", server.endpoint, str(data)]
    return server, start_server(command, environment, folder / "minio.log")


def start_server(command: Sequence[str], environment: Mapping[str, str], log_path: Path) -> subprocess.Popen[bytes]:
    """Start a server whose folder is that of its log."""
    with log_path.open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=log_path.parent)


def becomes_ready(server: S3TestServer, process: subprocess.Popen[bytes], ca_file: Path | None = None) -> bool:
    """Wait until a signed request is answered: the server calls itself ready before it knows its keys."""
    pool = urllib3.PoolManager(timeout=2.0, retries=False, ca_certs=str(ca_file) if ca_file else None)
    client = Minio(server.endpoint, server.access_key, server.secret_key, secure=ca_file is not None, http_client=pool)
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    try:
        while time.monotonic() < give_up_at and process.poll() is None:
            with suppress(HTTPError, MinioException):
                client.list_buckets()
                return True
            time.sleep(0.1)
    finally:
        pool.clear()
    return False


def stop_server(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_TIMEOUT_S)
