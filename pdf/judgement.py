"""The judgement of each signature of a PDF, from the newest time stamp back to the signatures themselves.

A stamp of the whole document proves that all before it existed at its time; so the stamp before it is judged as of that time,
and so on back to the signatures (ETSI EN 319 102-1, 5.6, in the form that PAdES gives it). Revocation is judged from the
document security store alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from asn1crypto import cms, crl, ocsp, tsp, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from dossiers.model import SignatureLevel
from pdf.event_loop import run_to_end
from pdf.identity import bears_demonstration_mark
from pdf.trust import SIGNING_USAGES, ValidationData, describe_failure, make_offline_context

_PLACE = re.compile(rb"<([0-9a-f]*|[0-9A-F]*)>")  # ISO 32000-1, 7.3.4.3; one program writes one case


class Revocation(StrEnum):
    """What a file's own data say of a signer's and a stamp's certificates."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """One signature.

    ``is_intact``: the signed bytes are unchanged. ``is_valid``: the cryptographic signature is right. ``is_trusted``: the
    certificate, and that of the time stamp where there is one, lead to a trusted root and are valid. ``covers_file``:
    nothing was appended after it. ``modification`` says what was: none, lta_updates, form_filling, annotations, other or
    unknown. ``signed_at`` is the time stamp's time where there is one, else what the signer claims. ``level`` is what the file
    proves, not what it was meant to be. ``revocation`` is what the file's own data say of the certificates at ``signed_at``.
    ``problem`` is why a signature could not be judged, or what else is wrong with it.
    """

    field_name: str
    signer: str
    signed_at: datetime | None
    is_intact: bool
    is_valid: bool
    is_trusted: bool
    covers_file: bool
    modification: str
    level: SignatureLevel | None
    is_demonstration: bool
    problem: str | None = None
    revocation: Revocation = Revocation.UNKNOWN

    @property
    def is_sound(self) -> bool:
        """True when the signature holds and nothing but signature upkeep or form filling came after it."""
        allowed = {"none", "lta_updates", "form_filling"}
        return self.is_intact and self.is_valid and self.modification in allowed and self.problem is None


@dataclass(frozen=True, slots=True)
class _Proof:
    """A stamp of the whole document: it covers what was signed in revisions before ``revision``.

    ``proved_at`` is its time, None when it is not to be trusted. ``has_data``: it covers a security store as well.
    """

    revision: int
    proved_at: datetime | None
    has_data: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a signature is judged by: roots, the file's own data, and the stamps of the document, the oldest first."""

    roots: tuple[x509.Certificate, ...]
    data: ValidationData
    data_problem: str | None
    proofs: tuple[_Proof, ...] = ()


def judge_signatures(
    reader: PdfFileReader, fields: Sequence[tuple[str, Any]], roots: tuple[x509.Certificate, ...]
) -> tuple[SignatureVerdict, ...]:
    """Judge the filled signature fields of a file, the oldest first.

    Stamps of the whole document count for the signatures before them and have no verdict of their own.
    """
    found: list[tuple[int, EmbeddedPdfSignature]] = []
    verdicts: list[tuple[int, SignatureVerdict]] = []
    for name, field in fields:
        try:
            signature = EmbeddedPdfSignature(reader, field, name)
            found.append((signature.signed_revision, signature))
        except Exception as error:  # whatever is wrong with a signature is the verdict on it
            verdicts.append((reader.total_revisions, _condemn(name, describe_failure(error))))
    stamps = [(revision, each) for revision, each in found if each.sig_object_type == "/DocTimeStamp"]
    data, data_problem = _read_data(reader)
    ground = _Ground(roots, data, data_problem, _judge_stamps(reader, stamps, roots, data))
    for revision, signature in found:
        if signature.sig_object_type != "/DocTimeStamp":
            verdicts.append((revision, _judge(revision, signature, ground)))
    return tuple(verdict for _, verdict in sorted(verdicts, key=lambda each: each[0]))


def _judge_stamps(
    reader: PdfFileReader,
    stamps: Sequence[tuple[int, EmbeddedPdfSignature]],
    roots: tuple[x509.Certificate, ...],
    data: ValidationData,
) -> tuple[_Proof, ...]:
    """Judge the stamps from the newest back, each as of the time that the one after it proves."""
    proofs: list[_Proof] = []
    moment: datetime | None = None
    for revision, stamp in sorted(stamps, key=lambda each: each[0], reverse=True):
        try:
            context = make_offline_context(roots, moment, data)
            status = run_to_end(partial(async_validate_pdf_timestamp, stamp, context))
            is_sound = bool(status.intact and status.valid)
            problem = _find_padding_problem(stamp) if is_sound else "a time stamp of the document is broken"
            proved_at = status.timestamp if problem is None and status.trusted else None
            has_data = "/DSS" in reader.get_historical_root(revision)
            proofs.append(_Proof(revision, proved_at, has_data, problem))
        except Exception as error:  # a stamp that cannot be judged proves nothing
            problem = f"a time stamp of the document: {describe_failure(error)}"
            proofs.append(_Proof(revision, None, has_data=False, problem=problem))
        moment = proofs[-1].proved_at or moment
    return tuple(reversed(proofs))


def _judge(revision: int, signature: EmbeddedPdfSignature, ground: _Ground) -> SignatureVerdict:
    try:
        after = tuple(proof for proof in ground.proofs if proof.revision > revision)
        proved_at = next((proof.proved_at for proof in after if proof.proved_at is not None), None)
        stamp = next(extract_tst_data_iter(signature.signer_info, signed=False), None)
        signed_at = _time_of(stamp) if stamp is not None else proved_at
        status, is_proved = _validate(signature, ground, signed_at, proved_at)
        problems = (_find_padding_problem(signature), ground.data_problem, *(proof.problem for proof in after))
        problem = next((each for each in problems if each is not None), None)
        return _make_verdict(signature, status, after, problem, is_proved=is_proved)
    except Exception as error:  # whatever is wrong with a signature is the verdict on it
        return _condemn(str(signature.field_name), describe_failure(error))


def _validate(
    signature: EmbeddedPdfSignature, ground: _Ground, signed_at: datetime | None, proved_at: datetime | None
) -> tuple[PdfSignatureStatus, bool]:
    """Return the status, and whether the file's own data show that no certificate was revoked."""

    def judge(*, is_required: bool) -> PdfSignatureStatus:
        status: PdfSignatureStatus = run_to_end(
            lambda: async_validate_pdf_signature(
                signature,
                signer_validation_context=make_offline_context(ground.roots, signed_at, ground.data, is_required=is_required),
                ts_validation_context=make_offline_context(ground.roots, proved_at, ground.data, is_required=is_required),
                key_usage_settings=SIGNING_USAGES,
            )
        )
        return status

    if ground.data.tells_revocation:
        status = judge(is_required=True)
        stamp = status.timestamp_validity
        if status.trusted and (stamp is None or stamp.trusted):
            return status, True
    return judge(is_required=False), False


def _read_data(reader: PdfFileReader) -> tuple[ValidationData, str | None]:
    """Return what the document security store holds, and what is wrong with it."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
        data = ValidationData(
            tuple(store.load_certs()),
            tuple(ocsp.OCSPResponse.load(each.get_object().data, strict=True) for each in store.ocsps),
            tuple(crl.CertificateList.load(each.get_object().data, strict=True) for each in store.crls),
        )
        for each in (*data.certificates, *data.ocsps, *data.crls):
            _ = each.native  # parsed only when it is asked for, and a damaged one would pass for none
    except NoDSSFoundError:
        return ValidationData(), None
    except (PdfError, ValueError, TypeError, LookupError, AttributeError) as error:
        return ValidationData(), f"the document security store is damaged: {describe_failure(error)}"
    return data, None


def _time_of(stamp: cms.SignedData) -> datetime:
    moment: datetime = tsp.TSTInfo.load(stamp["encap_content_info"]["content"].contents)["gen_time"].native
    return moment


def _condemn(name: str, problem: str) -> SignatureVerdict:
    return SignatureVerdict(
        field_name=name,
        signer="",
        signed_at=None,
        is_intact=False,
        is_valid=False,
        is_trusted=False,
        covers_file=False,
        modification="unknown",
        level=None,
        is_demonstration=False,
        problem=problem,
    )


def _find_padding_problem(signature: EmbeddedPdfSignature) -> str | None:
    """Look at the signature's place in the file, which nobody signed: hex digits of one case, zeros behind the signature."""
    used = len(cms.ContentInfo.load(signature.pkcs7_content).dump())
    if signature.pkcs7_content[used:].strip(b"\0"):
        return "unsigned bytes stand behind the signature"
    _, begin, end, _ = (int(edge) for edge in signature.byte_range)
    signature.reader.stream.seek(begin)
    is_plain = _PLACE.fullmatch(signature.reader.stream.read(end - begin)) is not None
    return None if is_plain else "the place of the signature was changed"


def _make_verdict(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    after: tuple[_Proof, ...],
    problem: str | None,
    *,
    is_proved: bool,
) -> SignatureVerdict:
    certificate, stamp = status.signing_cert, status.timestamp_validity
    is_stamped = stamp is not None and bool(stamp.intact and stamp.valid)
    signed_at = stamp.timestamp if stamp is not None and is_stamped else status.signer_reported_dt
    modification = status.modification_level
    names = (certificate.subject.human_friendly, certificate.issuer.human_friendly)
    is_revoked = status.revocation_details is not None or (stamp is not None and stamp.revocation_details is not None)
    return SignatureVerdict(
        field_name=str(signature.field_name),
        signer=str(certificate.subject.native.get("common_name", names[0])),
        signed_at=signed_at.astimezone(UTC) if signed_at is not None else None,
        is_intact=bool(status.intact),
        is_valid=bool(status.valid),
        is_trusted=bool(status.trusted) and (stamp is None or bool(stamp.trusted)),
        covers_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        modification=modification.name.lower() if modification is not None else "unknown",
        level=_level_of(signature, after, is_stamped=is_stamped, is_proved=is_proved),
        is_demonstration=bears_demonstration_mark(*names),
        problem=problem,
        revocation=Revocation.REVOKED if is_revoked else Revocation.GOOD if is_proved else Revocation.UNKNOWN,
    )


def _level_of(
    signature: EmbeddedPdfSignature, after: tuple[_Proof, ...], *, is_stamped: bool, is_proved: bool
) -> SignatureLevel | None:
    if signature.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        return None
    good = [proof for proof in after if proof.problem is None]
    if not (is_stamped or good):
        return SignatureLevel.B_B
    if not is_proved:
        return SignatureLevel.B_T
    return SignatureLevel.B_LTA if any(proof.has_data for proof in good) else SignatureLevel.B_LT
