"""Two machines with homes of their own, one store and one catalog on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgresql_server import PostgresqlServer
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SohoaCommand


@pytest.fixture
def machines(
    sohoa_on_s3: SohoaCommand, postgresql_server: PostgresqlServer, tmp_path: Path
) -> Iterator[tuple[SohoaCommand, SohoaCommand]]:
    password_file = tmp_path / "catalog.pass"
    password_file.write_text(postgresql_server.password + "\n", encoding="utf-8")
    with postgresql_server.fresh_database() as address:
        on_postgresql = sohoa_on_s3.with_settings(
            {"SOHOA_CATALOG__URL": address.url, "SOHOA_CATALOG__PASSWORD_FILE": str(password_file)}
        )
        yield on_postgresql, SohoaCommand(tmp_path / "second home", on_postgresql.settings)


def test_a_file_that_two_machines_take_at_once_is_archived_once(
    machines: tuple[SohoaCommand, SohoaCommand], postgresql_server: PostgresqlServer
) -> None:
    first, second = machines
    sample = find_sample(CLEAR_TYPE)
    running = [machine.start("ingest", sample.path) for machine in machines]
    assert {process.wait(400) for process in running} == {0}
    for machine in machines:
        found = machine("search", f'"{sample.dossier_number}"', "--json").one()
        assert found["total"] == 1
    counts = second("status", "--json").one()["counts"]
    assert {state: count for state, count in counts.items() if count} == {"archived": 1}
    rebuilt = second("reindex", "--json")
    assert rebuilt.exit_code == 0, rebuilt.err
    assert first("status", "--json").one()["counts"] == counts
    assert first("search", f'"{sample.dossier_number}"', "--json").one()["total"] == 1
    checked = second("config", "check")
    assert "1 documents" in checked.out
    assert postgresql_server.password not in checked.out + checked.err
