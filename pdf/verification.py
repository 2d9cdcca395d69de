"""What the signatures of a PDF are worth: who, when, intact, valid, trusted, and what changed afterwards.

Nothing is fetched from the network: revocation is not asked about (soft-fail), and only the roots handed in are trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from dossiers.errors import PasswordProtectedError, TooLargeError, TruncatedFileError, UnreadablePathError
from dossiers.model import SignatureLevel
from pdf.event_loop import run_to_end
from pdf.identity import bears_demonstration_mark

MAX_BYTES = 2 * 1024**3
MAX_SIGNATURES = 100
_SIGNING_USAGES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """One signature.

    ``is_intact``: the signed bytes are unchanged. ``is_valid``: the cryptographic signature is right. ``is_trusted``: the
    certificate leads to a trusted root and was valid. ``covers_file``: nothing was appended after it.
    ``modification`` says what was: none, lta_updates, form_filling, annotations, other or unknown. ``signed_at`` is the
    time stamp's time where there is one (``level`` B-T), else what the signer claims. ``problem`` is why a signature
    could not be judged.
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
        """True when there is a signature, every one holds, and the newest covers the whole file."""
        return self.is_signed and all(verdict.is_sound for verdict in self.signatures) and self.signatures[-1].covers_file

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
    reader, signatures = _read_signatures(file, path)
    if reader.encrypted:
        raise PasswordProtectedError(name=path.name)
    if len(signatures) > MAX_SIGNATURES:
        raise TooLargeError(name=path.name, detail=f"{len(signatures)} signatures")
    return tuple(_judge(signature, roots) for signature in signatures)


def _read_signatures(file: BinaryIO, path: Path) -> tuple[PdfFileReader, list[EmbeddedPdfSignature]]:
    failure: Exception | None = None
    for strict in (True, False):  # other people's files are not always written by the book
        try:
            file.seek(0)
            reader = PdfFileReader(file, strict=strict)
            signatures = [] if reader.encrypted else list(reader.embedded_regular_signatures)
        except OSError:
            raise
        except Exception as error:  # a damaged or hostile file makes the parser fail in any way it can
            failure = error
        else:
            return reader, signatures
    raise TruncatedFileError(name=path.name, detail=f"{type(failure).__name__}: {failure}"[:300]) from failure


def _judge(signature: EmbeddedPdfSignature, roots: tuple[x509.Certificate, ...]) -> SignatureVerdict:
    try:
        status = run_to_end(
            lambda: async_validate_pdf_signature(
                signature,
                signer_validation_context=_make_context(roots),
                ts_validation_context=_make_context(roots),
                key_usage_settings=_SIGNING_USAGES,
            )
        )
        return _make_verdict(signature, status)
    except Exception as error:  # whatever is wrong with a signature is the verdict on it
        return SignatureVerdict(
            field_name=str(getattr(signature, "field_name", "")),
            signer="",
            signed_at=None,
            is_intact=False,
            is_valid=False,
            is_trusted=False,
            covers_file=False,
            modification="unknown",
            level=None,
            is_demonstration=False,
            problem=f"{type(error).__name__}: {error}"[:300],
        )


def _make_context(roots: tuple[x509.Certificate, ...]) -> ValidationContext:
    return ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")


def _make_verdict(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SignatureVerdict:
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
        is_trusted=bool(status.trusted),
        covers_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        modification=level.name.lower() if level is not None else "unknown",
        level=_level_of(signature, is_stamped=is_stamped),
        is_demonstration=bears_demonstration_mark(*names),
    )


def _level_of(signature: EmbeddedPdfSignature, *, is_stamped: bool) -> SignatureLevel | None:
    if signature.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        return None
    return SignatureLevel.B_T if is_stamped else SignatureLevel.B_B
