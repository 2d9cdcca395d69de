"""The look at a signer's certificate just before it signs: validity, usage, chain and revocation, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from dossiers.errors import CertificateError, RevocationUnavailableError
from dossiers.model import CertificateCheck, RevocationStatus
from pdf.event_loop import run_to_end
from pdf.identity import SigningIdentity, check_validity
from pdf.revocation import CLOCK_TOLERANCE, RevocationSource

_OCSP_ALONE = RevocationCheckingPolicy(RevocationCheckingRule.OCSP_REQUIRED, RevocationCheckingRule.NO_CHECK)


class Demand(StrEnum):
    """What must be known of revocation before anything is signed."""

    REQUIRE = "require"  # nothing is signed before somebody has said that no certificate of the chain is revoked
    TRY = "try"  # those that name an address are asked; a server that does not answer is written down
    OFF = "off"  # nobody is asked


@dataclass(frozen=True, slots=True)
class TrustBase:
    """What chains are judged by before signing: the trusted roots, whom to ask about revocation, and how strictly."""

    roots: tuple[x509.Certificate, ...] = ()
    source: RevocationSource | None = None
    demand: Demand = Demand.OFF


def check_certificate(identity: SigningIdentity, base: TrustBase, now: datetime) -> CertificateCheck:
    """Check a signer's certificate and return what was found.

    Raises ``CertificateError`` when it must not sign, ``RevocationUnavailableError`` (retryable) when revocation must be known
    and nobody answers. A chain that leads to no trusted root is only written down, unless revocation must be known.
    """
    check_validity(identity, now)
    source = base.source or RevocationSource()
    if identity.certificate.self_signed != "no":
        return _check_own_issuer(identity, base, now)
    if base.demand is Demand.OFF:
        return _describe(identity, now, RevocationStatus.NOT_ASKED, is_chain_trusted=_is_trusted(identity, base))
    context = source.make_context(base.roots, identity.chain, is_required=base.demand is Demand.REQUIRE)
    try:
        run_to_end(lambda: CertificateValidator(identity.certificate, validation_context=context).async_validate_usage(set()))
    except InsufficientRevinfoError as error:
        source.forget()
        if base.demand is Demand.REQUIRE:
            chain = (identity.certificate, *identity.chain)
            raise explain_missing(error, source, is_named=source.is_named(chain)) from error
        return _describe(
            identity,
            now,
            RevocationStatus.UNREACHABLE,
            is_chain_trusted=_is_trusted(identity, base),
            words=source.list_failures() or str(error),
        )
    except PathBuildingError as error:
        if base.demand is Demand.REQUIRE:
            raise CertificateError(detail=f"{error}; name its root in signing.trust_files") from error
        return _describe(identity, now, RevocationStatus.NOT_ASKED, is_chain_trusted=False, words="no trusted root")
    except ValidationError as error:
        raise CertificateError(detail=str(error)) from error
    return _tell_source(identity, base, context, source, now)


def _check_own_issuer(identity: SigningIdentity, base: TrustBase, now: datetime) -> CertificateCheck:
    """Judge a certificate that issued itself: only being trusted as it is makes it good, and nobody can revoke it."""
    is_trusted = identity.certificate.dump() in {root.dump() for root in base.roots}
    if base.demand is Demand.REQUIRE and not is_trusted:
        raise CertificateError(detail=f"{identity.name} issued its certificate itself, and signing.trust_files do not name it")
    return _describe(identity, now, RevocationStatus.NOT_NAMED, is_chain_trusted=is_trusted)


def explain_missing(
    error: Exception, source: RevocationSource, *, is_named: bool
) -> CertificateError | RevocationUnavailableError:
    """Return why revocation could not be found out: nobody to ask (no try helps), or nobody who answers rightly."""
    if not is_named:
        return CertificateError(detail=f"{error}; it names neither OCSP nor CRL")
    return RevocationUnavailableError(detail=source.list_failures() or str(error))


def _is_trusted(identity: SigningIdentity, base: TrustBase) -> bool:
    """Ask whether the chain leads to a trusted root, and nothing of revocation. Raises ``CertificateError`` for a bad chain."""
    context = ValidationContext(
        trust_roots=base.roots, other_certs=identity.chain, allow_fetching=False, revocation_mode="soft-fail"
    )
    try:
        run_to_end(lambda: CertificateValidator(identity.certificate, validation_context=context).async_validate_usage(set()))
    except PathBuildingError:
        return False
    except (RevokedError, PathValidationError, ValidationError) as error:
        raise CertificateError(detail=str(error)) from error
    return True


def _tell_source(
    identity: SigningIdentity, base: TrustBase, context: ValidationContext, source: RevocationSource, now: datetime
) -> CertificateCheck:
    """Say who was believed: the OCSP responder where its answer alone proves the certificate, else a CRL."""
    if not source.is_named([identity.certificate]):
        return _describe(identity, now, RevocationStatus.NOT_NAMED)
    if _is_proved_by_ocsp(identity, base, context):
        for response in context.ocsps:
            for single in response.response_data["responses"]:
                if single["cert_id"]["serial_number"].native == identity.certificate.serial_number:
                    words = f"OCSP {source.address_of(response.dump())}".strip()
                    made_at = single["this_update"].native
                    return _describe(identity, now, RevocationStatus.GOOD, words=words, source_time=made_at)
    for found in context.crls:
        if found.issuer == identity.certificate.issuer:
            words = f"CRL {source.address_of(found.dump())}".strip()
            made_at = found["tbs_cert_list"]["this_update"].native
            return _describe(identity, now, RevocationStatus.GOOD, words=words, source_time=made_at)
    return _describe(identity, now, RevocationStatus.GOOD)


def _is_proved_by_ocsp(identity: SigningIdentity, base: TrustBase, context: ValidationContext) -> bool:
    if not context.ocsps:
        return False
    alone = ValidationContext(
        trust_roots=base.roots,
        other_certs=identity.chain,
        ocsps=context.ocsps,
        revinfo_policy=CertRevTrustPolicy(_OCSP_ALONE),
        time_tolerance=CLOCK_TOLERANCE,
    )
    validator = CertificateValidator(identity.certificate, validation_context=alone)
    try:
        run_to_end(lambda: validator.async_validate_usage(set()))
    except (PathBuildingError, ValidationError):
        return False
    return True


def _describe(
    identity: SigningIdentity,
    now: datetime,
    revocation: RevocationStatus,
    *,
    is_chain_trusted: bool = True,
    words: str = "",
    source_time: datetime | None = None,
) -> CertificateCheck:
    issuer = identity.certificate.issuer
    return CertificateCheck(
        checked_at=now.astimezone(UTC),
        authority=str(issuer.native.get("common_name", issuer.human_friendly)),
        serial_number=f"{identity.certificate.serial_number:x}",
        not_after=identity.not_after,
        is_chain_trusted=is_chain_trusted,
        revocation=revocation,
        source=words,
        source_time=source_time,
    )
