"""What is PostgreSQL's own: connections, errors of the server, and locks that all machines keep to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text

from catalog import CatalogAddress, MachineLocks, open_catalog, rebuild_catalog
from catalog.database import Database, open_database
from catalog.failures import translate
from catalog.postgresql_engine import open_engine
from dossiers.errors import (
    ConfigurationError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)
from dossiers.model import Outcome
from tests.support.minio_server import free_port
from tests.support.postgresql_server import PostgresqlServer
from tests.unit.catalog.examples import CLERK, make_entry


@pytest.fixture
def name(postgresql_address: CatalogAddress) -> str:
    """The name of a fresh catalog's database."""
    return str(postgresql_address.parsed.database)


def test_a_catalog_survives_a_restart_of_its_server(
    postgresql_server: PostgresqlServer, postgresql_address: CatalogAddress
) -> None:
    with open_catalog(postgresql_address) as catalog:
        catalog.documents.upsert(make_entry("doc"))
        postgresql_server.stop()
        try:
            for use in (catalog.documents.count, lambda: open_catalog(postgresql_address)):
                with pytest.raises(StorageUnavailableError, match="catalog: ") as caught:
                    use()
                assert caught.value.retryable
        finally:
            postgresql_server.start()
        assert catalog.documents.count() == 1


def test_a_connection_that_breaks_in_the_middle_leaves_nothing_half_written(
    postgresql_server: PostgresqlServer, postgresql_address: CatalogAddress, name: str
) -> None:
    def write(database: Database) -> None:
        with database.write() as connection:
            connection.execute(text("UPDATE sohoa_revision SET version_num = 'half'"))
            with postgresql_server.connect() as other:
                other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            connection.execute(text("SELECT 1"))

    database = open_database(postgresql_address)
    with pytest.raises(StorageUnavailableError):
        write(database)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM sohoa_revision")).scalar_one() != "half"
    database.close()


def test_nobody_listening_is_told_quickly(postgresql_server: PostgresqlServer) -> None:
    with pytest.raises(StorageUnavailableError, match="Connection refused"):
        open_catalog(postgresql_server.locate("any", port=free_port()))


def test_a_wrong_password_is_refused_and_never_told(postgresql_address: CatalogAddress) -> None:
    wrong = CatalogAddress(postgresql_address.url, "a-rather-private-word")
    with pytest.raises(StorageDeniedError, match="password authentication failed") as caught:
        open_catalog(wrong)
    told = f"{caught.value.message_en} {caught.value.__cause__} {wrong} {wrong!r} {wrong.described}"
    assert "a-rather-private-word" not in told
    with pytest.raises(StorageDeniedError):
        open_catalog(CatalogAddress(postgresql_address.url))


def test_a_database_that_is_not_there_is_a_fault_of_the_configuration(postgresql_server: PostgresqlServer) -> None:
    with pytest.raises(ConfigurationError, match='database "absent" does not exist'):
        open_catalog(postgresql_server.locate("absent"))


def test_a_database_of_another_encoding_is_refused(postgresql_server: PostgresqlServer) -> None:
    with postgresql_server.fresh_database("LATIN1") as address, pytest.raises(ConfigurationError, match="ENCODING 'UTF8'"):
        open_catalog(address)


def test_another_programs_database_is_left_alone(
    postgresql_server: PostgresqlServer, empty_postgresql_address: CatalogAddress
) -> None:
    name = str(empty_postgresql_address.parsed.database)
    with postgresql_server.connect(name) as other:
        other.execute("CREATE TABLE alembic_version (version_num text)")
        other.execute("CREATE TABLE documents (theirs text)")
    with pytest.raises(ConfigurationError, match="another program's tables"):
        open_catalog(empty_postgresql_address)
    with pytest.raises(ConfigurationError, match="another program's tables"):
        rebuild_catalog(empty_postgresql_address, [make_entry()], [], actor=CLERK)
    with postgresql_server.connect(name) as other:
        assert other.execute("SELECT theirs FROM documents").fetchall() == []


def test_a_rebuild_leaves_no_schema_behind(
    postgresql_server: PostgresqlServer, postgresql_address: CatalogAddress, name: str
) -> None:
    rebuild_catalog(postgresql_address, [make_entry("doc")], [], actor=CLERK)
    with pytest.raises(ValueError, match="rejected"):
        rebuild_catalog(postgresql_address, [make_entry("wrong", state=Outcome.REJECTED)], [], actor=CLERK)
    with postgresql_server.connect(name) as other:
        schemas = other.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sohoa%'").fetchall()
    assert schemas == []


def test_a_lock_of_another_is_waited_for_but_not_for_ever(
    postgresql_server: PostgresqlServer, postgresql_address: CatalogAddress, name: str
) -> None:
    with open_catalog(postgresql_address, busy_timeout_s=0.05) as catalog:
        catalog.documents.upsert(make_entry("doc", "chữ"))
        with postgresql_server.connect(name) as other, other.transaction():
            other.execute("SELECT * FROM documents FOR UPDATE")
            with pytest.raises(StorageUnavailableError, match="lock timeout"):
                catalog.documents.upsert(make_entry("doc"))
            assert catalog.search("chữ").total == 1
        catalog.documents.upsert(make_entry("doc"))


def test_reading_changes_nothing(postgresql_address: CatalogAddress) -> None:
    database = open_database(postgresql_address)

    def write() -> None:
        with database.read() as connection:
            connection.execute(text("DELETE FROM sohoa_revision"))

    with pytest.raises(StorageUnavailableError, match="read-only"):
        write()
    database.close()


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (psycopg.errors.DiskFull(), StorageFullError),
        (psycopg.errors.TooManyConnections(), StorageUnavailableError),
        (psycopg.errors.AdminShutdown(), StorageUnavailableError),
        (psycopg.errors.DeadlockDetected(), StorageUnavailableError),
        (psycopg.errors.IoError(), StorageUnavailableError),
        (psycopg.errors.InsufficientPrivilege(), StorageDeniedError),
        (psycopg.errors.DataCorrupted(), ConfigurationError),
        (psycopg.errors.UndefinedColumn(), ConfigurationError),
        (psycopg.OperationalError("connection failed: FATAL: no pg_hba.conf entry for host"), StorageDeniedError),
        (psycopg.OperationalError('root certificate file "/root.crt" does not exist'), ConfigurationError),
        (psycopg.OperationalError("server closed the connection unexpectedly"), StorageUnavailableError),
        (psycopg.errors.UniqueViolation("Key (name)=(079085123456)"), SohoaError),
        (psycopg.DataError("079085123456"), SohoaError),
    ],
)
def test_an_error_of_the_server_becomes_one_of_ours_without_values(error: psycopg.Error, ours: type[SohoaError]) -> None:
    translated = translate(error)
    assert type(translated) is ours
    assert "079085123456" not in translated.message_en


@pytest.mark.parametrize(
    ("url", "demanded"),
    [
        ("postgresql://u@db.tinh.example/c", "verify-full"),
        ("postgresql://u@10.0.0.5/c", "verify-full"),
        ("postgresql://u@db.tinh.example/c?sslmode=require", "require"),
        ("postgresql://u@127.0.0.1/c", None),
        ("postgresql:///c?host=/var/run/postgresql", None),
    ],
)
def test_a_server_on_another_machine_must_prove_who_it_is(url: str, demanded: str | None) -> None:
    engine = open_engine(CatalogAddress(url), 1)
    asked: dict[str, object] = {}

    def look(dialect: object, record: object, arguments: object, parameters: dict[str, object]) -> None:
        asked.update(parameters)
        raise StorageUnavailableError(detail="not connected")

    event.listen(engine, "do_connect", look)
    with pytest.raises(StorageUnavailableError), engine.connect():
        pass
    assert asked.get("sslmode") == demanded


@pytest.fixture
def locks(postgresql_address: CatalogAddress) -> Iterator[MachineLocks]:
    with closing(MachineLocks(postgresql_address)) as opened:
        yield opened


@pytest.fixture
def other_locks(postgresql_address: CatalogAddress) -> Iterator[MachineLocks]:
    """Those of another machine."""
    with closing(MachineLocks(postgresql_address)) as opened:
        yield opened


def test_one_machine_at_a_time_holds_a_lock(locks: MachineLocks, other_locks: MachineLocks) -> None:
    with locks.hold("a") as mine:
        with other_locks.hold("a", waits=False) as theirs, other_locks.hold("b", waits=False) as other:
            assert (mine, theirs, other) == (True, False, True)
        with locks.hold("a", is_shared=True, waits=False) as shared:
            assert not shared
    with other_locks.hold("a", waits=False) as again:
        assert again


def test_those_who_share_a_lock_shut_out_who_wants_it_alone(locks: MachineLocks, other_locks: MachineLocks) -> None:
    with (
        locks.hold("a", is_shared=True),
        locks.hold("a", is_shared=True, waits=False) as second,
        other_locks.hold("a", waits=False) as alone,
    ):
        assert (second, alone) == (True, False)
    with other_locks.hold("a", waits=False) as alone:
        assert alone


def test_a_lock_goes_with_its_connection(
    postgresql_server: PostgresqlServer, locks: MachineLocks, other_locks: MachineLocks, name: str
) -> None:
    with locks.hold("a"):
        with postgresql_server.connect() as other:
            other.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))
        with other_locks.hold("a", waits=False) as theirs:
            assert theirs
    with locks.hold("a", waits=False) as again:
        assert again


def test_one_connection_serves_lock_after_lock_and_keeps_none(
    postgresql_server: PostgresqlServer, locks: MachineLocks, name: str
) -> None:
    for number in range(5):
        with suppress(ZeroDivisionError), locks.hold(f"scan {number}"):
            raise ZeroDivisionError
    with postgresql_server.connect() as other:
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'sohoa'"
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert other.execute(counted, (name,)).fetchone() == (1,)
        assert other.execute(held).fetchone() == (0,)


def test_who_writes_the_record_of_a_scan_in_hand_need_not_connect_for_each(
    postgresql_server: PostgresqlServer, locks: MachineLocks, name: str
) -> None:
    for number in range(3):
        with locks.hold("working", is_shared=True), locks.hold(f"scan {number}"), locks.hold(f"record {number}"):
            pass
    with postgresql_server.connect() as other:
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'sohoa'"
        assert other.execute(counted, (name,)).fetchone() == (3,)


def test_a_sqlite_catalog_needs_no_lock_and_is_not_made_for_one(sqlite_address: CatalogAddress, tmp_path: Path) -> None:
    locks = MachineLocks(sqlite_address)
    with locks.hold("a"), locks.hold("a", waits=False) as second:
        assert second
    assert list(tmp_path.iterdir()) == []


def test_the_description_names_the_database_only() -> None:
    address = CatalogAddress("postgresql://somebody@db.tinh.example:5433/hoso?sslmode=require&sslcert=/x", "secret-word")
    assert address.described == "PostgreSQL, hoso on db.tinh.example:5433"
