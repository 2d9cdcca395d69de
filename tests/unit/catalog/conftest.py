"""A fresh catalog in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import Catalog, CatalogAddress, open_catalog


@pytest.fixture
def address(tmp_path: Path) -> CatalogAddress:
    return CatalogAddress(f"sqlite:///{tmp_path / 'catalog.db'}")


@pytest.fixture
def catalog(address: CatalogAddress) -> Iterator[Catalog]:
    with open_catalog(address) as opened:
        yield opened
