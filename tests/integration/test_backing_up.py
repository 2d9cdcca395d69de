"""A backup: whole or not at all, nothing secret in the open, every byte checked, nothing restored over what lives."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError, IntegrityError
from dossiers.model import Actor
from operations.backing_up import back_up
from operations.restoring import lay_out_backup, rebuild_from_backup, require_empty
from operations.searching import search_archive
from runtime.settings import load_settings
from runtime.wiring import House
from samples.generator.dice import Dice
from storage.backup_file import unpack_backup
from storage.sealing import seal, unseal
from tests.support.postgresql_server import PostgresqlServer

CLERK = Actor("clerk-1", "Trần Thị Bình")
PASSPHRASE = b"hoa sen trang nam 2026"
HIDDEN_WORDS = "nobody-may-read-this-42"
SCAN = "ab" * 32


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a file in every place that a backup looks at."""
    folder = tmp_path / "home"
    for name, text in {
        "sohoa.toml": f'[catalog]\npassword = "{HIDDEN_WORDS}"\n[metrics]\nport = 9999\n',
        "machine.toml": f'[prefect]\napi_auth = "sohoa:{HIDDEN_WORDS}"\n',
        "keys/demonstration.pass": HIDDEN_WORDS,
        "quarantine/2026/a.pdf": "put aside",
        "claims/note.json": "{}",
        "inbox/quay-1/scan.pdf": "a scan",
        "work/tmp/page.png": "can be made again",
        "prefect/prefect.db": "keeps no truth",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    monkeypatch.setenv("SOHOA_HOME", str(folder))
    return folder


def make_backup(to_path: Path, passphrase: bytes | None = None) -> Path:
    with House(load_settings()) as house:
        house.catalog.submissions.receive(SCAN, name="a.pdf", path="/a", size_bytes=1, dossier_number=None, actor=CLERK)
        back_up(house, to_path, CLERK, passphrase=passphrase)
    return to_path


def test_what_is_in_it_and_what_is_not(home: Path, tmp_path: Path) -> None:
    backup = make_backup(tmp_path / "backup.tar", PASSPHRASE)
    with tarfile.open(backup) as tar:
        names = set(tar.getnames())
    assert names == {
        "catalog-history.jsonl",
        "secrets.sealed",
        "settings/sohoa.toml",
        "home/quarantine/2026/a.pdf",
        "home/claims/note.json",
        "inbox/quay-1/scan.pdf",
        "manifest.json",
    }
    assert backup.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_no_secret_stands_in_it_in_the_open(home: Path, tmp_path: Path, passphrase: bytes | None) -> None:
    assert HIDDEN_WORDS.encode() not in make_backup(tmp_path / "backup.tar", passphrase).read_bytes()


def test_settings_whose_secrets_cannot_be_told_apart_are_left_out(home: Path, tmp_path: Path) -> None:
    (home / "sohoa.toml").write_text(f'catalog = {{ password = "{HIDDEN_WORDS}" }}\n')
    assert HIDDEN_WORDS.encode() not in make_backup(tmp_path / "backup.tar").read_bytes()


def test_a_secret_that_was_commented_out_is_left_out(home: Path, tmp_path: Path) -> None:
    (home / "sohoa.toml").write_text(
        f'[catalog]\n#password = "{HIDDEN_WORDS}"\n  ## password = "{HIDDEN_WORDS}"\n[metrics]\nport = 9999\n'
    )
    backup = make_backup(tmp_path / "backup.tar")
    assert HIDDEN_WORDS.encode() not in backup.read_bytes()
    unpack_backup(backup, tmp_path / "unpacked")
    assert "port = 9999" in (tmp_path / "unpacked" / "settings" / "sohoa.toml").read_text()


def test_settings_and_keys_behind_links_come_back(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sohoa.toml", "keys/demonstration.pass"):
        (tmp_path / Path(name).name).write_bytes((home / name).read_bytes())
        (home / name).unlink()
        (home / name).symlink_to(tmp_path / Path(name).name)
    backup = make_backup(tmp_path / "backup.tar", PASSPHRASE)
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "new"))
    lay_out_backup(load_settings(), backup, tmp_path / "unpacked", passphrase=PASSPHRASE)
    for name in ("sohoa.toml", "keys/demonstration.pass"):
        assert HIDDEN_WORDS in (tmp_path / "new" / name).read_text()
        assert (tmp_path / "new" / name).stat().st_mode & 0o777 == 0o600


def test_a_scan_of_the_same_name_in_the_inbox_takes_nothing_away(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = make_backup(tmp_path / "backup.tar")
    inbox = tmp_path / "new" / "inbox" / "quay-1"
    inbox.mkdir(parents=True)
    (inbox / "scan.pdf").write_text("a scan of today")
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "new"))
    with House(load_settings()) as house:
        laid_out = lay_out_backup(house.settings, backup, tmp_path / "unpacked", passphrase=None)
        assert rebuild_from_backup(house, laid_out, CLERK).inbox_files == 1
    assert {path.read_text() for path in inbox.iterdir()} == {"a scan", "a scan of today"}


def test_a_restore_that_broke_off_can_be_begun_again(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = make_backup(tmp_path / "backup.tar")
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "new"))
    with House(load_settings()) as house:
        laid_out = lay_out_backup(house.settings, backup, tmp_path / "first", passphrase=None)
        with monkeypatch.context() as broken:
            broken.setattr(house.archive, "holds_original", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rebuild_from_backup(house, laid_out, CLERK)
        require_empty(house)
        again = lay_out_backup(house.settings, backup, tmp_path / "second", passphrase=None)
        assert rebuild_from_backup(house, again, CLERK).inbox_files == 1
    assert (tmp_path / "new" / "inbox" / "quay-1" / "scan.pdf").read_text() == "a scan"


def test_an_existing_file_is_not_written_over_and_a_failure_leaves_none(home: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"precious")
    with pytest.raises(ConfigurationError, match="exists already"):
        make_backup(tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").read_bytes() == b"precious"
    with pytest.raises(ConfigurationError, match="letters at least"):
        make_backup(tmp_path / "other.tar", b"short")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "home"]


def test_it_shows_one_moment_while_others_write(home: Path, tmp_path: Path) -> None:
    with House(load_settings()) as house:
        for number in range(3):
            house.catalog.submissions.receive(
                f"{number:064x}", name="a.pdf", path=f"/{number}", size_bytes=1, dossier_number=None, actor=CLERK
            )
        dumped = house.catalog.history.dump()
        first = [next(dumped)]
        house.catalog.submissions.receive(SCAN, name="late.pdf", path="/late", size_bytes=1, dossier_number=None, actor=CLERK)
        rows = first + list(dumped)
    assert [name for name, _ in rows] == ["submissions"] * 3 + ["events"] * 3


def test_each_of_200_flipped_bytes_is_told(home: Path, tmp_path: Path) -> None:
    """Of the bytes that say something: those of the members and the manifest, and the names and sizes in the tar."""
    whole = make_backup(tmp_path / "backup.tar", PASSPHRASE).read_bytes()
    used = [number for number, byte in enumerate(whole) if byte]
    chance = Dice(5)
    (tmp_path / "whole").mkdir()
    sound = unpack_backup(tmp_path / "backup.tar", tmp_path / "whole")
    for turn in range(200):
        flipped = bytearray(whole)
        flipped[chance.choice(used)] ^= 1 << chance.randrange(8)
        (tmp_path / "flipped.tar").write_bytes(flipped)
        folder = tmp_path / f"flipped-{turn}"
        try:
            found = unpack_backup(tmp_path / "flipped.tar", folder)
        except (IntegrityError, ConfigurationError):
            continue
        assert found["members"] == sound["members"], "only what surrounds the members was changed"


def test_a_size_that_is_told_wrong_is_told(home: Path, tmp_path: Path) -> None:
    whole = make_backup(tmp_path / "backup.tar").read_bytes()
    told = whole.index(b'"size_bytes": ') + len(b'"size_bytes": ')
    digit = b"2" if whole[told : told + 1] == b"1" else b"1"
    (tmp_path / "other.tar").write_bytes(whole[:told] + digit + whole[told + 1 :])
    with pytest.raises(IntegrityError, match="changed, missing or foreign"):
        unpack_backup(tmp_path / "other.tar", tmp_path / "unpacked")


def test_nothing_is_restored_over_what_lives(home: Path, tmp_path: Path) -> None:
    backup = make_backup(tmp_path / "backup.tar")
    with House(load_settings()) as house:
        with pytest.raises(ConfigurationError, match="is not empty"):
            require_empty(house)
        (home / "quarantine" / "2026" / "a.pdf").write_text("another")
        with pytest.raises(ConfigurationError, match="nothing is restored over what lives"):
            lay_out_backup(house.settings, backup, tmp_path / "unpacked", passphrase=None)
    assert (home / "quarantine" / "2026" / "a.pdf").read_text() == "another"


def test_a_backup_of_sqlite_is_restored_into_postgresql(
    home: Path, tmp_path: Path, postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = make_backup(tmp_path / "backup.tar")
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "new"))
    with postgresql_server.fresh_catalog() as address:
        monkeypatch.setenv("SOHOA_CATALOG__URL", address.url)
        monkeypatch.setenv("SOHOA_CATALOG__PASSWORD", address.password)
        with House(load_settings()) as house:
            laid_out = lay_out_backup(house.settings, backup, tmp_path / "unpacked", passphrase=None)
            assert rebuild_from_backup(house, laid_out, CLERK).history_rows == 2
            assert [event.what for event in house.catalog.submissions.history(SCAN)] == ["received", "rebuilt"]
            other = house.catalog.submissions.receive(
                "cd" * 32, name="b.pdf", path="/b", size_bytes=1, dossier_number=None, actor=CLERK
            )
            assert other.is_new  # the database numbers on behind the rows that came with numbers
            assert search_archive(house, "x", CLERK).total == 0


def test_a_sealed_secret_opens_with_its_passphrase_only() -> None:
    sealed = seal(b"a key", PASSPHRASE)
    assert unseal(sealed, PASSPHRASE) == b"a key"
    for wrong in (sealed[:-1], sealed[:40], b"", sealed[:-1] + bytes([sealed[-1] ^ 1]), b"X" + sealed[1:]):
        with pytest.raises(ConfigurationError):
            unseal(wrong, PASSPHRASE)
    with pytest.raises(ConfigurationError):
        unseal(sealed, PASSPHRASE + b"x")


def test_what_a_hostile_tar_holds_stays_in_its_folder(tmp_path: Path) -> None:
    for name, kind in (("../outside", tarfile.REGTYPE), ("/outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)):
        with tarfile.open(tmp_path / "hostile.tar", "w") as tar:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        with pytest.raises(IntegrityError):
            unpack_backup(tmp_path / "hostile.tar", tmp_path / "unpacked")
    assert not (tmp_path / "outside").exists()
