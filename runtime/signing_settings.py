"""The settings of signing: whose keys, and what the signatures and marks say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from runtime.service_settings import Section


class KeySettings(Section):
    """One role's key. ``demonstration`` makes a local identity without legal value; ``pkcs12`` uses one's own."""

    identity: Literal["demonstration", "pkcs12"] = "demonstration"
    pkcs12_file: Path | None = None
    passphrase_file: Path | None = None
    rsa_padding: Literal["pkcs1v15", "pss"] = "pss"

    @model_validator(mode="after")
    def _complete(self) -> KeySettings:
        if self.identity == "pkcs12" and not (self.pkcs12_file and self.passphrase_file):
            raise ValueError("identity = pkcs12 needs pkcs12_file and passphrase_file")
        return self


class SigningSettings(KeySettings):
    """Who signs, and what signature and mark say. The key at the top is the officer's, ``agency_key`` the agency's.

    Without a table ``agency_key`` the agency signs with the officer's key, or with a demonstration of its own beside the
    officer's demonstration. ``agency`` is a name, as it stands in the mark.
    """

    agency_key: KeySettings = KeySettings()
    trust_files: tuple[Path, ...] = ()
    timestamp_url: str | None = None
    form: str = "BẢN SỐ HÓA TỪ BẢN GIẤY"
    agency: str = "CƠ QUAN MẪU (TRÌNH DIỄN)"
    person: str = "Người số hóa mẫu"
    mark_font: Path = Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf")

    @property
    def has_agency_key(self) -> bool:
        """True when the agency's key is not simply the officer's."""
        return "agency_key" in self.model_fields_set or self.identity == "demonstration"
