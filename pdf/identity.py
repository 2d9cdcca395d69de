"""Signing identities: a private key with its certificate chain, from a PKCS#12 file or a token.

An identity is checked before anything is signed with it: validity, key usage, key strength (regulations: RSA of 2048
bits or more, or ECDSA of 256 or more). Neither passphrase nor PIN nor key is ever part of a message or a ``repr``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

from dossiers.errors import CertificateError, ConfigurationError
from pdf.keys import Scheme, SigningKey, SoftwareKey
from pdf.token_key import TokenKey, TokenSession

DEMONSTRATION_MARK = "SOHOA DEMONSTRATION"
_MAX_FILE_BYTES = 1024 * 1024
_MIN_RSA_BITS = 2048
_MIN_EC_BITS = 256


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Who signs, and with what.

    ``trust_roots`` are the self-signed certificates that came with the key. ``is_demonstration`` is True when signer or
    issuer bears the demonstration mark: such a signature has no legal value. ``uses_pss`` chooses RSASSA-PSS over PKCS#1 v1.5
    for an RSA key; tokens and viewers differ.
    """

    name: str
    is_demonstration: bool
    not_before: datetime
    not_after: datetime
    certificate: asn1_x509.Certificate = field(repr=False)
    chain: tuple[asn1_x509.Certificate, ...] = field(repr=False)
    trust_roots: tuple[asn1_x509.Certificate, ...] = field(repr=False)
    key: SigningKey = field(repr=False)
    uses_pss: bool = True

    @property
    def scheme(self) -> Scheme:
        """How its key signs."""
        if isinstance(self.key.public_key, EllipticCurvePublicKey):
            return Scheme.ECDSA
        return Scheme.PSS if self.uses_pss else Scheme.PKCS1V15


def load_identity(
    pkcs12_path: Path, passphrase: bytes, now: datetime | None = None, *, uses_pss: bool = True
) -> SigningIdentity:
    """Load and check a signing identity from a PKCS#12 file.

    Raises ``ConfigurationError`` when the file is missing, damaged, or the passphrase is wrong, and ``CertificateError`` when
    its certificate may not sign: expired, not yet valid, wrong key usage, or too weak a key.
    """
    data = _read_file(pkcs12_path, "the signing identity")
    try:
        bundle = pkcs12.load_pkcs12(data, passphrase)
    except ValueError:
        # The cause is left out on purpose: it says no more, and must not carry the passphrase into a log.
        raise ConfigurationError(
            detail=f"cannot open the signing identity {pkcs12_path}: wrong passphrase or damaged file"
        ) from None
    if bundle.cert is None or not isinstance(bundle.key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ConfigurationError(detail=f"{pkcs12_path} holds no RSA or EC key with its certificate")
    certificates = [bundle.cert.certificate, *(extra.certificate for extra in bundle.additional_certs)]
    if certificates[0].public_key() != bundle.key.public_key():
        raise ConfigurationError(detail="the certificate of the signing identity does not belong to its key")
    return _check_identity(certificates, SoftwareKey(bundle.key), now, uses_pss=uses_pss)


def open_token_identity(
    session: TokenSession, certificate_path: Path | None = None, now: datetime | None = None, *, uses_pss: bool = True
) -> SigningIdentity:
    """Take a key on a token, with the chain from a PEM file (the key's own certificate first), else from the token.

    Raises ``ConfigurationError`` when there is no such key or certificate or the PIN is wrong, ``TokenUnavailableError``
    (retryable) when the token is not there, ``CertificateError`` like ``load_identity``.
    """
    if certificate_path is not None:
        certificates = _parse_pem(certificate_path)
    else:
        own, others = session.read_certificates()
        if len(own) != 1:
            raise ConfigurationError(detail=f"{len(own)} certificates for the {session.address}; name a certificate_file")
        try:
            certificates = [x509.load_der_x509_certificate(der) for der in (*own, *others)]
        except ValueError as error:
            raise ConfigurationError(detail=f"a damaged certificate on the token: {error}") from error
    public_key = certificates[0].public_key()
    if not isinstance(public_key, RSAPublicKey | EllipticCurvePublicKey):
        raise ConfigurationError(detail=f"the certificate of the {session.address} is of no RSA or EC key")
    return _check_identity(certificates, TokenKey(session, public_key), now, uses_pss=uses_pss)


def check_validity(identity: SigningIdentity, now: datetime) -> None:
    """Raise ``CertificateError`` when the certificate is expired or not yet valid at ``now``."""
    if now > identity.not_after:
        raise CertificateError(detail=f"the certificate of {identity.name} expired on {identity.not_after:%Y-%m-%d}")
    if now < identity.not_before:
        raise CertificateError(detail=f"the certificate of {identity.name} is valid only from {identity.not_before:%Y-%m-%d}")


def read_trust_roots(path: Path) -> tuple[asn1_x509.Certificate, ...]:
    """Read the certificates of a PEM file. Raises ``ConfigurationError`` when it is missing or damaged."""
    return tuple(_to_asn1(certificate) for certificate in _parse_pem(path))


def bears_demonstration_mark(*names: str) -> bool:
    """Say whether one of the names (subject, issuer) is that of a demonstration identity."""
    return any(DEMONSTRATION_MARK in name.upper() for name in names)


def _read_file(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(detail=f"cannot read {what} {path}: {error.strerror}") from error
    if len(data) > _MAX_FILE_BYTES:
        raise ConfigurationError(detail=f"{path} is too large for {what}")
    return data


def _parse_pem(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read_file(path, "the certificates"))
    except ValueError as error:
        raise ConfigurationError(detail=f"cannot read the certificates {path}: {error}") from error


def _check_identity(
    certificates: Sequence[x509.Certificate], key: SigningKey, now: datetime | None, *, uses_pss: bool
) -> SigningIdentity:
    _check_key(certificates[0], key)
    identity = _make_identity(certificates, key, uses_pss=uses_pss)
    check_validity(identity, now or datetime.now(UTC))
    return identity


def _check_key(certificate: x509.Certificate, key: SigningKey) -> None:
    minimum = _MIN_RSA_BITS if isinstance(key.public_key, RSAPublicKey) else _MIN_EC_BITS
    if key.public_key.key_size < minimum:
        raise CertificateError(detail=f"the signing key has {key.public_key.key_size} bits, {minimum} are required")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise CertificateError(detail="the certificate's key usage does not allow signing documents")
    try:
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    if is_authority and usage is None:
        raise CertificateError(detail="the certificate is an authority's and not meant for signing documents")


def _make_identity(certificates: Sequence[x509.Certificate], key: SigningKey, *, uses_pss: bool) -> SigningIdentity:
    leaf = certificates[0]
    roots = [certificate for certificate in certificates if certificate.issuer == certificate.subject]
    return SigningIdentity(
        name=_name_of(leaf),
        is_demonstration=bears_demonstration_mark(leaf.subject.rfc4514_string(), leaf.issuer.rfc4514_string()),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        certificate=_to_asn1(leaf),
        chain=tuple(_to_asn1(certificate) for certificate in certificates[1:]),
        trust_roots=tuple(_to_asn1(certificate) for certificate in roots),
        key=key,
        uses_pss=uses_pss,
    )


def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
