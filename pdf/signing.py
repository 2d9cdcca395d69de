"""PAdES signatures (ETSI EN 319 142-1) of level B-B, B-T, B-LT and B-LTA.

The signature is appended to the archival PDF as one increment, and what makes it last as another; the bytes before stay as they
were. Before it signs, the signer's certificate is checked. The network is asked for time stamps and revocation only.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import StaticStampStyle

from dossiers.errors import AlreadySignedError, IntegrityError, SigningError
from dossiers.model import ArchivalPdf, SignatureLevel, SignedPdf
from dossiers.page import RecognizedPage
from pdf.certificate_check import check_certificate
from pdf.cms_signer import DIGEST, make_cms_signer, reserve_digits
from pdf.document_stamps import find_newest_stamp
from pdf.event_loop import run_to_end
from pdf.files import hash_file, name_disk_fault, replace_atomically
from pdf.identity import SigningIdentity
from pdf.increments import open_increment
from pdf.long_term import Assurance, extend_proof
from pdf.mark_text import VIETNAM_TIME, MarkText
from pdf.page_image import draw_upright
from pdf.timestamps import RESERVED_FOR_STAMP
from pdf.visible_mark import DrawPage, PlacedMark, place_mark, render_first_page

FIELD_NAME = "SohoaSignature"


@dataclass(frozen=True, slots=True)
class SigningOptions:
    """What the signature says."""

    reason: str = "Số hóa hồ sơ thủ tục hành chính"
    location: str = ""


class _DatedSigner(signers.PdfSigner):
    """A signer whose signature states the time that the visible mark shows, instead of asking the clock again."""

    signed_at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.signed_at
        return session


def sign_pdf(
    archival: ArchivalPdf,
    out_path: Path,
    identity: SigningIdentity,
    mark: MarkText | None = None,
    assurance: Assurance | None = None,
    options: SigningOptions | None = None,
    now: datetime | None = None,
    first_page: RecognizedPage | None = None,
) -> SignedPdf:
    """Sign a PDF/A, with a visible mark or without, as ``out_path``, whole or not at all.

    Where the mark covers nothing is seen on the scan of ``first_page`` when that is given, else by drawing the PDF, which
    takes ten times as long.

    Raises ``CertificateError`` when the certificate must not sign, ``SigningError`` when signing fails, ``TimestampError``,
    ``RevocationUnavailableError`` and ``TokenUnavailableError`` (all retryable) when whoever is asked does not answer,
    ``AlreadySignedError`` when the file has a signature, ``IntegrityError`` when it is not the file that was made,
    ``ConfigurationError`` for a bad mark or PIN, ``StorageFullError`` or ``StorageUnavailableError`` when the disk fails.
    """
    options, assurance = options or SigningOptions(), assurance or Assurance()
    signed_at = (now or datetime.now(UTC)).replace(microsecond=0)
    check = check_certificate(identity, assurance.trust, now or datetime.now(UTC))
    if hash_file(archival.path) != archival.sha256:
        raise IntegrityError(what=archival.path.name, detail="the PDF changed between making and signing")
    try:
        with tempfile.TemporaryDirectory(prefix="sohoa-sign-", dir=out_path.parent) as folder:
            draft = Path(folder, "signed.pdf")
            shutil.copyfile(archival.path, draft)
            with draft.open("rb+") as file:
                writer = _open_unsigned(file, archival.path.name)
                draw_page = partial(_draw_first_page, first_page, archival.path)
                placed = _prepare_mark(writer, mark, draw_page, signed_at) if mark else None
                _sign_in_place(writer, placed, Path(folder), identity, assurance, options, signed_at)
                if assurance.level.is_long_term:
                    extend_proof(file, assurance, with_stamp=assurance.level is SignatureLevel.B_LTA)
            stamp = find_newest_stamp(draft) if assurance.level.is_stamped else None
            replace_atomically(draft, out_path)
    except OSError as error:
        raise name_disk_fault(error, out_path.parent) from error
    except (PdfError, PyhankoSigningError, ValueError) as error:
        raise SigningError(detail=f"{type(error).__name__}: {error}") from error
    return SignedPdf(
        path=out_path,
        sha256=hash_file(out_path),
        page_count=archival.page_count,
        level=assurance.level,
        signer=identity.name,
        signed_at=signed_at.astimezone(UTC),
        is_demonstration=identity.is_demonstration,
        stamped_until=stamp.reliable_until if stamp else None,
        certificate_check=check,
    )


def _draw_first_page(first_page: RecognizedPage | None, unsigned_path: Path, dpi: int) -> Image.Image | None:
    drawn = draw_upright(first_page, dpi) if first_page else None
    return drawn or render_first_page(unsigned_path, dpi)


def _open_unsigned(file: BinaryIO, name: str) -> IncrementalPdfFileWriter:
    writer = open_increment(file)
    if writer.prev.embedded_signatures:
        raise AlreadySignedError(name=name, reasons_vi="chữ ký", reasons_en="the signature")
    return writer


def _sign_in_place(
    writer: IncrementalPdfFileWriter,
    placed: PlacedMark | None,
    folder: Path,
    identity: SigningIdentity,
    assurance: Assurance,
    options: SigningOptions,
    signed_at: datetime,
) -> None:
    timestamper = assurance.timestamper if assurance.level.is_stamped else None
    signer = _DatedSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm=DIGEST,
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=options.reason or None,
            location=options.location or None,
            name=identity.name,
            signer_key_usage=set(),  # checked, more exactly, when the identity was loaded
        ),
        make_cms_signer(identity),
        timestamper=timestamper,
        stamp_style=_make_stamp(placed, folder) if placed else None,
        new_field_spec=fields.SigFieldSpec(FIELD_NAME, on_page=0, box=placed.box if placed else None),
    )
    signer.signed_at = signed_at.astimezone(VIETNAM_TIME)
    reserved = RESERVED_FOR_STAMP if timestamper else reserve_digits(identity)
    run_to_end(lambda: signer.async_sign_pdf(writer, bytes_reserved=reserved, in_place=True))


def _prepare_mark(writer: IncrementalPdfFileWriter, mark: MarkText, draw_page: DrawPage, signed_at: datetime) -> PlacedMark:
    page_ref, _ = writer.find_page_for_modification(0)
    page = page_ref.get_object()
    left, bottom, right, top = (float(edge) for edge in page["/MediaBox"])
    placed = place_mark(mark, signed_at, draw_page, (left, bottom, right, top))
    if placed.page_top_pt != top:
        edges = (left, bottom, right, placed.page_top_pt)
        page["/MediaBox"] = generic.ArrayObject([generic.FloatObject(edge) for edge in edges])
        writer.update_container(page)
    return placed


def _make_stamp(placed: PlacedMark, folder: Path) -> StaticStampStyle:
    drawing = folder / "mark.pdf"
    drawing.write_bytes(placed.pdf)
    unscaled = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MIN,
        y_align=AxisAlignment.ALIGN_MIN,
        margins=Margins.uniform(0),
        inner_content_scaling=InnerScaling.NO_SCALING,
    )
    return StaticStampStyle.from_pdf_file(str(drawing), border_width=0, background_opacity=1.0, background_layout=unscaled)
