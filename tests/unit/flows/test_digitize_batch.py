"""What a batch says of its dossiers, without a Prefect API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from dossiers.model import Actor
from flows import digitize_batch
from runtime.settings import Settings
from runtime.wiring import House, use_house

ACTOR = Actor("test", "Test")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened, use_house(opened):
        yield opened


def test_a_dossier_that_failed_is_told_though_another_of_its_name_did_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files without a number are called by their names, and every scanner begins with scan0001.pdf."""

    def digitize(label: str, scans: list[str], *_: object, return_state: bool) -> State[Any]:
        return Failed(message="x") if scans == ["a"] else Completed(message="x")

    monkeypatch.setattr(digitize_batch, "digitize_dossier", digitize)
    dossiers = [("scan0001.pdf", ["a"]), ("scan0001.pdf", ["b"])]
    state = digitize_batch.run_batch.fn("batch", "normal", dossiers, asdict(ACTOR))
    assert state.is_failed()
    assert "1 of 2" in (state.message or "")
