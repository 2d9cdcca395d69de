"""The programs that ``sohoa up`` keeps running on this machine, in the order in which they need each other."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from dossiers.errors import ConfigurationError, SohoaError
from runtime.minio_binary import find_minio
from runtime.settings import Settings
from runtime.supervising import Service
from runtime.wiring import House
from storage.minio_admin import KeyPair, provision_minio
from storage.s3_connection import S3Connection

_LOCAL = ("127.0.0.1", "localhost", "::1")


def list_services(settings: Settings) -> tuple[Service, ...]:
    """Return the services of the settings. A store or Prefect API on another machine is used and not started.

    A PostgreSQL on this machine is the system's own service; it stands before all of these.
    """
    environment = dict(os.environ)
    services: list[Service] = []
    if settings.up.minio:
        services.append(_minio(settings, environment))
    if is_local(settings.prefect.api_url):
        # Who does not know our password is another's server on the same port.
        version, password = settings.prefect.api_url + "/admin/version", settings.prefect.api_auth.get_secret_value()
        services.append(_sohoa("prefect", ("engine",), environment, _answers(version, password), 180))
    services.append(_sohoa("worker", ("worker",), environment, stop_s=60))
    services.append(_sohoa("dispatcher", ("dispatch",), environment))
    services.append(_sohoa("keeper", ("keep",), environment))
    metrics = f"http://{settings.metrics.host}:{settings.metrics.port}/health"
    services.append(_sohoa("metrics", ("metrics",), environment, _answers(metrics)))
    if settings.up.watch:
        services.append(_sohoa("watcher", ("watch", "--claim-only"), environment))
        live_page = f"http://{settings.portal.host}:{settings.portal.port}/stations"
        services.append(_sohoa("portal", ("portal",), environment, _answers(live_page)))
    return tuple(services)


def is_local(url: str) -> bool:
    """Say whether an address is on this machine."""
    return urlsplit(url).hostname in _LOCAL


def _sohoa(
    name: str,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    is_ready: Callable[[], bool] = lambda: True,
    start_s: float = 120.0,
    *,
    stop_s: float = 30.0,
) -> Service:
    command = (sys.executable, "-m", "cli.main", "-v", *arguments)
    return Service(name, command, environment, is_ready, start_s, stop_s)


def _minio(settings: Settings, environment: Mapping[str, str]) -> Service:
    s3 = settings.store.s3
    data = settings.home / "minio"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = (find_minio(settings), "server", "--quiet", "--address", s3.endpoint, str(data))
    root = _minio_root(settings)
    own = {
        "MINIO_ROOT_USER": root.access_key,
        "MINIO_ROOT_PASSWORD": root.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "HOME": str(settings.home),
        "PATH": environment.get("PATH", ""),
    }
    return Service("minio", command, own, lambda: _store_answers(settings))


def _minio_root(settings: Settings) -> KeyPair:
    """Return the root key: one of its own, or in settings of before the same as Sohoa's."""
    up, s3 = settings.up, settings.store.s3
    user = up.minio_root_user.get_secret_value() or s3.access_key.get_secret_value()
    return KeyPair(user, up.minio_root_password.get_secret_value() or s3.secret_key.get_secret_value())


def _store_answers(settings: Settings) -> bool:
    """Make buckets and keys, and say whether the store takes a signed request: MinIO is ready before it knows its keys."""
    try:
        if settings.up.minio_root_user.get_secret_value():
            provision_store(settings)
        with House(settings) as house:
            house.archive.check()
    except SohoaError:
        return False
    return True


def provision_store(settings: Settings) -> None:
    """Make the buckets, and the keys of Sohoa and of destruction with the rights they need, on a MinIO with its root key.

    Raises ConfigurationError without a root key, StorageUnavailableError or StorageDeniedError.
    """
    if settings.store.kind != "s3" or not settings.up.minio_root_user.get_secret_value():
        raise ConfigurationError(detail="store.kind = s3, up.minio_root_user and up.minio_root_password are needed")
    s3, destruction, root = settings.store.s3, settings.destruction, _minio_root(settings)
    doomed = KeyPair(destruction.access_key.get_secret_value(), destruction.secret_key.get_secret_value())
    provision_minio(
        S3Connection(s3.endpoint, root.access_key, root.secret_key, secure=s3.secure, region=s3.region, ca_file=s3.ca_file),
        (s3.originals_bucket, s3.archive_bucket),
        KeyPair(s3.access_key.get_secret_value(), s3.secret_key.get_secret_value()),
        doomed if doomed.access_key else None,
    )


def _answers(url: str, password: str = "") -> Callable[[], bool]:
    """Return what says whether an address answers, asked with ``password`` (``user:password``) if there is one."""
    parts = urlsplit(url)
    headers = {"Authorization": f"Basic {base64.b64encode(password.encode()).decode()}"} if password else {}

    def ask() -> bool:
        connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=2)
        try:
            connection.request("GET", parts.path, headers=headers)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return ask
