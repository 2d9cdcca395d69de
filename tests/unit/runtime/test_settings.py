"""Settings: one TOML file, SOHOA_* over it, unknown keys and well-known secrets refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from operations.signing import make_mark
from runtime.intake_settings import StationSettings
from runtime.settings import Settings, load_settings
from runtime.wiring import House


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))


def write_config(tmp_path: Path, text: str) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "sohoa.toml").write_text(text, encoding="utf-8")


def test_the_embedded_default_writes_only_under_home(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / "home"
    assert settings.store.kind == "directory"
    assert settings.catalog_url == f"sqlite:///{tmp_path / 'home' / 'catalog.sqlite3'}"
    assert settings.inbox == tmp_path / "home" / "inbox"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(tmp_path, "[reading]\nmax_pages = 7\nworkers = 1\n")
    monkeypatch.setenv("SOHOA_READING__MAX_PAGES", "9")
    settings = load_settings()
    assert (settings.reading.max_pages, settings.reading.workers) == (9, 1)


@pytest.mark.parametrize("text", ["[reading]\nmax_pagse = 7\n", "colour = true\n", "[store.s3]\nsecret = 'x'\n"])
def test_unknown_keys_in_the_file_are_refused(tmp_path: Path, text: str) -> None:
    write_config(tmp_path, text)
    with pytest.raises(ConfigurationError, match="Extra inputs are not permitted"):
        load_settings()


def test_unknown_variables_are_refused_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_STORE__KINDD", "s3")
    with pytest.raises(ConfigurationError, match="SOHOA_STORE__KINDD"):
        load_settings()


def test_a_file_that_is_no_toml_is_a_configuration_error(tmp_path: Path) -> None:
    write_config(tmp_path, "[reading\n")
    with pytest.raises(ConfigurationError):
        load_settings()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOHOA_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(ConfigurationError, match=r"absent\.toml"):
        load_settings()


def test_s3_has_no_default_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_STORE__KIND", "s3")
    with pytest.raises(ConfigurationError, match="endpoint, access_key, secret_key"):
        load_settings()


def test_a_well_known_secret_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_STORE__KIND", "s3")
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", "127.0.0.1:9000")
    monkeypatch.setenv("SOHOA_STORE__S3__ACCESS_KEY", "somebody")
    monkeypatch.setenv("SOHOA_STORE__S3__SECRET_KEY", "minioadmin")
    with pytest.raises(ConfigurationError, match="well-known") as caught:
        load_settings()
    assert "minioadmin" not in caught.value.message_en


def test_secrets_are_hidden_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_STORE__S3__SECRET_KEY", "a-rather-private-word")
    settings = load_settings()
    assert settings.store.s3.secret_key.get_secret_value() == "a-rather-private-word"
    assert "a-rather-private-word" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("url", ["postgresql://sohoa:private-word@db/sohoa", "postgresql://:private-word@/sohoa"])
def test_a_catalog_url_with_a_password_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOHOA_CATALOG__URL", url)
    with pytest.raises(ConfigurationError, match="must not hold a password") as caught:
        load_settings()
    assert "private-word" not in caught.value.message_en + caught.value.message_vi


def test_the_catalogs_password_comes_from_a_file_or_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOHOA_CATALOG__URL", "postgresql://sohoa@db.tinh.example/sohoa")
    (tmp_path / "catalog.pass").write_text("private-word\n", encoding="utf-8")
    with monkeypatch.context() as by_file:
        by_file.setenv("SOHOA_CATALOG__PASSWORD_FILE", str(tmp_path / "catalog.pass"))
        house = House(load_settings())
        assert house.catalog_address.password.split("-") == ["private", "word"]
        assert "private-word" not in f"{house.settings!r} {house.catalog_address!r} {house.catalog_address.described}"
        by_file.setenv("SOHOA_CATALOG__PASSWORD", "another-word")
        with pytest.raises(ConfigurationError, match="not both"):
            load_settings()
    monkeypatch.setenv("SOHOA_CATALOG__PASSWORD", "another-word")
    house = House(load_settings())
    assert house.catalog_address.password.split("-") == ["another", "word"]
    assert "another-word" not in f"{house.settings!r}"


def test_a_password_file_that_cannot_be_read_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOHOA_CATALOG__URL", "postgresql://sohoa@db.tinh.example/sohoa")
    monkeypatch.setenv("SOHOA_CATALOG__PASSWORD_FILE", str(tmp_path / "absent"))
    with pytest.raises(ConfigurationError, match="absent"):
        _ = House(load_settings()).catalog


def test_pkcs12_needs_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_SIGNING__IDENTITY", "pkcs12")
    with pytest.raises(ConfigurationError, match="pkcs12_file and passphrase_file"):
        load_settings()


def test_a_level_with_time_stamps_needs_an_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_SIGNING__LEVEL", "B-LTA")
    with pytest.raises(ConfigurationError, match="timestamp_url"):
        load_settings()
    monkeypatch.setenv("SOHOA_SIGNING__TIMESTAMP_URL", "http://127.0.0.1:1/")
    assert load_settings().signing.level == "B-LTA"


def test_every_setting_is_told_in_the_docs() -> None:
    told = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = {name: field.annotation for name, field in Settings.model_fields.items() if name != "home"}
    for section, model in sections.items():
        assert f"[{section}]" in told
        parts = {"s3", "stations", "agency_key", "mark"}  # tables of their own
        missing = [key for key in getattr(model, "model_fields", {}) if key not in parts and f"{key} =" not in told]
        assert missing == [], section
    assert [key for key in StationSettings.model_fields if f"{key} =" not in told] == []


def test_page_images_are_compact_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().archive.page_images == "compact"
    assert "page images compact" in House(load_settings()).pipeline_version
    monkeypatch.setenv("SOHOA_ARCHIVE__PAGE_IMAGES", "source")
    assert "page images source" in House(load_settings()).pipeline_version  # a replay then makes its PDFs anew
    monkeypatch.setenv("SOHOA_ARCHIVE__PAGE_IMAGES", "tiny")
    with pytest.raises(ConfigurationError, match="page_images"):
        load_settings()


@pytest.mark.parametrize("language", ["vie+eng", "", "../../secret/vie", "vie eng"])
def test_what_is_not_one_language_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("SOHOA_READING__LANGUAGE", language)
    with pytest.raises(ConfigurationError, match=r"reading\.language"):
        load_settings()
    monkeypatch.setenv("SOHOA_READING__LANGUAGE", "script/Vietnamese")
    assert load_settings().reading.language == "script/Vietnamese"


@pytest.mark.parametrize("months", ["11", "0", "-12"])
def test_a_trail_kept_less_than_twelve_months_is_refused(monkeypatch: pytest.MonkeyPatch, months: str) -> None:
    monkeypatch.setenv("SOHOA_TRAIL__KEEP_MONTHS", months)
    with pytest.raises(ConfigurationError, match=r"trail\.keep_months"):
        load_settings()
    monkeypatch.setenv("SOHOA_TRAIL__KEEP_MONTHS", "12")
    assert load_settings().trail.lock_days >= 366


def test_the_mark_says_what_its_kind_of_copy_asks_or_what_the_office_sets(tmp_path: Path) -> None:
    assert load_settings().signing.mark.template.form == "BẢN SỐ HÓA TỪ BẢN GIẤY"
    write_config(tmp_path, '[signing.mark]\nkind = "sao_luc"\n')
    assert load_settings().signing.mark.template.form == "SAO LỤC"
    own = '[signing.mark.templates.sao_y]\nform = "SAO Y"\ntext = "{form}; {agency}; {time}"\n'
    write_config(tmp_path, f'[signing.mark]\nkind = "sao_y"\nverification_url = "https://tinh.example/{{document_id}}"\n{own}')
    signing = load_settings().signing
    mark = make_mark(signing, "p0001-0001-" + "ab" * 16, "cd" * 32)
    assert (mark.form, mark.template) == ("SAO Y", "{form}; {agency}; {time}")
    assert mark.link == "https://tinh.example/p0001-0001-" + "ab" * 16


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[signing.mark]\nkind = "copy"\n', "conversion, sao_luc, sao_y, trich_sao"),
        ('[signing.mark.templates.own]\ntext = "{seal}"\n', "{seal}"),
        ('[signing.mark]\nverification_url = "https://tinh.example/{digest}"\n', "must hold {document_id}"),
    ],
)
def test_a_mark_that_cannot_be_made_is_refused_at_start_with_words(tmp_path: Path, text: str, words: str) -> None:
    write_config(tmp_path, text)
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        load_settings()
