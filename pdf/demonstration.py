"""A signing identity that anyone can make for a demonstration, and that says so in every certificate.

A root of its own signs one certificate for documents; the root's key is thrown away at once. The files lie in a folder
that appears whole or not at all, so that two processes that start together end up with the same identity.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from dossiers.errors import ConfigurationError
from pdf.identity import DEMONSTRATION_MARK

_KEY_BITS = 3072
_VALID_FOR = timedelta(days=3650)
_CLOCK_TOLERANCE = timedelta(days=1)
_ORGANIZATION = f"{DEMONSTRATION_MARK} – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
_PKCS12_NAME, _PASSPHRASE_NAME, _ROOT_NAME = "identity.p12", "passphrase", "root.pem"


@dataclass(frozen=True, slots=True)
class DemonstrationFiles:
    """Where a demonstration identity lies. The folder is 0700; key and passphrase are 0600."""

    pkcs12_path: Path
    passphrase_path: Path
    root_path: Path

    def read_passphrase(self) -> bytes:
        """Read the passphrase. Raises ``ConfigurationError`` when it cannot be read."""
        try:
            return self.passphrase_path.read_bytes()
        except OSError as error:
            raise ConfigurationError(detail=f"cannot read {self.passphrase_path}: {error.strerror}") from error


def create_demonstration_identity(
    folder: Path, signer_name: str = "Sohoa Demonstration Signer", now: datetime | None = None
) -> DemonstrationFiles:
    """Make a demonstration identity in ``folder``, or return the one that is there.

    Safe when several processes call it at once. Raises ``ConfigurationError`` when the folder holds something else or
    cannot be written.
    """
    files = DemonstrationFiles(folder / _PKCS12_NAME, folder / _PASSPHRASE_NAME, folder / _ROOT_NAME)
    if _is_complete(files):
        return files
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # made with mode 0700
        try:
            _write_identity(draft, signer_name, now or datetime.now(UTC))
            _move_into_place(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ConfigurationError(detail=f"cannot write the demonstration identity {folder}: {error.strerror}") from error
    if not _is_complete(files):
        raise ConfigurationError(detail=f"{folder} is not empty and holds no demonstration identity")
    return files


def _is_complete(files: DemonstrationFiles) -> bool:
    return all(path.is_file() for path in (files.pkcs12_path, files.passphrase_path, files.root_path))


def _move_into_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # A folder that is not empty stays as it is: another process was first, or it is not ours.
        if not folder.is_dir():
            raise


def _write_identity(folder: Path, signer_name: str, now: datetime) -> None:
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    root_name = _make_name("Sohoa Demonstration Root")
    root = _sign_certificate(root_name, root_key.public_key(), root_name, root_key, now, is_authority=True)
    leaf = _sign_certificate(_make_name(signer_name), key.public_key(), root_name, root_key, now, is_authority=False)
    passphrase = secrets.token_urlsafe(32).encode("ascii")
    bundle = pkcs12.serialize_key_and_certificates(b"sohoa", key, leaf, [root], BestAvailableEncryption(passphrase))
    _write_private(folder / _PASSPHRASE_NAME, passphrase)
    _write_private(folder / _PKCS12_NAME, bundle)
    _write_private(folder / _ROOT_NAME, root.public_bytes(Encoding.PEM))


def _write_private(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _make_name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _sign_certificate(
    subject: x509.Name,
    public_key: rsa.RSAPublicKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime,
    *,
    is_authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_TOLERANCE)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(authority_id, critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())
