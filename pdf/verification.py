"""What the signatures of a PDF are worth: who, when, intact, valid, trusted, and what changed afterwards.

Nothing is fetched from the network: of revocation, only what the file itself brings along is known, and only the roots handed
in are trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from dossiers.errors import PasswordProtectedError, TooLargeError, TruncatedFileError, UnreadablePathError
from pdf.judgement import SignatureVerdict, judge_signatures
from pdf.trust import describe_failure

MAX_BYTES = 2 * 1024**3
MAX_SIGNATURES = 100


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
    reader, fields = read_signature_fields(file, path)
    if reader.encrypted:
        raise PasswordProtectedError(name=path.name)
    if len(fields) > MAX_SIGNATURES:
        raise TooLargeError(name=path.name, detail=f"{len(fields)} signatures")
    return judge_signatures(reader, fields, roots)


def read_signature_fields(file: BinaryIO, path: Path) -> tuple[PdfFileReader, list[tuple[str, Any]]]:
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
