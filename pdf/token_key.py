"""A key on a token or in an HSM, reached through PKCS#11: it signs there and never leaves it.

One session serves a process, so that a batch asks for the PIN once. It is opened anew when the token was pulled and is back,
and in a process that was forked from the one that opened it (PKCS#11 2.40, 5.4: a child calls C_Initialize itself). A wrong
PIN is told to the token once and never again, since tokens lock themselves after a few.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pkcs11
from pkcs11 import MGF, Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    MultipleObjectsReturned,
    MultipleTokensReturned,
    NoSuchKey,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)
from pkcs11.util.ec import encode_ecdsa_signature

from dossiers.errors import ConfigurationError, SigningError, TokenUnavailableError
from pdf.keys import SALT_BYTES, PublicKey, Scheme, is_signature_of

PinSource = Callable[[], bytes]
"""Gives the PIN each time the token must be unlocked."""

_IN_USE = threading.RLock()  # modules keep one state a process, and a token does one thing at a time
# By module: the process that initialised it, and how often that was done. It ends the sessions of all keys of the module, and
# their handles are given anew, perhaps to another key.
_INITIALISED: dict[Path, tuple[int, int]] = {}
_PIN_REFUSED = (PinIncorrect, PinLocked, PinInvalid, PinLenRange, PinExpired)
_PSS_PARAMETERS = (Mechanism.SHA256, MGF.SHA256, SALT_BYTES)


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Where a key is: the PKCS#11 module, the token's label, the key's label or id (or both). Neither is a secret."""

    module: Path
    token_label: str
    key_label: str = ""
    key_id: bytes = b""

    def __str__(self) -> str:
        key = " ".join(filter(None, (self.key_label, self.key_id.hex())))
        return f"key {key} on token {self.token_label}"

    @property
    def query(self) -> dict[Attribute, Any]:
        """What finds the key and the certificate that belongs to it."""
        wanted = {Attribute.LABEL: self.key_label, Attribute.ID: self.key_id}
        return {name: value for name, value in wanted.items() if value}


@dataclass(slots=True)
class TokenSession:
    """This process's way to one token. ``read_pin`` is None for a token with a keypad of its own."""

    address: TokenAddress
    read_pin: PinSource | None = field(default=None, repr=False)
    _session: Any = field(default=None, init=False, repr=False)
    _key: Any = field(default=None, init=False, repr=False)
    _opened_in: tuple[int, int] | None = field(default=None, init=False, repr=False)
    _is_refused: bool = field(default=False, init=False, repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token's session is never handed to another process; open it there")

    def read_certificates(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Return the certificates that bear the key's label or id, and all others on the token; DER.

        Raises what ``sign`` does.
        """
        with _IN_USE, _errors_mapped(self.address):
            session, _ = self._open()
            own = tuple(self._find_certificates(session, self.address.query))
            others = tuple(der for der in self._find_certificates(session, {}) if der not in own)
            return own, others

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """Let the token sign; a session that broke is opened anew, once.

        Raises ``TokenUnavailableError`` (retryable) when the token is not there, ``ConfigurationError`` when its PIN, key or
        module is wrong.
        """
        with _IN_USE, _errors_mapped(self.address):
            is_fresh = self._session is None
            try:
                return self._sign(data, scheme)
            except _PIN_REFUSED:
                raise
            except PKCS11Error:
                if is_fresh:
                    raise
                self.close()
                return self._sign(data, scheme)

    def close(self) -> None:
        """Give the session back; the next signature opens another."""
        is_live = self._is_live()
        session, self._session, self._key = self._session, None, None
        if is_live:
            with suppress(PKCS11Error):
                session.close()

    def _sign(self, data: bytes, scheme: Scheme) -> bytes:
        _, key = self._open()
        if scheme is Scheme.ECDSA:  # of the digest: few tokens hash for ECDSA themselves
            return encode_ecdsa_signature(key.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA))
        if scheme is Scheme.PSS:
            return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=_PSS_PARAMETERS))
        return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))

    def _open(self) -> tuple[Any, Any]:
        if self._is_live():
            return self._session, self._key
        if self._is_refused:
            raise ConfigurationError(detail=f"the PIN of the {self.address} was refused; it is not told to the token again")
        library = pkcs11.lib(str(self.address.module))
        current = _INITIALISED.setdefault(self.address.module, (os.getpid(), 0))
        if current[0] != os.getpid() or self._opened_in == current:  # a parent's, or from before the token was pulled
            library.reinitialize()
            current = _INITIALISED[self.address.module] = (os.getpid(), current[1] + 1)
        self._session, self._key, self._opened_in = None, None, current
        token = library.get_token(token_label=self.address.token_label)
        session = self._log_in(token)
        query = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, **self.address.query}
        found = list(session.get_objects(query))
        if len(found) != 1:
            session.close()
            raise MultipleObjectsReturned if found else NoSuchKey
        self._session, self._key = session, found[0]
        return self._session, self._key

    def _is_live(self) -> bool:
        current = _INITIALISED.get(self.address.module)
        return self._session is not None and self._opened_in == current and current is not None and current[0] == os.getpid()

    def _log_in(self, token: Any) -> Any:
        try:
            return token.open(user_pin=self._find_pin(token))
        except UserAlreadyLoggedIn:  # through another session of this process: the other role's key is on the same token
            return token.open()
        except _PIN_REFUSED:
            self._is_refused = True
            raise

    def _find_pin(self, token: Any) -> object:
        if self.read_pin is None:
            if not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
                raise ConfigurationError(detail=f"the token {self.address.token_label} has no keypad of its own")
            return pkcs11.PROTECTED_AUTH
        try:
            return self.read_pin().decode()
        except UnicodeDecodeError:  # whose words would hold the PIN
            raise ConfigurationError(detail=f"the PIN of the {self.address} is no text") from None

    @staticmethod
    def _find_certificates(session: Any, query: dict[Attribute, Any]) -> Iterator[bytes]:
        for found in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, **query}):
            yield bytes(found[Attribute.VALUE])


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key on a token, with the public half that its certificate names."""

    session: TokenSession
    public_key: PublicKey

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        """Let the token sign, and look whether the signature is right: its certificate may be another key's."""
        signature = self.session.sign(data, scheme)
        if not is_signature_of(self.public_key, signature, data, scheme):
            raise SigningError(detail=f"the {self.session.address} does not belong to the certificate")
        return signature


@contextmanager
def _errors_mapped(address: TokenAddress) -> Iterator[None]:
    """Map what PKCS#11 says. No PIN stands in it: neither the module nor the wrapper puts one into a message."""
    try:
        yield
    except _PIN_REFUSED as error:
        raise ConfigurationError(detail=f"the token refuses the PIN of the {address}: {_name(error)}") from None
    except NoSuchKey:
        raise ConfigurationError(detail=f"there is no {address}") from None
    except MultipleObjectsReturned:
        raise ConfigurationError(detail=f"there are several keys for the {address}; name key_id as well") from None
    except MultipleTokensReturned:
        raise ConfigurationError(detail=f"several tokens bear the label {address.token_label}") from None
    except PKCS11Error as error:
        if not address.module.is_file():
            raise ConfigurationError(detail=f"there is no PKCS#11 module {address.module}") from None
        raise TokenUnavailableError(detail=f"{address}: {_name(error)}") from None


def _name(error: PKCS11Error) -> str:
    return f"{type(error).__name__} {error}".strip()
