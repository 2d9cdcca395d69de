"""Secrets under a passphrase: AES-256 in GCM (NIST SP 800-38D), its key from scrypt (RFC 7914) with a salt of its own."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dossiers.errors import ConfigurationError

_MAGIC = b"SOHOA SEALED 1\n"
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1
_MEMORY_BYTES = 128 * 1024 * 1024
MIN_PASSPHRASE = 12


def seal(data: bytes, passphrase: bytes) -> bytes:
    """Return data that only the passphrase opens again. Raises ``ConfigurationError`` for a passphrase that is too short."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise ConfigurationError(detail=f"the passphrase must have {MIN_PASSPHRASE} letters at least")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    return _MAGIC + salt + nonce + AESGCM(_derive(passphrase, salt)).encrypt(nonce, data, _MAGIC)


def unseal(sealed: bytes, passphrase: bytes) -> bytes:
    """Return what was sealed. Raises ``ConfigurationError`` when the passphrase is wrong or a byte was changed."""
    head = len(_MAGIC) + _SALT_BYTES
    salt, nonce, body = sealed[len(_MAGIC) : head], sealed[head : head + _NONCE_BYTES], sealed[head + _NONCE_BYTES :]
    try:
        return AESGCM(_derive(passphrase, salt)).decrypt(nonce, body, sealed[: len(_MAGIC)])
    except (InvalidTag, ValueError):
        raise ConfigurationError(detail="the passphrase does not open the sealed secrets, or they were changed") from None


def _derive(passphrase: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY_BYTES, dklen=_KEY_BYTES)
