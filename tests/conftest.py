"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.minio_server import S3TestServer, running_minio


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3TestServer]:
    """A real S3 server that enforces object lock."""
    with running_minio() as server:
        yield server
