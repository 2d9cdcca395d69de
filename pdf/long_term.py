"""What makes a signature provable for long: validation data (PAdES B-LT) and time stamps of the whole document (B-LTA).

Both are appended in one increment (ETSI EN 319 142-1, 5.4 and 5.5): certificates, OCSP responses and CRLs into the document
security store, and over them a document time stamp. The bytes before stay as they were, so this can be done again and again,
each time before the newest stamp ages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import InsufficientRevinfoError, PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from dossiers.errors import CertificateError, ConfigurationError
from dossiers.model import SignatureLevel
from pdf.certificate_check import Demand, TrustBase, explain_missing
from pdf.cms_signer import DIGEST
from pdf.event_loop import run_to_end
from pdf.increments import open_increment
from pdf.revocation import RevocationSource
from pdf.timestamps import RESERVED_FOR_STAMP

STAMP_FIELD_NAME = "SohoaTimestamp"


@dataclass(frozen=True, slots=True)
class Assurance:
    """How much a signature shall prove by itself, and by whom: the level, the time-stamping authority, and what is trusted."""

    level: SignatureLevel = SignatureLevel.B_B
    timestamper: TimeStamper | None = None
    trust: TrustBase = field(default_factory=TrustBase)

    def __post_init__(self) -> None:
        if self.level.is_stamped and self.timestamper is None:
            raise ConfigurationError(detail=f"a signature of level {self.level} needs a time-stamping authority")
        if self.level.is_long_term and (self.trust.source is None or self.trust.demand is not Demand.REQUIRE):
            raise ConfigurationError(detail=f"a signature of level {self.level} needs revocation data")


def extend_proof(file: BinaryIO, assurance: Assurance, *, with_stamp: bool, with_signatures: bool = True) -> None:
    """Append to a signed PDF what proves its newest signatures and stamps today, and a stamp of the whole document over it.

    What the file's security store proves already is not asked about again; without ``with_signatures``, only stamps are proved.

    Raises ``CertificateError`` when a certificate is revoked, out of date or of no trusted root, ``RevocationUnavailableError``
    and ``TimestampError`` (both retryable) when a server does not answer. The file is then of no use: work on a copy.
    """
    source = assurance.trust.source or RevocationSource()
    file.seek(0)
    writer = open_increment(file)
    tokens = list(_list_unproved(writer.prev, with_signatures=with_signatures and "/DSS" not in writer.prev.root))
    others = [certificate for token, _ in tokens for certificate in extract_certificate_info(token).other_certs]
    context = source.make_context(assurance.trust.roots, others, is_required=True)
    paths = [_find_path(token, purpose, context, source) for token, purpose in tokens]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, validation_context=context, embed_roots=False)
    if not with_stamp or assurance.timestamper is None:
        writer.write_in_place()
        return
    number = len(writer.prev.embedded_timestamp_signatures) + 1
    stamper = PdfTimeStamper(assurance.timestamper, field_name=f"{STAMP_FIELD_NAME}{number}")
    run_to_end(lambda: stamper.async_timestamp_pdf(writer, DIGEST, bytes_reserved=RESERVED_FOR_STAMP, in_place=True))


def _list_unproved(reader: PdfFileReader, *, with_signatures: bool) -> Iterator[tuple[cms.SignedData, set[str]]]:
    """Yield what nothing proves yet, with the purpose its certificate must have: the newest document stamp, which proves all
    before it; without one, each signature and its stamps."""
    stamps = reader.embedded_timestamp_signatures
    if stamps:
        yield stamps[-1].signed_data, {"time_stamping"}
        return
    for signature in reader.embedded_regular_signatures:
        if with_signatures:
            yield signature.signed_data, set()
        for token in extract_tst_data_iter(signature.signer_info, signed=False):
            yield token, {"time_stamping"}


def _find_path(
    token: cms.SignedData, purpose: set[str], context: ValidationContext, source: RevocationSource
) -> ValidationPath:
    certificate = extract_certificate_info(token).signer_cert
    validator = CertificateValidator(certificate, validation_context=context)
    name = certificate.subject.native.get("common_name", certificate.subject.human_friendly)
    try:
        path: ValidationPath = run_to_end(lambda: validator.async_validate_usage(set(), purpose or None))
    except InsufficientRevinfoError as error:
        source.forget()
        is_named = source.is_named((certificate, *extract_certificate_info(token).other_certs))
        raise explain_missing(error, source, is_named=is_named) from error
    except PathBuildingError as error:
        raise CertificateError(detail=f"{name}: {error}; name its root in signing.trust_files") from error
    except ValidationError as error:
        raise CertificateError(detail=f"{name}: {error}") from error
    return path
