"""What ``sohoa up`` chooses for a machine, and that its secrets stay private."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from runtime.machine import prepare_machine
from runtime.settings import Settings, load_settings
from runtime.store_settings import StoreSettings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_secrets_are_made_once_in_a_file_of_mode_600(home: Path) -> None:
    path = prepare_machine(load_settings())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = load_settings()
    assert (settings.store.kind, settings.up.minio, settings.store.s3.secure) == ("s3", True, False)
    assert len(settings.store.s3.secret_key.get_secret_value()) >= 32
    assert len(settings.prefect.api_auth.get_secret_value()) >= 32
    assert settings.prefect.api_url.startswith("http://127.0.0.1:")
    before = path.read_bytes()
    assert prepare_machine(settings).read_bytes() == before


def test_two_machines_have_different_secrets(tmp_path: Path) -> None:
    files = [prepare_machine(Settings(home=tmp_path / name)).read_text() for name in ("one", "two")]
    secrets = [{line for line in file.splitlines() if "key" in line or "auth" in line or "root" in line} for file in files]
    assert len(secrets[0]) == 7
    assert secrets[0].isdisjoint(secrets[1])


def test_what_is_set_already_is_not_chosen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_PREFECT__API_URL", "http://engine.example:4200/api")
    monkeypatch.setenv("SOHOA_STORE__KIND", "directory")
    prepare_machine(load_settings())
    settings = load_settings()
    assert (settings.store.kind, settings.up.minio) == ("directory", False)
    assert settings.prefect.api_url == "http://engine.example:4200/api"


def test_an_archive_in_the_directory_store_is_kept_in_use(tmp_path: Path) -> None:
    (tmp_path / "home" / "objects").mkdir(parents=True)
    assert "minio" not in prepare_machine(Settings(home=tmp_path / "home", store=StoreSettings())).read_text()


def test_secrets_that_others_may_read_are_refused(home: Path) -> None:
    prepare_machine(load_settings()).chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_settings()


def test_sohoa_does_not_work_with_the_root_key_of_its_minio(home: Path) -> None:
    prepare_machine(load_settings())
    settings = load_settings()
    keys = {
        settings.up.minio_root_user.get_secret_value(),
        settings.store.s3.access_key.get_secret_value(),
        settings.destruction.access_key.get_secret_value(),
    }
    assert len(keys - {""}) == 3


def test_a_machine_of_before_keeps_its_root_key_and_gets_lesser_ones(home: Path) -> None:
    home.mkdir(parents=True)
    path = home / "machine.toml"
    old = """[store]
kind = "s3"

[store.s3]
endpoint = "127.0.0.1:9000"
access_key = "0123456789abcdef0123"
secret_key = "fedcba98765432100123456789abcdef01234567"
secure = false

[up]
minio = true

[prefect]
api_url = "http://127.0.0.1:4200/api"
api_auth = "sohoa:x"
"""
    path.write_text(old)
    path.chmod(0o600)
    prepare_machine(load_settings())
    settings = load_settings()
    assert settings.up.minio_root_user.get_secret_value() == "0123456789abcdef0123"
    assert settings.up.minio_root_password.get_secret_value() == "fedcba98765432100123456789abcdef01234567"
    assert settings.store.s3.access_key.get_secret_value() not in ("", "0123456789abcdef0123")
    assert settings.store.s3.secret_key.get_secret_value() not in ("", "fedcba98765432100123456789abcdef01234567")
    assert settings.destruction.secret_key.get_secret_value()
    assert settings.prefect.api_url == "http://127.0.0.1:4200/api"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert prepare_machine(settings).read_bytes() == before
