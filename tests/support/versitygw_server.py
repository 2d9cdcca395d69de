"""versitygw on loopback: an S3 server of other makers, with versions and object lock on a plain file system."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minio import Minio

from storage.s3_rights import service_policy
from tests.support.minio_server import S3TestServer, becomes_ready, find_binary, free_port, start_server, stop_server


@contextmanager
def running_versitygw() -> Iterator[S3TestServer]:
    """Start one in a folder of its own, with a random root key, and stop it afterwards. Raises ``RuntimeError``."""
    binary = find_binary("--versitygw")
    with tempfile.TemporaryDirectory(prefix="sohoa-versitygw-") as name:
        folder = Path(name)
        for part in ("data", "versions", "accounts"):
            (folder / part).mkdir()
        for _ in range(3):  # another program may take the free port before the server does
            server = S3TestServer(f"127.0.0.1:{free_port()}", secrets.token_hex(10), secrets.token_hex(20))
            process = _start(binary, server, folder)
            if becomes_ready(server, process):
                break
            stop_server(process)
        else:
            raise RuntimeError(f"versitygw did not become ready:\n{(folder / 'versitygw.log').read_text()[-3000:]}")
        try:
            yield server
        finally:
            stop_server(process)


def make_service_key(server: S3TestServer, root: Minio, buckets: Sequence[str]) -> S3TestServer:
    """Return the server as a user sees it who has the rights of Sohoa's own key on some buckets, and no others."""
    user = S3TestServer(server.endpoint, secrets.token_hex(8), secrets.token_hex(16))
    address = ("--endpoint-url", f"http://{server.endpoint}", "--access", server.access_key, "--secret", server.secret_key)
    account = ("create-user", "--access", user.access_key, "--secret", user.secret_key, "--role", "user")
    subprocess.run([find_binary("--versitygw"), "admin", *address, *account], check=True, capture_output=True, timeout=60)
    for bucket in buckets:
        root.set_bucket_policy(bucket, _grant(service_policy((bucket,)), user.access_key))
    return user


def _grant(policy: dict[str, Any], user: str) -> str:
    """Return the policy as one of a bucket, which names whom it is for."""
    return json.dumps({**policy, "Statement": [{**statement, "Principal": user} for statement in policy["Statement"]]})


def _start(binary: str, server: S3TestServer, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "ROOT_ACCESS_KEY": server.access_key,
        "ROOT_SECRET_KEY": server.secret_key,
    }
    store = ("posix", "--versioning-dir", str(folder / "versions"), str(folder / "data"))
    command = (binary, "--quiet", "--port", server.endpoint, "--iam-dir", str(folder / "accounts"), *store)
    return start_server(command, environment, folder / "versitygw.log")
