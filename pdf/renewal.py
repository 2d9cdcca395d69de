"""A new time stamp over a signed PDF before the newest one ages, in a copy; what was signed stays byte for byte."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.timestamps import TimeStamper

from dossiers.errors import CertificateError, IntegrityError, SigningError
from dossiers.model import SignatureLevel
from pdf.cms_signer import DIGEST
from pdf.document_stamps import find_newest_stamp, reliability_of
from pdf.event_loop import run_to_end
from pdf.files import hash_file, name_disk_fault, replace_atomically
from pdf.long_term import Assurance, extend_proof
from pdf.verification import VerificationReport, verify_pdf

_PROBE = bytes(32)


@dataclass(frozen=True, slots=True)
class RenewedPdf:
    """A PDF with its new stamp. ``level`` is what the file now proves; ``stamped_until`` how long its newest stamp holds."""

    path: Path
    sha256: str
    level: SignatureLevel
    stamped_until: datetime


def ask_reliability(timestamper: TimeStamper) -> datetime:
    """Return until when a stamp that the authority gives today can be relied upon. Raises ``TimestampError``."""
    token = run_to_end(lambda: timestamper.async_timestamp(_PROBE, DIGEST))
    return reliability_of(token["content"])


def renew_stamp(path: Path, out_path: Path, assurance: Assurance) -> RenewedPdf:
    """Write ``path`` with a new document time stamp, and what proves the older ones, as ``out_path``, whole or not at all.

    A signature that nothing proves yet (B-T) gets its validation data too, unless its certificate ran out meanwhile.

    Raises ``IntegrityError`` when the signatures of ``path`` do not hold, ``CertificateError`` when a stamp cannot be proved
    any more, ``TimestampError`` and ``RevocationUnavailableError`` (retryable), ``SigningError``, and the disk's errors.
    """
    before = _verify(path, assurance)
    if not before.is_sound:
        raise IntegrityError(what=path.name, detail="its signatures do not hold; a new time stamp would only hide that")
    draft = out_path.with_name(f".{out_path.name}.part")
    try:
        try:
            _extend(path, draft, assurance, with_signatures=True)
        except CertificateError:  # of a signer, perhaps; the stamps can be proved without
            _extend(path, draft, assurance, with_signatures=False)
        after = _verify(draft, assurance)
        stamp = find_newest_stamp(draft)
        level = after.signatures[-1].level
        if not after.is_sound or stamp is None or level is None:
            raise SigningError(detail=f"{path.name} would not hold with a new time stamp")
        replace_atomically(draft, out_path)
    except OSError as error:
        raise name_disk_fault(error, out_path.parent) from error
    except (PdfError, PyhankoSigningError, ValueError) as error:
        raise SigningError(detail=f"{type(error).__name__}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return RenewedPdf(out_path, hash_file(out_path), level, stamp.reliable_until)


def is_renewal_of(path: Path, original: Path, assurance: Assurance) -> RenewedPdf | None:
    """Return ``path`` as the renewal that it is of ``original`` (the same bytes and more, all sound), else None."""
    size = original.stat().st_size
    if path.stat().st_size <= size:
        return None
    with path.open("rb") as longer, original.open("rb") as shorter:
        while chunk := shorter.read(1024 * 1024):
            if longer.read(len(chunk)) != chunk:
                return None
    report, stamp = _verify(path, assurance), find_newest_stamp(path)
    level = report.signatures[-1].level if report.is_sound else None
    if stamp is None or level is None or stamp.reliable_until < datetime.now(UTC):
        return None
    return RenewedPdf(path, hash_file(path), level, stamp.reliable_until)


def _extend(path: Path, draft: Path, assurance: Assurance, *, with_signatures: bool) -> None:
    shutil.copyfile(path, draft)
    with draft.open("rb+") as file:
        extend_proof(file, assurance, with_stamp=True, with_signatures=with_signatures)


def _verify(path: Path, assurance: Assurance) -> VerificationReport:
    return verify_pdf(path, assurance.trust.roots)
