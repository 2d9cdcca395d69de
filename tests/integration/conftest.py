"""What tests of whole operations share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.pki import TestPki, running_pki


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPki]:
    """A whole PKI on this machine: authorities, time stamps, OCSP and CRL."""
    with running_pki(tmp_path_factory.mktemp("pki")) as pki:
        yield pki


@pytest.fixture
def pki(running: TestPki) -> TestPki:
    """The same without the faults that an earlier test gave it."""
    running.faults.clear()
    return running
