"""Who signs: the officer's key and the agency's, and what old configurations give."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdf.demonstration import create_demonstration_identity
from runtime.settings import load_settings
from runtime.wiring import House


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    return tmp_path


def _name_own_key(monkeypatch: pytest.MonkeyPatch, folder: Path, prefix: str, name: str) -> None:
    files = create_demonstration_identity(folder / name, name)
    monkeypatch.setenv(f"{prefix}IDENTITY", "pkcs12")
    monkeypatch.setenv(f"{prefix}PKCS12_FILE", str(files.pkcs12_path))
    monkeypatch.setenv(f"{prefix}PASSPHRASE_FILE", str(files.passphrase_path))


def test_the_demonstration_makes_both_identities() -> None:
    house = House(load_settings())
    assert house.agency_identity.is_demonstration
    assert house.agency_identity.name != house.identity.name
    roots = {root.sha256 for root in house.trust_roots}
    assert {root.sha256 for each in (house.identity, house.agency_identity) for root in each.trust_roots} == roots


def test_the_officer_signs_for_an_agency_without_a_key(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    _name_own_key(monkeypatch, home, "SOHOA_SIGNING__", "Officer")
    house = House(load_settings())
    assert house.agency_identity is house.identity
    assert house.identity.name == "Officer"


def test_the_agency_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    _name_own_key(monkeypatch, home, "SOHOA_SIGNING__", "Officer")
    _name_own_key(monkeypatch, home, "SOHOA_SIGNING__AGENCY_KEY__", "Agency")
    house = House(load_settings())
    assert (house.identity.name, house.agency_identity.name) == ("Officer", "Agency")


def test_the_padding_is_a_keys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_SIGNING__AGENCY_KEY__RSA_PADDING", "pkcs1v15")
    house = House(load_settings())
    assert house.identity.uses_pss
    assert not house.agency_identity.uses_pss
