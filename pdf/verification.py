"""What the signatures of a PDF are worth: who, when, intact, valid, trusted, and what changed afterwards.

Nothing is fetched from the network: revocation is not asked about (soft-fail), and only the roots handed in are trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from dossiers.errors import PasswordProtectedError, TooLargeError, TruncatedFileError, UnreadablePathError
from dossiers.model import SignatureLevel
from pdf.event_loop import run_to_end
from pdf.identity import bears_demonstration_mark
from pdf.trust import SIGNING_USAGES, describe_failure, make_offline_context

MAX_BYTES = 2 * 1024**3
MAX_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """One signature.

    ``is_intact``: the signed bytes are unchanged. ``is_valid``: the cryptographic signature is right. ``is_trusted``: the
    certificate, and that of the time stamp where there is one, lead to a trusted root and are valid. ``covers_file``:
    nothing was appended after it. ``modification`` says what was: none, lta_updates, form_filling, annotations, other or
    unknown. ``signed_at`` is the time stamp's time where there is one (``level`` B-T), else what the signer claims.
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

    @property
    def is_sound(self) -> bool:
        """True when the signature holds and nothing but signature upkeep or form filling came after it."""
        allowed = {"none", "lta_updates", "form_filling"}
        return self.is_intact and self.is_valid and self.modification in allowed and self.problem is None


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All signatures of a file, oldest first."""

    path: Path
    signatures: tuple[SignatureVerdict, ...]

    @property
    def is_signed(self) -> bool:
        return bool(self.signatures)

    @property
    def is_sound(self) -> bool:
        """True when there is a signature, every one holds, and after the newest came nothing but signature upkeep."""
        if not self.signatures or not all(verdict.is_sound for verdict in self.signatures):
            return False
        return self.signatures[-1].covers_file or self.signatures[-1].modification == "lta_updates"

    @property
    def is_trusted(self) -> bool:
        """True when the file is sound and every signer leads to a trusted root."""
        return self.is_sound and all(verdict.is_trusted for verdict in self.signatures)

    @property
    def is_demonstration(self) -> bool:
        return any(verdict.is_demonstration for verdict in self.signatures)


def verify_pdf(path: Path, trust_roots: Iterable[x509.Certificate]) -> VerificationReport:
    """Judge every signature of a PDF; a file without any gives an empty report.

    A broken signature is a verdict, not an error. Raises ``TruncatedFileError`` when the file cannot be parsed,
    ``PasswordProtectedError`` when it is encrypted, ``TooLargeError`` beyond 2 GB, ``UnreadablePathError`` when the system
    does not let us read it.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MAX_BYTES:
                raise TooLargeError(name=path.name, detail=f"{path.stat().st_size} bytes")
            return VerificationReport(path, _judge_file(file, path, tuple(trust_roots)))
    except OSError as error:
        raise UnreadablePathError(name=path.name, detail=error.strerror) from error


def _judge_file(file: BinaryIO, path: Path, roots: tuple[x509.Certificate, ...]) -> tuple[SignatureVerdict, ...]:
    reader, fields = _read_fields(file, path)
    if reader.encrypted:
        raise PasswordProtectedError(name=path.name)
    if len(fields) > MAX_SIGNATURES:
        raise TooLargeError(name=path.name, detail=f"{len(fields)} signatures")
    judged = [_judge(reader, name, field, roots) for name, field in fields]
    in_order = sorted((revision, number) for number, (revision, _) in enumerate(judged))
    verdicts = [judged[number][1] for _, number in in_order]
    return tuple(verdict for verdict in verdicts if verdict is not None)


def _read_fields(file: BinaryIO, path: Path) -> tuple[PdfFileReader, list[tuple[str, Any]]]:
    """Return the filled signature fields, by name. pyHanko's own list leaves out those that it cannot judge."""
    failure: Exception | None = None
    for strict in (True, False):  # other people's files are not always written by the book
        try:
            file.seek(0)
            reader = PdfFileReader(file, strict=strict)
            filled = [] if reader.encrypted else enumerate_sig_fields(reader, filled_status=True)
            fields = [(str(name), field) for name, _, field in filled]
        except OSError:
            raise
        except Exception as error:  # a damaged or hostile file makes the parser fail in any way it can
            failure = error
        else:
            return reader, fields
    raise TruncatedFileError(name=path.name, detail=describe_failure(failure)) from failure


def _judge(
    reader: PdfFileReader, name: str, field: Any, roots: tuple[x509.Certificate, ...]
) -> tuple[int, SignatureVerdict | None]:
    """Return the revision that a signature signs, and the verdict on it; None for a time stamp of the whole document."""
    revision = reader.total_revisions
    try:
        signature = EmbeddedPdfSignature(reader, field, name)
        revision = signature.signed_revision
        if signature.sig_object_type == "/DocTimeStamp":
            return revision, None
        status = run_to_end(
            lambda: async_validate_pdf_signature(
                signature,
                signer_validation_context=make_offline_context(roots),
                ts_validation_context=make_offline_context(roots),
                key_usage_settings=SIGNING_USAGES,
            )
        )
        return revision, _make_verdict(signature, status, _find_problem(signature))
    except Exception as error:  # whatever is wrong with a signature is the verdict on it
        return revision, _condemn(name, describe_failure(error))


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


def _find_problem(signature: EmbeddedPdfSignature) -> str | None:
    """Look behind the signature: its place in the file is padded with zeros, and anything else there nobody signed."""
    used = len(cms.ContentInfo.load(signature.pkcs7_content).dump())
    return "unsigned bytes stand behind the signature" if signature.pkcs7_content[used:].strip(b"\0") else None


def _make_verdict(signature: EmbeddedPdfSignature, status: PdfSignatureStatus, problem: str | None) -> SignatureVerdict:
    certificate = status.signing_cert
    stamp = status.timestamp_validity
    is_stamped = stamp is not None and stamp.intact and stamp.valid
    signed_at = stamp.timestamp if stamp is not None and is_stamped else status.signer_reported_dt
    level = status.modification_level
    names = (certificate.subject.human_friendly, certificate.issuer.human_friendly)
    return SignatureVerdict(
        field_name=str(signature.field_name),
        signer=str(certificate.subject.native.get("common_name", names[0])),
        signed_at=signed_at.astimezone(UTC) if signed_at is not None else None,
        is_intact=bool(status.intact),
        is_valid=bool(status.valid),
        is_trusted=bool(status.trusted) and (stamp is None or bool(stamp.trusted)),
        covers_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        modification=level.name.lower() if level is not None else "unknown",
        level=_level_of(signature, is_stamped=is_stamped),
        is_demonstration=bears_demonstration_mark(*names),
        problem=problem,
    )


def _level_of(signature: EmbeddedPdfSignature, *, is_stamped: bool) -> SignatureLevel | None:
    if signature.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        return None
    return SignatureLevel.B_T if is_stamped else SignatureLevel.B_B
