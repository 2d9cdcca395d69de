"""Statements of the archive about itself, signed by the agency: manifests, anchors, proofs, certificates of destruction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pdf.certificate_check import check_certificate
from pdf.detached_signature import DetachedVerdict, sign_detached, verify_detached
from runtime.wiring import House


def sign_statement(house: House, statement: bytes, signed_at: datetime | None = None) -> bytes:
    """Return the agency's detached signature (CMS, DER), with a time stamp where an authority is configured.

    The agency's certificate is checked first, as for a document. Raises what ``require_signer`` raises, SigningError, and
    TimestampError (retryable).
    """
    require_signer(house)
    return sign_detached(statement, house.agency_identity, signed_at or datetime.now(UTC), house.timestamper)


def require_signer(house: House) -> None:
    """Raise CertificateError, or RevocationUnavailableError (retryable), when the agency's certificate must not sign now."""
    check_certificate(house.agency_identity, house.assurance.trust, datetime.now(UTC))


def judge_statement(house: House, statement: bytes, signature: bytes) -> DetachedVerdict:
    """Return what a signature of a statement is worth, by the roots that this house trusts and the agency's certificates.

    A national root vouches for any official; a statement counts only by the agency's own key, today's or a former one.
    """
    verdict = verify_detached(statement, signature, house.trust_roots)
    if not verdict.is_genuine or verdict.signer_sha256 in house.agency_certificates:
        return verdict
    former = "signing.former_agency_files names earlier ones"
    return replace(verdict, problem=f"signed by {verdict.signer}, not with a certificate of the agency ({former})")
