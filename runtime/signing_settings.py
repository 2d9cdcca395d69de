"""The settings of signing: whose keys, and what the signatures and marks say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from runtime.mark_settings import MarkSettings
from runtime.service_settings import Section


class KeySettings(Section):
    """One role's key, and what unlocks it.

    ``demonstration`` makes a local identity without legal value, ``pkcs12`` uses a file, ``pkcs11`` a token: ``module`` is the
    path of its driver, and the certificate comes from ``certificate_file`` (PEM, own first) or, without one, from the token.
    The secret comes from a file, a file descriptor, the kernel's keyring (``passphrase_key``) or is typed on the token's own
    keypad: exactly one of them. It is never a setting itself.
    """

    identity: Literal["demonstration", "pkcs12", "pkcs11"] = "demonstration"
    pkcs12_file: Path | None = None
    module: Path | None = None
    token_label: str = ""
    key_label: str = ""
    key_id: str = Field(default="", pattern=r"^([0-9a-fA-F]{2})*$")
    certificate_file: Path | None = None
    passphrase_file: Path | None = None
    passphrase_fd: int | None = Field(default=None, ge=3)
    passphrase_key: str = ""
    has_keypad: bool = False
    rsa_padding: Literal["pkcs1v15", "pss"] = "pss"

    @model_validator(mode="after")
    def _complete(self) -> KeySettings:
        if self.identity == "demonstration":
            return self
        if self.identity == "pkcs12" and not self.pkcs12_file:
            raise ValueError("identity = pkcs12 needs pkcs12_file and passphrase_file (or passphrase_fd, passphrase_key)")
        if self.identity == "pkcs11" and not (self.module and self.token_label and (self.key_label or self.key_id)):
            raise ValueError("identity = pkcs11 needs module, token_label, and key_label or key_id")
        ways = [self.passphrase_file, self.passphrase_fd is not None, self.passphrase_key]
        if self.identity == "pkcs11":
            ways.append(self.has_keypad)
        if sum(bool(way) for way in ways) != 1:
            also = " or has_keypad" if self.identity == "pkcs11" else ""
            raise ValueError(f"name one of passphrase_file, passphrase_fd, passphrase_key{also} to unlock the key")
        return self


class SigningSettings(KeySettings):
    """Who signs, and what signature and mark say. The key at the top is the officer's, ``agency_key`` the agency's.

    Without a table ``agency_key`` the agency signs with the officer's key, or with a demonstration of its own beside the
    officer's demonstration. ``agency`` is a name, as it stands in the mark. ``form``, where set, takes the place of the words
    that the mark's template has for its kind of copy.

    ``former_agency_files`` hold the certificates (PEM) by which the agency signed statements before its present one.
    An empty ``level`` is B-T with a ``timestamp_url``, else B-B. ``revocation`` says what must be known before anything is
    signed; B-LT and B-LTA always require it.
    """

    agency_key: KeySettings = KeySettings()
    level: Literal["", "B-B", "B-T", "B-LT", "B-LTA"] = ""
    trust_files: tuple[Path, ...] = ()
    former_agency_files: tuple[Path, ...] = ()
    timestamp_url: str | None = None
    revocation: Literal["try", "require", "off"] = "try"
    ocsp_url: str = ""
    crl_urls: tuple[str, ...] = ()
    network_timeout_s: float = Field(default=15.0, gt=0, le=300)
    form: str = ""
    agency: str = "CƠ QUAN MẪU (TRÌNH DIỄN)"
    person: str = "Người số hóa mẫu"
    mark: MarkSettings = MarkSettings()
    mark_font: Path = Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf")

    @model_validator(mode="after")
    def _reachable(self) -> SigningSettings:
        if self.level not in ("", "B-B") and not self.timestamp_url:
            raise ValueError(f"level = {self.level} needs timestamp_url")
        return self

    @property
    def has_agency_key(self) -> bool:
        """True when the agency's key is not simply the officer's."""
        return "agency_key" in self.model_fields_set or self.identity == "demonstration"
