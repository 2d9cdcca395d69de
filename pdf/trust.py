"""What every judgement of a signature has in common: roots, usages, and what is wrong in one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

SIGNING_USAGES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

_LONGEST = 300


def make_offline_context(roots: Iterable[x509.Certificate], moment: datetime | None = None) -> ValidationContext:
    """Return what a chain is judged by at ``moment`` (now, by default): only these roots, and nothing from the network."""
    return ValidationContext(trust_roots=tuple(roots), allow_fetching=False, revocation_mode="soft-fail", moment=moment)


def describe_failure(error: BaseException | None) -> str:
    """Return the kind and the words of a foreign exception on one line of at most 300 letters."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]
