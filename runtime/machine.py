"""What ``sohoa up`` chose for this machine: addresses and generated secrets, in ``SOHOA_HOME/machine.toml`` of mode 600.

The file is the lowest layer of the settings: ``sohoa.toml`` and ``SOHOA_*`` variables stand over it.
"""

from __future__ import annotations

import secrets
import socket
import tomllib
from pathlib import Path

from dossiers.errors import ConfigurationError
from runtime.settings import Settings, machine_file
from storage.files import make_folder, os_errors_mapped, replace_atomically

_HOST = "127.0.0.1"
_PREFECT_PORT = 4200
_MINIO_PORT = 9000
_METRICS_PORT = 9464
_PORTAL_PORT = 8600


def prepare_machine(settings: Settings) -> Path:
    """Write the machine's file when there is none, and return its path. What the settings name already is not chosen.

    A file of before, in which Sohoa works with MinIO's root key, gets keys of lesser rights.

    MinIO is chosen unless a store is set, or the home already holds an archive in its directory store, which is kept.
    Raises StorageFullError and its kin when it cannot be written.
    """
    path = machine_file(settings.home)
    if path.exists():
        _part_from_root(path)
        return path
    lines = ["# Made by `sohoa up`. It holds secrets: keep its mode at 600, and keep a copy in a safe place.", ""]
    if "kind" not in settings.store.model_fields_set and not (settings.home / "objects").exists():
        lines += _describe_minio()
    if not settings.prefect.api_url:
        lines += _describe_prefect()
    if "port" not in settings.metrics.model_fields_set:
        lines += ["[metrics]", f"port = {_find_port(_METRICS_PORT)}", ""]
    if "port" not in settings.portal.model_fields_set:
        lines += ["[portal]", f"port = {_find_port(_PORTAL_PORT)}", ""]
    with os_errors_mapped(str(path)):
        make_folder(settings.home)
        replace_atomically(path, "\n".join(lines).encode(), 0o600)
    return path


def _describe_minio() -> list[str]:
    return [
        "[store]",
        'kind = "s3"',
        "",
        "[store.s3]",
        f'endpoint = "{_HOST}:{_find_port(_MINIO_PORT)}"',
        f'access_key = "{secrets.token_hex(10)}"',
        f'secret_key = "{secrets.token_hex(20)}"',
        "secure = false",
        "",
        "[up]",
        "minio = true",
        *_describe_root(secrets.token_hex(10), secrets.token_hex(20)),
        "",
        *_describe_destruction(),
        "",
    ]


def _describe_root(user: str, password: str) -> list[str]:
    return [f'minio_root_user = "{user}"', f'minio_root_password = "{password}"']


def _describe_destruction() -> list[str]:
    return ["[destruction]", f'access_key = "{secrets.token_hex(10)}"', f'secret_key = "{secrets.token_hex(20)}"']


def _part_from_root(path: Path) -> None:
    """Let the key that was both MinIO's root and Sohoa's be the root alone, and give Sohoa a new one without its rights."""
    text = path.read_text()
    chosen = tomllib.loads(text)
    up, s3 = chosen.get("up", {}), chosen.get("store", {}).get("s3", {})
    if not up.get("minio") or "minio_root_user" in up or not {"access_key", "secret_key"} <= s3.keys():
        return
    root = _describe_root(s3["access_key"], s3["secret_key"])
    for name, length in (("access_key", 10), ("secret_key", 20)):
        text = text.replace(f'{name} = "{s3[name]}"', f'{name} = "{secrets.token_hex(length)}"', 1)
    text = text.replace("minio = true\n", "\n".join(["minio = true", *root]) + "\n", 1)
    text = "\n".join([text.rstrip("\n"), "", *_describe_destruction(), ""])
    with os_errors_mapped(str(path)):
        replace_atomically(path, text.encode(), 0o600)


def _describe_prefect() -> list[str]:
    return [
        "[prefect]",
        f'api_url = "http://{_HOST}:{_find_port(_PREFECT_PORT)}/api"',
        f'api_auth = "sohoa:{secrets.token_urlsafe(24)}"',
        "",
    ]


def _find_port(wanted: int) -> int:
    """Return the wanted loopback port, or a free one when another program listens there."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigurationError(detail="no free port on this machine")
