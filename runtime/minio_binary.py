"""Find the MinIO server that ``sohoa up`` runs. It is a program of its own (AGPL), never a part of Sohoa."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from dossiers.errors import ConfigurationError
from runtime.settings import Settings

_RESOLVER = Path(__file__).resolve().parents[1] / "scripts" / "minio-server"


def find_minio(settings: Settings) -> str:
    """Return the path of the server: the one set, that on PATH, or the one that scripts/minio-server has or builds once.

    Raises ConfigurationError when there is none.
    """
    if settings.up.minio_binary:
        return settings.up.minio_binary
    found = shutil.which("minio")
    if found:
        return found
    return asyncio.run(_ask_resolver())


async def _ask_resolver() -> str:
    asked = await asyncio.create_subprocess_exec(sys.executable, str(_RESOLVER), stdout=asyncio.subprocess.PIPE)
    path, _ = await asked.communicate()
    if asked.returncode:
        raise ConfigurationError(detail="no MinIO server: put `minio` on PATH or set up.minio_binary")
    return path.decode().strip()
