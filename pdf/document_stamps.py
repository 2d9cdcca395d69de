"""The time stamps in a PDF: which is the newest, and until when it can be relied upon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms, tsp, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from dossiers.errors import TruncatedFileError

# The last day on which an algorithm counts as good: NIST SP 800-57 part 1 rev. 5, table 4 (112 bits of security), and
# SP 800-131A rev. 2 for SHA-1. What is missing here outlives any certificate of today.
_WEAK_KEY_ENDS = datetime(2030, 12, 31, tzinfo=UTC)
_SHA1_ENDED = datetime(2013, 12, 31, tzinfo=UTC)
_LONGEST_WEAK_BITS = {"rsa": 3071, "rsassa_pss": 3071, "ec": 255}


@dataclass(frozen=True, slots=True)
class DocumentStamp:
    """A time stamp: its time, who gave it, and when its certificate or one of its algorithms ends, whichever is first."""

    stamped_at: datetime
    authority: str
    reliable_until: datetime
    is_of_document: bool


def find_newest_stamp(path: Path) -> DocumentStamp | None:
    """Return the newest time stamp of a PDF: of the whole document, else of a signature; None when it has none.

    Nothing is judged here. Raises ``TruncatedFileError`` when the file or a stamp in it cannot be read.
    """
    try:
        with path.open("rb") as file:
            reader = PdfFileReader(file)
            found = [_read_stamp(stamp.signed_data, is_of_document=True) for stamp in reader.embedded_timestamp_signatures]
            for signature in reader.embedded_regular_signatures:
                for token in extract_tst_data_iter(signature.signer_info, signed=False):
                    found.append(_read_stamp(token, is_of_document=False))
    except (PdfError, PyhankoSigningError, ValueError) as error:
        raise TruncatedFileError(name=path.name, detail=str(error)) from error
    return max(found, key=lambda stamp: (stamp.is_of_document, stamp.stamped_at), default=None)


def reliability_of(token: cms.SignedData) -> datetime:
    """Return when the certificate of a time stamp, or one of its algorithms, ends."""
    return _read_stamp(token, is_of_document=False).reliable_until


def _read_stamp(token: cms.SignedData, *, is_of_document: bool) -> DocumentStamp:
    certificate = extract_certificate_info(token).signer_cert
    info = tsp.TSTInfo.load(token["encap_content_info"]["content"].contents)
    digests = {
        info["message_imprint"]["hash_algorithm"]["algorithm"].native,
        token["signer_infos"][0]["digest_algorithm"]["algorithm"].native,
    }
    return DocumentStamp(
        stamped_at=info["gen_time"].native,
        authority=str(certificate.subject.native.get("common_name", certificate.subject.human_friendly)),
        reliable_until=min(certificate.not_valid_after, _end_of_algorithms(certificate, digests)).astimezone(UTC),
        is_of_document=is_of_document,
    )


def _end_of_algorithms(certificate: x509.Certificate, digests: set[str]) -> datetime:
    if digests & {"md5", "sha1"}:
        return _SHA1_ENDED
    key = certificate.public_key
    is_weak = key.bit_size <= _LONGEST_WEAK_BITS.get(key.algorithm, 0)
    return _WEAK_KEY_ENDS if is_weak else datetime.max.replace(tzinfo=UTC)
