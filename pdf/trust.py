"""What every judgement of a signature has in common: roots, usages, and what is wrong in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

SIGNING_USAGES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What a file brings along to prove its certificates by: its document security store (ETSI EN 319 142-1, 5.4.2)."""

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()

    @property
    def tells_revocation(self) -> bool:
        return bool(self.ocsps or self.crls)


def make_offline_context(
    roots: Iterable[x509.Certificate],
    moment: datetime | None = None,
    data: ValidationData | None = None,
    *,
    is_required: bool = False,
) -> ValidationContext:
    """Return what a chain is judged by at ``moment`` (now, by default): only these roots, and nothing from the network.

    With ``is_required`` the data must show that no certificate of the chain was revoked at that moment. They may have been
    gathered later: what a responder says afterwards holds for the time before as well.
    """
    data = data or ValidationData()
    return ValidationContext(
        trust_roots=tuple(roots),
        other_certs=data.certificates,
        ocsps=data.ocsps,
        crls=data.crls,
        allow_fetching=False,
        revocation_mode="require" if is_required else "soft-fail",
        retroactive_revinfo=data.tells_revocation,
        moment=moment,
    )


def describe_failure(error: BaseException | None) -> str:
    """Return the kind and the words of a foreign exception on one line of at most 300 letters."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]
