"""SoftHSM2, a PKCS#11 token in software, with tokens of its own for the tests (Debian package ``softhsm2``)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11.util.x509 import decode_x509_certificate

_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
_VARIABLE = "SOFTHSM2_CONF"


@dataclass(frozen=True, slots=True)
class SoftToken:
    """One token: its label and PIN, and the folder that holds all tokens."""

    module: Path
    label: str
    pin: str
    folder: Path

    def store(
        self, key: RSAPrivateKey | EllipticCurvePrivateKey, label: str, key_id: bytes, certificates: tuple[bytes, ...] = ()
    ) -> None:
        """Put a key on the token, and certificates: the first is the key's own."""
        path = self.folder / "key.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _run("--import", str(path), "--token", self.label, "--label", label, "--id", key_id.hex(), "--pin", self.pin)
        path.unlink()
        library = pkcs11.lib(str(self.module))
        library.reinitialize()
        with library.get_token(token_label=self.label).open(rw=True, user_pin=self.pin) as session:
            for number, der in enumerate(certificates):
                names = {pkcs11.Attribute.LABEL: label if number == 0 else x509.Certificate.load(der).subject.human_friendly}
                if number == 0:
                    names[pkcs11.Attribute.ID] = key_id
                template = {pkcs11.Attribute.TOKEN: True, **decode_x509_certificate(der), **names}
                session.create_object(template)


@contextmanager
def running_soft_token(folder: Path, label: str = "sohoa") -> Iterator[SoftToken]:
    """Make a token in ``folder`` and let this process and its children see it alone."""
    module = next((Path(path) for path in _MODULES if Path(path).is_file()), None)
    if module is None:
        raise RuntimeError("SoftHSM2 is missing: run scripts/bootstrap dev (Debian package softhsm2)")
    tokens = folder / "tokens"
    tokens.mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n", encoding="utf-8")
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = str(folder / "softhsm2.conf")
    try:
        token = SoftToken(module, label, "147258", folder)
        _run("--init-token", "--free", "--label", label, "--pin", token.pin, "--so-pin", "963852")
        pkcs11.lib(str(module)).reinitialize()
        yield token
    finally:
        pkcs11.unload(str(module))
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _run(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=60)
