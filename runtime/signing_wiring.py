"""What signs, made from the settings; only ``runtime.wiring`` calls it."""

from __future__ import annotations

from pathlib import Path

from asn1crypto.x509 import Certificate
from pyhanko.sign.timestamps import TimeStamper

from dossiers.model import SignatureLevel
from pdf.certificate_check import Demand, TrustBase
from pdf.demonstration import create_demonstration_identity
from pdf.identity import SigningIdentity, load_identity, open_token_identity
from pdf.long_term import Assurance
from pdf.revocation import RevocationSource
from pdf.token_key import TokenAddress, TokenSession
from runtime.signing_settings import KeySettings, SigningSettings
from runtime.unlocking import find_secret_source, keep_out_of_core_dumps, read_secret_file


def open_identity(key: KeySettings, demonstration_folder: Path, demonstration_name: str) -> SigningIdentity:
    """Open one role's key. Raises ``ConfigurationError``, ``CertificateError``, ``TokenUnavailableError``."""
    keep_out_of_core_dumps()
    uses_pss = key.rsa_padding == "pss"
    if key.identity == "pkcs11" and key.module is not None:
        address = TokenAddress(key.module, key.token_label, key.key_label, bytes.fromhex(key.key_id))
        session = TokenSession(address, None if key.has_keypad else find_secret_source(key))
        return open_token_identity(session, key.certificate_file, uses_pss=uses_pss)
    if key.identity == "pkcs12" and key.pkcs12_file is not None:
        return load_identity(key.pkcs12_file, find_secret_source(key)(), uses_pss=uses_pss)
    files = create_demonstration_identity(demonstration_folder, demonstration_name)
    return load_identity(files.pkcs12_path, read_secret_file(files.passphrase_path), uses_pss=uses_pss)


def make_assurance(signing: SigningSettings, timestamper: TimeStamper | None, roots: tuple[Certificate, ...]) -> Assurance:
    """Return to which level is signed, and by whom what is proved."""
    level = SignatureLevel(signing.level) if signing.level else SignatureLevel.B_T if timestamper else SignatureLevel.B_B
    source = RevocationSource(signing.ocsp_url, signing.crl_urls, signing.network_timeout_s)
    demand = Demand.REQUIRE if level.is_long_term else Demand(signing.revocation)
    return Assurance(level, timestamper, TrustBase(roots, source, demand))
