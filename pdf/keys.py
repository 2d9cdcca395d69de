"""Private keys that sign, wherever they are kept: in this process, or on a token that they never leave (``pdf.token_key``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

SALT_BYTES = 32
"""Of PSS: as long as the digest (RFC 8017, 9.1), since tokens take no other."""

PublicKey = RSAPublicKey | EllipticCurvePublicKey

_PSS_PADDING = PSS(MGF1(SHA256()), SALT_BYTES)


class Scheme(StrEnum):
    """How SHA-256 of something is signed."""

    PSS = "pss"
    PKCS1V15 = "pkcs1v15"
    ECDSA = "ecdsa"


class SigningKey(Protocol):
    """A private key, RSA or elliptic, with its public half."""

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        ...

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """Return the signature of data over SHA-256: a big-endian integer for RSA, DER (RFC 3279, 2.2.3) for ECDSA.

        Raises ``SigningError``; a token that may come back raises ``TokenUnavailableError``, which is retryable.
        """
        ...


@dataclass(frozen=True, slots=True)
class SoftwareKey:
    """A key held in memory; read once, since reading and checking an RSA key takes 0.1 s."""

    private_key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        return self.private_key.public_key()

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """Sign in this process."""
        if isinstance(self.private_key, EllipticCurvePrivateKey):
            return self.private_key.sign(data, ECDSA(SHA256()))
        return self.private_key.sign(data, _PSS_PADDING if scheme is Scheme.PSS else PKCS1v15(), SHA256())


def is_signature_of(public_key: PublicKey, signature: bytes, data: bytes, scheme: Scheme) -> bool:
    """Say whether a signature of data is right."""
    try:
        if isinstance(public_key, EllipticCurvePublicKey):
            public_key.verify(signature, data, ECDSA(SHA256()))
        else:
            public_key.verify(signature, data, _PSS_PADDING if scheme is Scheme.PSS else PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def longest_signature(public_key: PublicKey) -> int:
    """Return the most bytes that a signature takes."""
    size_bytes = (public_key.key_size + 7) // 8
    if isinstance(public_key, EllipticCurvePublicKey):
        return 2 * (size_bytes + 3) + 3  # two integers in DER, each with its header and perhaps a zero before it
    return size_bytes
