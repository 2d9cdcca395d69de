"""Houses on both kinds of store."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pdf.demonstration import create_demonstration_identity
from runtime.wiring import House
from storage.minio_admin import KeyPair, provision_minio
from tests.integration.storage.conftest import connect
from tests.support.kept_documents import make_settings
from tests.support.minio_server import S3TestServer

OpenHouse = Callable[..., House]


@pytest.fixture(scope="session")
def demonstration_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One demonstration identity for all houses: to make it takes longer than most of these tests."""
    folder = tmp_path_factory.mktemp("identity") / "keys"
    create_demonstration_identity(folder)
    return folder


@pytest.fixture(autouse=True)
def known_identity(demonstration_keys: Path, tmp_path: Path) -> None:
    shutil.copytree(demonstration_keys, tmp_path / "home" / "keys")


@pytest.fixture(params=["directory", "s3"])
def open_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenHouse]:
    """Open the same house again and again, on a folder or on MinIO, where it works with keys of lesser rights."""
    sections = {} if request.param == "directory" else s3_sections(request.getfixturevalue("s3_server"))
    with ExitStack() as stack:

        def open_it(**more: object) -> House:
            return stack.enter_context(House(make_settings(tmp_path / "home", **{**sections, **more})))

        yield open_it


def s3_sections(server: S3TestServer) -> dict[str, object]:
    """Return settings of two fresh buckets, with a key for Sohoa and one for destruction."""
    own, doomed = (KeyPair(secrets.token_hex(8), secrets.token_hex(16)) for _ in range(2))
    buckets = tuple(f"{name}-{secrets.token_hex(6)}" for name in ("originals", "archive"))
    provision_minio(connect(server), buckets, own, doomed)
    return {
        "store": {
            "kind": "s3",
            "s3": {
                "endpoint": server.endpoint,
                "access_key": own.access_key,
                "secret_key": own.secret_key,
                "secure": False,
                "originals_bucket": buckets[0],
                "archive_bucket": buckets[1],
            },
        },
        "destruction": {"access_key": doomed.access_key, "secret_key": doomed.secret_key},
    }


@pytest.fixture
def mirrored(open_house: OpenHouse, tmp_path: Path) -> House:
    return open_house(mirror={"kind": "directory", "path": tmp_path / "mirror"})
