"""MinIO and PostgreSQL for the soak, which can be torn away and started again in the same place."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from tests.support.minio_server import find_binary, free_port

_START_S = 120.0


@dataclass(slots=True)
class OwnMinio:
    """A MinIO of our own: killed like by a power cut, and started again on the same port and folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    access_key: str = field(default_factory=lambda: secrets.token_hex(10), repr=False)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self) -> Minio:
        """Return a client of the test's own, which asks once and is impatient."""
        pool = PoolManager(timeout=20.0, retries=False)
        return Minio(self.endpoint, self.access_key, self.secret_key, secure=False, http_client=pool)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises RuntimeError when it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "HOME": str(self.folder),
            "MINIO_ROOT_USER": self.access_key,
            "MINIO_ROOT_PASSWORD": self.secret_key,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }
        command = [find_binary(), "server", "--quiet", "--address", self.endpoint, str(self.folder / "data")]
        with (self.folder / "minio.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        give_up_s = time.monotonic() + _START_S
        while not self._answers():
            if time.monotonic() > give_up_s or self._process.poll() is not None:
                raise RuntimeError(f"MinIO did not start; see {self.folder / 'minio.log'}")
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            self.connect().list_buckets()
        except (HTTPError, MinioException):
            return False
        return True


@contextmanager
def running_own_minio(folder: Path) -> Iterator[OwnMinio]:
    """Run a MinIO to the end of the block."""
    server = OwnMinio(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
