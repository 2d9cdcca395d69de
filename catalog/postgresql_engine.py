"""A database on a PostgreSQL server, for any number of machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, Pool, QueuePool

from catalog.address import CatalogAddress
from dossiers.errors import ConfigurationError

POOL_SIZE, POOL_OVERFLOW = 4, 12
_POOL_TIMEOUT_S = 30.0
_KEPT_FOR_LOCKS = 3  # that somebody works, which scan is in hand, whose record is being written
_ALTER_KEY = 0x534F484F41000001  # "SOHOA", and 1: advisory locks are known by a number, the same on every machine
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
# A server whose plug was pulled answers nothing: give up within a minute instead of waiting for ever.
_CONNECT_ARGS: dict[str, Any] = {
    "application_name": "sohoa",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def open_engine(
    address: CatalogAddress,
    lock_timeout_s: float,
    *,
    is_pooled: bool = True,
    schema: str = "",
    sizes: tuple[int, int] = (POOL_SIZE, POOL_OVERFLOW),
) -> Engine:
    """Return an engine; nothing is connected yet. A connection that broke while it lay in the pool is replaced unseen.

    ``lock_timeout_s`` is how long a statement waits for another transaction's lock, 0 for ever. Without ``sslmode`` in its
    URL, a server on another machine must prove who it is. ``schema`` is looked into instead of the user's own. ``sizes`` is
    how many connections are kept and how many more there may be for a while, -1 for any number.
    """
    pool: type[Pool] = QueuePool if is_pooled else NullPool
    sized = {"pool_size": sizes[0], "max_overflow": sizes[1], "pool_timeout": _POOL_TIMEOUT_S} if is_pooled else {}
    engine = create_engine(
        address.parsed,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        poolclass=pool,
        pool_pre_ping=is_pooled,
        connect_args={
            **_CONNECT_ARGS,
            **_choose_encryption(address),
            **({"options": f"-csearch_path={schema}"} if schema else {}),
        },
        **sized,
    )
    event.listen(engine, "connect", partial(_set_up_connection, lock_timeout_ms=round(lock_timeout_s * 1000)))
    return engine


def open_lock_engine(address: CatalogAddress) -> Engine:
    """Return an engine for locks that outlive a statement: no transaction is open meanwhile, and each waits as long as it must.

    Few are held at a time, so few connections are kept.
    """
    engine = open_engine(address, 0, sizes=(_KEPT_FOR_LOCKS, -1))
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def for_reading(engine: Engine) -> Engine:
    """Return the engine with transactions that see one state and change nothing."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def altering(writing_engine: Engine) -> Iterator[Connection]:
    """Give a connection that may change the tables, in one transaction; the others that want to, on any machine, wait."""
    with writing_engine.begin() as connection:
        connection.execute(select(func.set_config("lock_timeout", "0", True)))
        connection.execute(select(func.pg_advisory_xact_lock(_ALTER_KEY)))
        _check_encoding(connection)
        yield connection


def _check_encoding(connection: Connection) -> None:
    encoding = connection.execute(select(func.current_setting("server_encoding"))).scalar_one()
    if encoding != "UTF8":
        raise ConfigurationError(detail=f"the catalog's database is encoded in {encoding}; make one with ENCODING 'UTF8'")


def _choose_encryption(address: CatalogAddress) -> dict[str, str]:
    host = address.parsed.host or address.parsed.query.get("host", "")
    is_local = not host or host in _LOCAL_HOSTS or str(host).startswith("/")
    return {} if is_local or "sslmode" in address.parsed.query else {"sslmode": "verify-full"}


def _set_up_connection(connection: Any, entry: ConnectionPoolEntry, *, lock_timeout_ms: int) -> None:
    cursor = connection.cursor()
    settings = {"lock_timeout": str(lock_timeout_ms), "idle_in_transaction_session_timeout": "10min", "timezone": "UTC"}
    for name, value in settings.items():
        cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    cursor.close()
    connection.commit()
