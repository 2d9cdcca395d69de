"""How an S3 server is reached: where, with which key, how long to wait and how often to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

from dossiers.errors import ConfigurationError

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class S3Connection:
    """How to reach an S3 server.

    ``endpoint`` is ``host``, ``host:port`` or an ``http://`` or ``https://`` address without a path; an address's scheme
    takes the place of ``secure``. ``ca_file`` holds the certificates to trust instead of the system's. One request takes
    at most about ``(retries + 1) * (connect_timeout_s + read_timeout_s)`` without a byte from the server.
    """

    endpoint: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    secure: bool = True
    region: str | None = None
    ca_file: Path | None = None
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0
    retries: int = 2


def split_endpoint(connection: S3Connection) -> tuple[str, bool]:
    """Return ``host:port`` and whether to use TLS. Raises ``ConfigurationError`` without showing what may be a secret."""
    endpoint, secure = connection.endpoint, connection.secure
    parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    if parts.scheme not in ("", "http", "https") or not _HOST.fullmatch(parts.netloc) or parts.path.strip("/"):
        raise ConfigurationError(detail="the S3 endpoint must be host, host:port, http://host:port or https://host:port")
    return parts.netloc, secure if not parts.scheme else parts.scheme == "https"


def build_pool(connection: S3Connection) -> urllib3.PoolManager:
    """Return a pool whose requests end: bounded waits, a bounded number of tries, no server-chosen pauses."""
    if connection.ca_file is not None and not connection.ca_file.is_file():
        raise ConfigurationError(detail=f"the CA file {connection.ca_file} does not exist")
    retry = urllib3.Retry(
        total=connection.retries,
        redirect=0,
        backoff_factor=0.2,
        backoff_max=2.0,
        status_forcelist=[500, 502, 503, 504],
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    return urllib3.PoolManager(
        maxsize=8,
        timeout=urllib3.Timeout(connect=connection.connect_timeout_s, read=connection.read_timeout_s),
        retries=retry,
        cert_reqs="CERT_REQUIRED",
        ca_certs=str(connection.ca_file) if connection.ca_file else None,
    )
