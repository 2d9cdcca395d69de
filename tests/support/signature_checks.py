"""Verdicts on signed files, for tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dossiers.signatures import IncomingSignature, Revocation, SignatureCheck, SignatureProblem

CHECKED_AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TRUSTED_SIGNATURE = IncomingSignature(
    field_name="Signature1",
    signer="UBND phường <Mẫu> & xã",
    organisation="Tỉnh Mẫu",
    authority="CA thử nghiệm",
    signed_at=CHECKED_AT,
    is_timestamped=True,
    stamp_authority="TSA thử nghiệm",
    is_intact=True,
    is_valid=True,
    is_trusted=True,
    revocation=Revocation.GOOD,
    covers_file=True,
    changes_after="none",
    level="B-T",
    form="ETSI.CAdES.detached",
    certificate_sha256="ab" * 32,
    problems=(),
)
TRUSTED = SignatureCheck((TRUSTED_SIGNATURE,), (), CHECKED_AT, ("cd" * 32,))


def with_problem(problem: SignatureProblem, *roots: str) -> SignatureCheck:
    """Return the verdict on a file whose one signature has a problem."""
    signature = replace(TRUSTED_SIGNATURE, is_trusted=False, problems=(problem,))
    return SignatureCheck((signature,), (), CHECKED_AT, roots)
