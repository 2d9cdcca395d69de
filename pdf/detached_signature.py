"""Detached signatures of statements that are no PDF: a day's manifest, an anchor of the trail, a certificate of destruction.

The form is CMS SignedData in DER (RFC 5652) with the signed attributes of CAdES (ETSI EN 319 122-1), so that a stranger needs
nothing of ours: ``openssl cms -verify -binary -inform DER -in SIGNATURE -content STATEMENT -CAfile ROOT.pem -no-CApath
-no-CAstore -purpose any``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, tsp, x509
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import (
    async_validate_detached_cms,
    extract_self_reported_ts,
    extract_tst_data_iter,
)
from pyhanko.sign.validation.status import StandardCMSSignatureStatus

from dossiers.errors import SigningError
from pdf.cms_signer import DIGEST, MECHANISMS, make_cms_signer
from pdf.event_loop import run_to_end
from pdf.identity import SigningIdentity, bears_demonstration_mark, check_validity
from pdf.trust import SIGNING_USAGES, describe_failure, make_offline_context

MAX_SIGNATURE_BYTES = 1024 * 1024
_CLOCK_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DetachedVerdict:
    """What a detached signature is worth.

    ``is_intact``: the statement is the one that was signed. ``is_valid``: the cryptographic signature is right.
    ``signed_at`` is the time stamp's time where there is one (``is_stamped``), else what the signer claims. ``is_trusted``: the
    certificate, and that of the time stamp, lead to a trusted root and were valid at ``signed_at``; revocation is not asked
    about. ``signer_sha256`` is the digest (hex) of the signer's certificate: whose it may be is for the caller to say.
    ``problem`` is why the signature could not be judged, or what else is wrong with it.
    """

    signer: str
    signed_at: datetime | None
    is_intact: bool
    is_valid: bool
    is_trusted: bool
    is_stamped: bool = False
    is_demonstration: bool = False
    signer_sha256: str = ""
    problem: str | None = None

    @property
    def is_genuine(self) -> bool:
        """True when nothing speaks against the statement."""
        return self.is_intact and self.is_valid and self.is_trusted and self.problem is None


def sign_detached(data: bytes, identity: SigningIdentity, signed_at: datetime, timestamper: TimeStamper | None = None) -> bytes:
    """Return the detached signature of a statement, in DER; its bytes stay apart and as they are.

    Raises ``SigningError`` when the certificate is out of date or signing fails, ``TimestampError`` (retryable) when the
    authority does not give a time stamp, ``ValueError`` for a time without a zone.
    """
    if signed_at.tzinfo is None:
        raise ValueError("the time of signing must have a time zone")
    signed_at = signed_at.astimezone(UTC).replace(microsecond=0)
    check_validity(identity, signed_at)
    signer = make_cms_signer(identity)
    attributes = PdfCMSSignedAttributes(signing_time=signed_at)
    try:
        signed = run_to_end(
            lambda: signer.async_sign_general_data(
                data, DIGEST, use_cades=True, timestamper=timestamper, signed_attr_settings=attributes
            )
        )
    except (PyhankoSigningError, ValueError) as error:
        raise SigningError(detail=f"{type(error).__name__}: {error}") from error
    return bytes(signed.dump())


def verify_detached(data: bytes, signature: bytes, trust_roots: Iterable[x509.Certificate]) -> DetachedVerdict:
    """Judge a detached signature of ``data``, offline and as of when it was made. A broken one is a verdict, never an error."""
    roots = tuple(trust_roots)
    try:
        signed = _parse(signature)
        (signer_info,) = signed["signer_infos"]
        stamp = next(extract_tst_data_iter(signer_info, signed=False), None)
        signed_at = _time_of(stamp) if stamp is not None else _claimed_time(signer_info)
        status = run_to_end(
            lambda: async_validate_detached_cms(
                data,
                signed,
                signer_validation_context=make_offline_context(roots, signed_at),
                ts_validation_context=make_offline_context(roots, signed_at),
                key_usage_settings=SIGNING_USAGES,
            )
        )
        return _make_verdict(status, signed_at, _find_problem(signed, signer_info, status.signing_cert))
    except Exception as error:  # whatever is wrong with a signature is the verdict on it
        return DetachedVerdict("", None, is_intact=False, is_valid=False, is_trusted=False, problem=describe_failure(error))


def _parse(signature: bytes) -> cms.SignedData:
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise ValueError(f"a signature of {len(signature)} bytes")
    content = cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError(f"no signature but {content['content_type'].native}")
    return content["content"]


def _time_of(stamp: cms.SignedData) -> datetime:
    moment: datetime = tsp.TSTInfo.load(stamp["encap_content_info"]["content"].contents)["gen_time"].native
    return moment


def _claimed_time(signer_info: cms.SignerInfo) -> datetime:
    claimed_at = extract_self_reported_ts(signer_info)
    if claimed_at is None:
        raise ValueError("the signature does not say when it was made")
    return claimed_at


def _find_problem(signed: cms.SignedData, signer_info: cms.SignerInfo, certificate: x509.Certificate) -> str | None:
    """Look at what nobody signed: byte for byte the envelope that we write (RFC 5652, 5.1 and 5.3)."""
    issuer = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    is_ours = (
        signed["version"].native == signer_info["version"].native == "v1"
        and [algorithm.dump() for algorithm in signed["digest_algorithms"]] == [signer_info["digest_algorithm"].dump()]
        and signer_info["sid"].chosen.dump() == issuer.dump()
        and signer_info["signature_algorithm"].dump() in {mechanism.dump() for mechanism in MECHANISMS.values()}
    )
    return None if is_ours else "its envelope is not the one that was written"


def _make_verdict(status: StandardCMSSignatureStatus, signed_at: datetime, problem: str | None) -> DetachedVerdict:
    certificate, stamp = status.signing_cert, status.timestamp_validity
    names = (certificate.subject.human_friendly, certificate.issuer.human_friendly)
    is_stamped = stamp is not None and bool(stamp.intact and stamp.valid)
    if stamp is not None and not is_stamped:
        problem = "its time stamp is broken"
    elif signed_at > datetime.now(UTC) + _CLOCK_TOLERANCE:
        problem = f"it says that it was made on {signed_at:%Y-%m-%d}, which is still to come"
    return DetachedVerdict(
        signer=str(certificate.subject.native.get("common_name", names[0])),
        signed_at=signed_at.astimezone(UTC),
        is_intact=bool(status.intact),
        is_valid=bool(status.valid),
        is_trusted=bool(status.trusted) and (stamp is None or bool(stamp.trusted)),
        is_stamped=is_stamped,
        is_demonstration=bears_demonstration_mark(*names),
        signer_sha256=certificate.sha256.hex(),
        problem=problem,
    )
