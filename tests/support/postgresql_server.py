"""A real PostgreSQL server for the tests: a throwaway cluster of our own on loopback, made by Debian's programs."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from catalog import CatalogAddress
from catalog.database import open_database
from catalog.schema import metadata, postgresql_metadata
from tests.support.minio_server import free_port

USER = "sohoa"
_TEMPLATE = "sohoa_template"
_TIMEOUT_S = 120
# Where temporary files went before any test said otherwise: the server's user must be able to walk there.
_TEMPORARY = Path(tempfile.gettempdir())
# Nothing in the cluster outlives the tests, so nothing waits for the disk; it survives the server's end, not the machine's.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "listen_addresses": "127.0.0.1",
    "lc_messages": "C",
}
_TABLES = [table.name for table in (*metadata.sorted_tables, *postgresql_metadata.sorted_tables)]
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_LOOK = """
    SELECT array_agg(concat_ws(' ', nspname, relname, attname, atttypid) ORDER BY nspname, relname, attnum),
        (SELECT version_num FROM sohoa_revision)
    FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid JOIN pg_namespace ON relnamespace = pg_namespace.oid
    WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'
"""
_WHAT_TO_DO = "install PostgreSQL 15 or later (scripts/bootstrap dev does on Debian)"


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server on 127.0.0.1, whose one user owns everything and must give the password.

    ``spare`` are empty catalogs that tests gave back as they had got them, by name, each with what it looks like.
    """

    folder: Path
    port: int
    password: str = field(repr=False)
    spare: dict[str, object] = field(default_factory=dict, repr=False)

    def locate(self, database: str, port: int | None = None) -> CatalogAddress:
        """Return the address of one of its databases, seen through another port when one is given."""
        return CatalogAddress(f"postgresql://{USER}@127.0.0.1:{port or self.port}/{database}", self.password)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection of the test's own, which commits every statement."""
        address = f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"
        return psycopg.connect(address, password=self.password, autocommit=True)

    def create_database(self, template: str = "template0", encoding: str = "UTF8") -> str:
        """Make a database of a random name and return it."""
        name = f"test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE 'C.UTF-8' STRATEGY wal_log")
        if encoding != "UTF8":
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE 'C'")
        with self.connect() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template), sql.Literal(encoding)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is in it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def fresh_catalog(self) -> Iterator[CatalogAddress]:
        """Lend a database with an empty catalog of today's form, made anew or emptied: that is quicker."""
        if self.spare:
            name, look = self.spare.popitem()
        else:
            name = self.create_database(_TEMPLATE)
            with self.connect(name) as connection:
                look = _look_at(connection)
        yield self.locate(name)
        with self.connect(name) as connection:
            connection.execute(_END_OTHERS)
            if _look_at(connection) == look:
                connection.execute(f"TRUNCATE {', '.join(_TABLES)} RESTART IDENTITY")
                self.spare[name] = look
        if name not in self.spare:
            self.drop_database(name)

    @contextmanager
    def fresh_database(self, encoding: str = "UTF8") -> Iterator[CatalogAddress]:
        """Lend a database with nothing in it."""
        name = self.create_database(encoding=encoding)
        yield self.locate(name)
        self.drop_database(name)

    def stop(self) -> None:
        """Stop the server as when the machine goes down."""
        _run(["pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", "immediate", "-w"])

    def start(self) -> None:
        """Start the server again on the same port."""
        options = f"-p {self.port} -k {self.folder}"
        log = str(self.folder / "postgresql.log")
        _run(["pg_ctl", "start", "-D", str(self.folder / "data"), "-w", "-s", "-t", "60", "-l", log, "-o", options])


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """Start a server in a temporary folder; stop it, and only it, afterwards.

    PostgreSQL refuses to run as root; then it runs as the user ``postgres``, who comes with the package. Raises
    ``RuntimeError``, which says what to do, when there is no PostgreSQL or it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="sohoa-postgresql-", dir=_TEMPORARY))
    server = PostgresqlServer(folder, free_port(), secrets.token_hex(20))
    try:
        _initialize(server)
        server.start()
        try:
            _make_template(server)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _look_at(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    try:
        return connection.execute(_LOOK).fetchone()
    except psycopg.errors.UndefinedTable:
        return None


def _initialize(server: PostgresqlServer) -> None:
    password_file = server.folder / "password"
    password_file.write_text(server.password)
    password_file.chmod(0o600)
    if os.getuid() == 0:
        owner = _find_owner()
        for path in (server.folder, password_file):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    arguments = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password_file}", "--locale=C.UTF-8", "--no-sync"]
    _run(["initdb", "-D", str(server.folder / "data"), "--encoding=UTF8", "--no-instructions", *arguments])
    with (server.folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.writelines(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())


def _make_template(server: PostgresqlServer) -> None:
    with server.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(_TEMPLATE)))
    open_database(server.locate(_TEMPLATE)).close()


def _run(command: list[str]) -> None:
    program = str(_find_programs() / command[0])
    wrapper: list[str] = []
    if os.getuid() == 0:
        owner = _find_owner()
        wrapper = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*wrapper, program, *command[1:]], env=environment, cwd="/", capture_output=True, timeout=_TIMEOUT_S, check=False
    )
    if done.returncode:
        told = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
        raise RuntimeError(f"PostgreSQL ({' '.join(command[:2])}) failed below {_TEMPORARY}: {told}")


def _find_programs() -> Path:
    """Return the folder of the newest server's programs, which Debian keeps off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise RuntimeError(f"There is no PostgreSQL server: {_WHAT_TO_DO}.")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _find_owner() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise RuntimeError(f"PostgreSQL does not run as root, and there is no user postgres: {_WHAT_TO_DO}.") from error
