"""How far an audit is: what the manifest expects, what was read again, what was found. A SQLite file, so that memory does not
grow with the archive and an audit that is killed goes on where it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dossiers.errors import StorageFullError, StorageUnavailableError
from dossiers.manifest import Digested

_TABLES = """
create table if not exists facts (name text primary key, value text not null);
create table if not exists expected (
    bucket text, key text, version text, sha256 text not null, size integer not null, seen integer not null default 0,
    primary key (bucket, key, version)
) without rowid;
create table if not exists segments (key text primary key, sha256 text not null) without rowid;
create table if not exists gone (bucket text, key text, version text, primary key (bucket, key, version)) without rowid;
create table if not exists unlisted (
    bucket text, key text, version text, sha256 text not null, size integer not null, primary key (bucket, key, version)
) without rowid;
create table if not exists findings (
    bucket text, key text, version text, kind text not null, sha256 text, detail text not null,
    primary key (bucket, key, version, kind)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """Something that is not as it was. ``sha256`` is the digest of the right bytes, where it is known."""

    kind: str
    bucket: str
    key: str
    version_id: str
    sha256: str | None
    detail: str


class AuditLedger:
    """One audit. Every method raises StorageFullError or StorageUnavailableError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _errors_mapped():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)  # readers ask it too
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")  # what a power cut takes is read again
            self._connection.executescript(_TABLES)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all of the block or nothing of it."""
        with _errors_mapped():
            self._connection.execute("begin")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def get(self, name: str, default: str = "") -> str:
        """Return a fact about the audit itself."""
        row = self._ask("select value from facts where name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set(self, name: str, value: object) -> None:
        """Write a fact about the audit itself."""
        self._ask("insert or replace into facts values (?, ?)", (name, str(value)))

    def add_to(self, name: str, number: int) -> None:
        """Count a fact up."""
        self.set(name, int(self.get(name, "0")) + number)

    def expect(self, versions: Iterable[Digested]) -> None:
        """Expect versions that the manifest tells of."""
        rows = [(one.bucket, one.key, one.version_id, one.sha256, one.size_bytes) for one in versions]
        self._many("insert or ignore into expected (bucket, key, version, sha256, size) values (?, ?, ?, ?, ?)", rows)

    def drop(self, versions: Iterable[tuple[str, str, str]]) -> None:
        """Expect versions (bucket, key, version) no more: they were destroyed, or others were put in their place."""
        self._many("insert or ignore into gone values (?, ?, ?)", list(versions))

    def settle(self) -> None:
        """Take what is gone out of what is expected, once all of the manifest was read."""
        self._ask(
            "delete from expected where exists (select 1 from gone where gone.bucket = expected.bucket"
            " and gone.key = expected.key and gone.version = expected.version)"
        )

    def is_gone(self, bucket: str, key: str, version_id: str) -> bool:
        """Say whether a version was destroyed or replaced."""
        where = "select 1 from gone where bucket = ? and key = ? and version = ?"
        return self._ask(where, (bucket, key, version_id)).fetchone() is not None

    def list_expected(self, bucket: str, key: str) -> dict[str, str]:
        """Return the digests of a key's expected versions."""
        rows = self._ask("select version, sha256 from expected where bucket = ? and key = ?", (bucket, key))
        return dict(rows.fetchall())

    def mark_seen(self, versions: Iterable[tuple[str, str, str]]) -> None:
        """Note that versions (bucket, key, version) were met, whole or damaged."""
        self._many("update expected set seen = 1 where bucket = ? and key = ? and version = ?", list(versions))

    def iter_unseen(self) -> Iterator[Digested]:
        """Yield what is expected and was not met."""
        for row in self._ask("select bucket, key, version, sha256, size from expected where seen = 0").fetchall():
            yield Digested(*row)

    def add_segments(self, segments: Iterable[tuple[str, str]]) -> None:
        """Note that segments of the manifest (key, digest) were read."""
        self._many("insert or ignore into segments values (?, ?)", list(segments))

    def find_segment(self, key: str) -> str | None:
        """Return the digest of a segment, None when it was not read."""
        row = self._ask("select sha256 from segments where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def has_open_questions(self) -> bool:
        """Say whether anything expected was not met, or met and not expected, or not as it was."""
        asked = (
            "select exists (select 1 from expected where seen = 0) or exists (select 1 from unlisted)"
            " or exists (select 1 from findings)"
        )
        return bool(self._ask(asked).fetchone()[0])

    def add_unlisted(self, versions: Iterable[Digested]) -> None:
        """Note versions that are whole and of which the manifest does not tell."""
        rows = [(one.bucket, one.key, one.version_id, one.sha256, one.size_bytes) for one in versions]
        self._many("insert or ignore into unlisted values (?, ?, ?, ?, ?)", rows)

    def iter_unlisted(self, piece: int = 1000) -> Iterator[list[Digested]]:
        """Yield them in pieces, those left out that the manifest tells of by now."""
        asked = (
            "select bucket, key, version, sha256, size from unlisted where (bucket, key, version) > (?, ?, ?)"
            " and not exists (select 1 from expected where expected.bucket = unlisted.bucket"
            " and expected.key = unlisted.key and expected.version = unlisted.version)"
            " order by bucket, key, version limit ?"
        )
        last = ("", "", "")
        while found := [Digested(*row) for row in self._ask(asked, (*last, piece)).fetchall()]:
            yield found
            last = (found[-1].bucket, found[-1].key, found[-1].version_id)

    def add_findings(self, findings: Iterable[LedgerFinding]) -> None:
        """Write down what is wrong, each once."""
        rows = [(one.bucket, one.key, one.version_id, one.kind, one.sha256, one.detail) for one in findings]
        self._many("insert or replace into findings values (?, ?, ?, ?, ?, ?)", rows)

    def list_findings(self) -> list[LedgerFinding]:
        """Return what is wrong, in order of the keys."""
        rows = self._ask("select kind, bucket, key, version, sha256, detail from findings order by bucket, key, version")
        return [LedgerFinding(*row) for row in rows.fetchall()]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def remove(self) -> None:
        """Close the file and remove it: the audit is over."""
        self.close()
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _ask(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        with _errors_mapped():
            return self._connection.execute(statement, values)

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with _errors_mapped():
            self._connection.executemany(statement, rows)


@contextmanager
def _errors_mapped() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise StorageFullError(detail="audit ledger") from error
        raise StorageUnavailableError(detail=f"audit ledger: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StorageUnavailableError(detail=f"audit ledger: {error}") from error
