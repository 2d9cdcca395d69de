"""What the certificates of a PDF's signatures say: who signed for which organisation, issued by whom, trusted at which moment.

A signature is trusted when its certificate leads to a root and was good at the moment that a trusted time stamp proves; without
such a stamp, when it is good now. Revocation is told from the answers (OCSP) and lists (CRL) that the file carries: those of
its document security store (ISO 32000-2, 12.8.4.3) and of Adobe's attribute in the signature (12.8.3.3.2).
"""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESSubIndic
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from dossiers.signatures import Revocation, SignatureProblem
from pdf.event_loop import run_to_end
from pdf.trust import SIGNING_USAGES
from pdf.verification import read_signature_fields

_log = logging.getLogger("sohoa.incoming")
_TEXT_LENGTH = 300
_ADOBE_REVOCATION = "adobe_revocation_info_archival"
_PROBLEMS: dict[AdESSubIndic | None, SignatureProblem] = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: SignatureProblem.UNKNOWN_ROOT,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: SignatureProblem.WEAK_ALGORITHM,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: SignatureProblem.WEAK_ALGORITHM,
    AdESIndeterminate.REVOKED_NO_POE: SignatureProblem.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: SignatureProblem.REVOKED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: SignatureProblem.OUT_OF_TIME,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: SignatureProblem.OUT_OF_TIME,
    AdESIndeterminate.EXPIRED: SignatureProblem.OUT_OF_TIME,
    AdESIndeterminate.NOT_YET_VALID: SignatureProblem.OUT_OF_TIME,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: SignatureProblem.UNFIT_CERTIFICATE,
}


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """What is known of one signature's certificate and time stamp; ``problems`` are those of trust alone."""

    organisation: str
    authority: str
    form: str
    certificate_sha256: str
    is_trusted: bool
    is_timestamped: bool
    stamp_authority: str
    revocation: Revocation
    problems: tuple[SignatureProblem, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts by field name, of those signatures whose certificate can be read.

    ``has_xfa``: the form is an XFA one. ``is_stamped``: a time stamp stands over the whole document, by whoever it is signed.
    """

    signatures: dict[str, SignatureFacts]
    has_xfa: bool
    is_stamped: bool


@dataclass(slots=True)
class _Evidence:
    """What a file carries to judge certificates by."""

    roots: tuple[x509.Certificate, ...]
    certificates: list[x509.Certificate] = field(default_factory=list)
    answers: list[ocsp.OCSPResponse] = field(default_factory=list)
    lists: list[crl.CertificateList] = field(default_factory=list)

    def make_context(self, moment: datetime, revocation_mode: str) -> ValidationContext:
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=self.certificates,
            ocsps=self.answers,
            crls=self.lists,
            moment=moment,
            allow_fetching=False,
            revocation_mode=revocation_mode,
            retroactive_revinfo=True,  # what is carried was asked for after signing
        )


def read_signature_facts(path: Path, roots: tuple[x509.Certificate, ...], now: datetime) -> FileFacts:
    """Read what the signatures' certificates say. Raises what ``pdf.verification.verify_pdf`` raises."""
    with path.open("rb") as file:
        reader, fields = read_signature_fields(file, path)
        found: dict[str, SignatureFacts] = {}
        is_stamped = False
        for name, value in fields:
            try:
                signature = EmbeddedPdfSignature(reader, value, name)
                if signature.sig_object_type == "/DocTimeStamp":
                    is_stamped = True
                else:
                    found[name] = _read_facts(signature, _gather_evidence(reader, signature, roots), now)
            except Exception as error:  # whatever a hostile file does; a signature without facts is never trusted
                _log.info("the certificates of a signature cannot be read: %s", type(error).__name__)
        return FileFacts(found, has_xfa=_has_xfa(reader), is_stamped=is_stamped)


def _has_xfa(reader: PdfFileReader) -> bool:
    try:
        return "/XFA" in reader.root["/AcroForm"]
    except Exception:  # no form, or none that can be read: then there is nothing that XFA could show
        return False


def _gather_evidence(reader: PdfFileReader, signature: EmbeddedPdfSignature, roots: tuple[x509.Certificate, ...]) -> _Evidence:
    evidence = _Evidence(roots)
    try:
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": roots, "allow_fetching": False, "revocation_mode": "soft-fail"}
        )
        evidence.certificates.extend(context.certificate_registry)
        evidence.answers.extend(context.ocsps)
        evidence.lists.extend(context.crls)
    except NoDSSFoundError:
        pass
    for archived in find_cms_attribute_iter(signature.signer_info["signed_attrs"], _ADOBE_REVOCATION):
        evidence.answers.extend(archived["ocsp"] or ())
        evidence.lists.extend(archived["crl"] or ())
    return evidence


def _read_facts(signature: EmbeddedPdfSignature, evidence: _Evidence, now: datetime) -> SignatureFacts:
    first = _validate(signature, evidence, now, now)
    stamp: TimestampSignatureStatus | None = first.timestamp_validity
    is_stamped = stamp is not None and bool(stamp.intact and stamp.valid)
    is_proven = stamp is not None and is_stamped and bool(stamp.trusted)
    moment = stamp.timestamp if stamp is not None and is_proven else now
    status = _validate(signature, evidence, moment, now) if is_proven else first
    revocation = _read_revocation(signature, evidence, moment, is_proven=is_proven, now=now)
    problems: list[SignatureProblem] = []
    if not status.trusted:
        problems.append(_PROBLEMS.get(status.trust_problem_indic, SignatureProblem.CHAIN_FAULT))
    if revocation is Revocation.REVOKED:
        problems.append(SignatureProblem.REVOKED)
    if stamp is not None and not is_proven:
        problems.append(SignatureProblem.STAMP_UNTRUSTED)
    certificate = status.signing_cert
    return SignatureFacts(
        organisation=_name(certificate.subject, "organization_name"),
        authority=_name(certificate.issuer, "common_name") or clean_text(certificate.issuer.human_friendly),
        form=clean_text(str(signature.sig_object.get("/SubFilter", "")).lstrip("/")),
        certificate_sha256=sha256(certificate.dump()).hexdigest(),
        is_trusted=not problems,
        is_timestamped=is_stamped,
        stamp_authority=_name(stamp.signing_cert.subject, "common_name") if stamp is not None else "",
        revocation=revocation,
        problems=tuple(dict.fromkeys(problems)),
    )


def _validate(
    signature: EmbeddedPdfSignature, evidence: _Evidence, moment: datetime, now: datetime, revocation_mode: str = "soft-fail"
) -> PdfSignatureStatus:
    """Judge the certificate at ``moment``, and the time stamp's now: it proves nothing once its own certificate is over."""
    return run_to_end(
        lambda: async_validate_pdf_signature(
            signature,
            signer_validation_context=evidence.make_context(moment, revocation_mode),
            ts_validation_context=evidence.make_context(now, "soft-fail"),
            key_usage_settings=SIGNING_USAGES,
            skip_diff=True,
        )
    )


def _read_revocation(
    signature: EmbeddedPdfSignature, evidence: _Evidence, moment: datetime, *, is_proven: bool, now: datetime
) -> Revocation:
    """Ask what the file carries, at the proven moment, or else at the time that it speaks of itself."""
    if not evidence.answers and not evidence.lists:
        return Revocation.NOT_CARRIED
    asked_at = moment if is_proven else min(_newest(evidence) or now, now)
    status = _validate(signature, evidence, asked_at, now, "require")
    if status.revoked:
        return Revocation.REVOKED
    return Revocation.GOOD if status.trusted else Revocation.UNKNOWN


def _newest(evidence: _Evidence) -> datetime | None:
    times: list[datetime] = [item["tbs_cert_list"]["this_update"].native for item in evidence.lists]
    for answer in evidence.answers:
        if answer["response_status"].native == "successful":
            times.extend(single["this_update"].native for single in answer.response_data["responses"])
    return max(times, default=None)


def _name(name: x509.Name, part: str) -> str:
    """Return a part of a distinguished name as one line; several of a kind are joined."""
    value: Any = name.native.get(part, "")
    parts = value if isinstance(value, list) else [value]
    return clean_text(" · ".join(str(item) for item in parts))


def clean_text(text: str) -> str:
    """Return a text from a file as one line, NFC, without control characters, at most 300 characters."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(char for char in line if char.isprintable())[:_TEXT_LENGTH]
