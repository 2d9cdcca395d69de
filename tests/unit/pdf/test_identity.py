"""Signing identities: made safely, loaded with care."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from dossiers.errors import ConfigurationError, SigningError
from pdf.demonstration import create_demonstration_identity
from pdf.identity import load_identity, read_trust_roots

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WEAK_BITS = 1024
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "demonstration"
    create_demonstration_identity(folder, now=NOW)
    return folder


def _write_identity(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **usage: bool) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn Ẫ")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    if usage:
        flags = dict.fromkeys(_USAGES, False) | usage
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"secret")))
    return b"secret"


def test_a_demonstration_identity_says_so(folder: Path) -> None:
    files = create_demonstration_identity(folder)
    identity = load_identity(files.pkcs12_path, files.read_passphrase(), NOW)
    assert identity.is_demonstration
    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in identity.certificate.subject.human_friendly
    assert [root.dump() for root in identity.trust_roots] == [root.dump() for root in read_trust_roots(files.root_path)]


def test_only_the_owner_can_read_it(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_creating_it_again_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    create_demonstration_identity(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_many_at_once_end_with_one_identity(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "demonstration"
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: create_demonstration_identity(folder, now=NOW), range(4)))
    for each in files:
        assert load_identity(each.pkcs12_path, each.read_passphrase(), NOW).is_demonstration
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConfigurationError):
        create_demonstration_identity(tmp_path, now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_wrong_passphrase_is_named_without_showing_it(folder: Path) -> None:
    files = create_demonstration_identity(folder)
    with pytest.raises(ConfigurationError) as caught:
        load_identity(files.pkcs12_path, b"not-the-passphrase", NOW)
    assert "wrong passphrase" in str(caught.value)
    assert "not-the-passphrase" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"junk", bytes(2_000_000)])
def test_a_damaged_file_is_a_configuration_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "identity.p12"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError):
        load_identity(path, b"x", NOW)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load_identity(tmp_path / "none.p12", b"x", NOW)


@pytest.mark.parametrize(("days", "words"), [(4000, "expired"), (-4000, "valid only from")])
def test_out_of_date_is_a_signing_error(folder: Path, days: int, words: str) -> None:
    files = create_demonstration_identity(folder)
    with pytest.raises(SigningError, match=words):
        load_identity(files.pkcs12_path, files.read_passphrase(), NOW + timedelta(days=days))


def test_a_key_for_another_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tls.p12"
    passphrase = _write_identity(path, rsa.generate_private_key(65537, 2048), key_encipherment=True)
    with pytest.raises(SigningError, match="key usage"):
        load_identity(path, passphrase, NOW)


def test_a_weak_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weak.p12"
    passphrase = _write_identity(path, rsa.generate_private_key(65537, WEAK_BITS), digital_signature=True)
    with pytest.raises(SigningError, match="1024 bits"):
        load_identity(path, passphrase, NOW)


def test_an_elliptic_key_is_accepted_and_nothing_secret_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "ec.p12"
    passphrase = _write_identity(path, ec.generate_private_key(ec.SECP256R1()), content_commitment=True)
    identity = load_identity(path, passphrase, NOW)
    assert not identity.is_demonstration
    assert identity.name == "Nguyễn Văn Ẫ"
    assert "private_key" not in repr(identity)


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dsa.p12"
    key = dsa.generate_private_key(2048)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, None, None, BestAvailableEncryption(b"s")))
    with pytest.raises(ConfigurationError):
        load_identity(path, b"s", NOW)
