"""What the tests of reading share."""

from __future__ import annotations

import pytest

from ocr.two_readers import TwoReaders, open_engine


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tesseract's own threads only fight over the cores."""
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")


@pytest.fixture(scope="session")
def engine() -> TwoReaders:
    """The real reader."""
    return open_engine()
