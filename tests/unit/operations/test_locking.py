"""Who may work at the same time, on one machine and on several that share a PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from pydantic import SecretStr

from dossiers.errors import StorageUnavailableError
from operations.locking import handling_scan, recording_scan, working, working_alone
from runtime.settings import CatalogSettings, Settings
from runtime.wiring import House
from tests.support.postgresql_server import PostgresqlServer

SHA = "ab" * 32

Lock = Callable[[House, str], AbstractContextManager[None]]


@pytest.fixture(params=["one machine", "two machines"])
def houses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two processes' houses: in one home, or in two homes with one catalog."""
    if request.param == "one machine":
        settings = Settings(home=tmp_path / "home")
        with House(settings) as one, House(settings) as other:
            yield one, other
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.fresh_catalog() as address:
        catalog = CatalogSettings(url=address.url, password=SecretStr(address.password))
        homes = [Settings(home=tmp_path / name, catalog=catalog) for name in ("first", "second")]
        with House(homes[0]) as one, House(homes[1]) as other:
            yield one, other


def test_many_work_beside_each_other_but_none_beside_a_rebuild(houses: tuple[House, House]) -> None:
    one, other = houses
    with working(one), working(other):
        for house in houses:
            with pytest.raises(StorageUnavailableError, match="another sohoa command"), working_alone(house):
                pass
    with working_alone(one), pytest.raises(StorageUnavailableError, match="another sohoa command"), working_alone(other):
        pass
    with working_alone(other):
        pass


@pytest.mark.parametrize("lock", [handling_scan, recording_scan])
def test_the_same_scan_is_handled_by_one_after_the_other(houses: tuple[House, House], lock: Lock) -> None:
    told: list[str] = []
    entered = Event()

    def handle(house: House, name: str) -> None:
        with lock(house, SHA):
            told.append(f"{name} begins")
            entered.set()
            sleep(0.2)
            told.append(f"{name} ends")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(handle, houses[0], "first")
        assert entered.wait(30)
        second = threads.submit(handle, houses[1], "second")
        first.result()
        second.result()
    assert told == ["first begins", "first ends", "second begins", "second ends"]


def test_a_scan_in_hand_keeps_nobody_from_writing_its_record(houses: tuple[House, House]) -> None:
    """To stop a scan takes no longer than that, however long its pages take to read."""
    one, other = houses
    with handling_scan(one, SHA), recording_scan(other, SHA):
        pass
    with handling_scan(one, SHA), recording_scan(one, SHA):
        pass
