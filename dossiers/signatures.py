"""What the signatures of a file that came in signed are worth, as it is kept with the document and told to a clerk.

The check itself needs cryptography and stands in ``pdf.incoming``; this is the verdict. Words and rules follow ETSI EN
319 102-1 (passed, indeterminate, failed), with indeterminate parted into what a person can mend (trust) and what nobody could
check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SignatureStanding(StrEnum):
    """What a signed file is worth as a whole.

    ``TRUSTED``: every signature holds, leads to a trusted root and was made while its certificate was good. ``UNTRUSTED``: the
    file is as it was signed, but who signed it is not proven. ``BROKEN``: something was changed, or a signature is wrong.
    ``UNCHECKED``: no verdict within the limits.
    """

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    BROKEN = "broken"
    UNCHECKED = "unchecked"


class Revocation(StrEnum):
    """What the file itself says (OCSP, CRL) on whether the certificates were revoked; nothing is fetched."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_CARRIED = "not_carried"


class SignatureProblem(StrEnum):
    """What is wrong with a signature, or with a signed file."""

    ALTERED = "signature.altered"
    INVALID = "signature.invalid"
    CHANGED_AFTER = "signature.changed_after"
    UNREADABLE = "signature.unreadable"
    REVOKED = "signature.revoked"
    UNKNOWN_ROOT = "signature.unknown_root"
    OUT_OF_TIME = "signature.out_of_time"
    WEAK_ALGORITHM = "signature.weak_algorithm"
    UNFIT_CERTIFICATE = "signature.unfit_certificate"
    CHAIN_FAULT = "signature.chain_fault"
    STAMP_UNTRUSTED = "signature.stamp_untrusted"
    DEMONSTRATION = "signature.demonstration"
    XFA = "signature.xfa"
    ENCRYPTED = "signature.encrypted"
    OVER_LIMIT = "signature.over_limit"


_BROKEN = frozenset(
    {SignatureProblem.ALTERED, SignatureProblem.INVALID, SignatureProblem.CHANGED_AFTER, SignatureProblem.UNREADABLE}
)
_UNCHECKED = frozenset({SignatureProblem.ENCRYPTED, SignatureProblem.OVER_LIMIT})

STANDINGS_VI: dict[SignatureStanding, str] = {
    SignatureStanding.TRUSTED: "hợp lệ, tin cậy",
    SignatureStanding.UNTRUSTED: "chưa đủ tin cậy",
    SignatureStanding.BROKEN: "HỎNG",
    SignatureStanding.UNCHECKED: "chưa kiểm tra được",
}
REVOCATIONS_VI: dict[Revocation, str] = {
    Revocation.GOOD: "không bị thu hồi",
    Revocation.REVOKED: "ĐÃ BỊ THU HỒI",
    Revocation.UNKNOWN: "chưa rõ: không kết luận được",
    Revocation.NOT_CARRIED: "chưa rõ: tệp không kèm thông tin thu hồi",
}
CHANGES_VI = {
    "none": "không có",
    "lta_updates": "chỉ dữ liệu duy trì chữ ký",
    "form_filling": "điền biểu mẫu, ký thêm",
    "annotations": "ghi chú",
    "other": "SỬA NỘI DUNG",
    "unknown": "không rõ",
}
PROBLEMS: dict[SignatureProblem, tuple[str, str]] = {
    SignatureProblem.ALTERED: ("nội dung đã bị sửa sau khi ký", "the signed content was altered"),
    SignatureProblem.INVALID: ("giá trị chữ ký không đúng", "the signature value is wrong"),
    SignatureProblem.CHANGED_AFTER: ("tệp bị thêm nội dung sau khi ký", "content was added after signing"),
    SignatureProblem.UNREADABLE: ("không đọc được chữ ký", "the signature cannot be read"),
    SignatureProblem.REVOKED: ("chứng thư đã bị thu hồi", "the certificate was revoked"),
    SignatureProblem.UNKNOWN_ROOT: (
        "chứng thư không dẫn tới cơ quan gốc được tin cậy",
        "the certificate does not lead to a trusted root",
    ),
    SignatureProblem.OUT_OF_TIME: (
        "chứng thư hết hạn và không có dấu thời gian tin cậy",
        "the certificate is out of its time and no trusted time stamp proves an earlier signing",
    ),
    SignatureProblem.WEAK_ALGORITHM: (
        "thuật toán băm hoặc khóa quá yếu (như SHA-1) nên chữ ký không còn đủ làm chứng cứ",
        "the digest or the key is too weak (such as SHA-1) for the signature to prove anything by itself",
    ),
    SignatureProblem.UNFIT_CERTIFICATE: ("chứng thư không dùng để ký văn bản", "the certificate is not meant for signing"),
    SignatureProblem.CHAIN_FAULT: ("chuỗi chứng thư có lỗi", "the certificate chain is faulty"),
    SignatureProblem.STAMP_UNTRUSTED: ("dấu thời gian chưa tin cậy", "the time stamp is not trusted"),
    SignatureProblem.DEMONSTRATION: (
        "chữ ký trình diễn, không có giá trị pháp lý",
        "a demonstration signature, no legal value",
    ),
    SignatureProblem.XFA: (
        "biểu mẫu XFA, nội dung hiển thị có thể khác nội dung được ký",
        "an XFA form: what is shown may differ from what was signed",
    ),
    SignatureProblem.ENCRYPTED: ("tệp được mã hóa", "the file is encrypted"),
    SignatureProblem.OVER_LIMIT: ("tệp vượt giới hạn kiểm tra", "the file is beyond the limits of the check"),
}
"""What a clerk and an administrator read for a problem."""


@dataclass(frozen=True, slots=True)
class IncomingSignature:
    """One signature of a file that came in signed.

    ``authority`` is the CA that issued the certificate; ``form`` the PDF subfilter; ``level`` that of PAdES, empty for other
    forms. ``signed_at`` is the time stamp's time where ``is_timestamped``, else what the signer claims. ``changes_after`` says
    what was changed since: none, lta_updates, form_filling, annotations, other or unknown. ``certificate_sha256`` is hex.
    """

    field_name: str
    signer: str
    organisation: str
    authority: str
    signed_at: datetime | None
    is_timestamped: bool
    stamp_authority: str
    is_intact: bool
    is_valid: bool
    is_trusted: bool
    revocation: Revocation
    covers_file: bool
    changes_after: str
    level: str
    form: str
    certificate_sha256: str
    problems: tuple[SignatureProblem, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The verdict on a signed file: its signatures, oldest first, and what is wrong with the file as a whole.

    ``trust_roots`` are the SHA-256 fingerprints (hex) of the roots that were trusted at ``checked_at``.
    """

    signatures: tuple[IncomingSignature, ...]
    file_problems: tuple[SignatureProblem, ...]
    checked_at: datetime
    trust_roots: tuple[str, ...]
    detail: str = ""

    @property
    def problems(self) -> tuple[SignatureProblem, ...]:
        """Everything that is wrong, each named once."""
        found = [*self.file_problems, *(problem for signature in self.signatures for problem in signature.problems)]
        return tuple(dict.fromkeys(found))

    @property
    def standing(self) -> SignatureStanding:
        """What the file is worth: the worst of what was found."""
        problems = set(self.problems)
        if problems & _BROKEN:
            return SignatureStanding.BROKEN
        if problems & _UNCHECKED:
            return SignatureStanding.UNCHECKED
        are_all_trusted = bool(self.signatures) and all(signature.is_trusted for signature in self.signatures)
        return SignatureStanding.TRUSTED if are_all_trusted and not problems else SignatureStanding.UNTRUSTED

    @property
    def knows_revocation(self) -> bool:
        """Say whether the file itself tells of every certificate that it was, or was not, revoked."""
        known = {Revocation.GOOD, Revocation.REVOKED}
        return bool(self.signatures) and all(signature.revocation in known for signature in self.signatures)

    def tell_standing_vi(self) -> str:
        """Return what the file is worth in Vietnamese; a trusted one whose revocation nobody knows says so."""
        told = STANDINGS_VI[self.standing]
        is_open = self.standing is SignatureStanding.TRUSTED and not self.knows_revocation
        return f"{told}; chưa rõ chứng thư có bị thu hồi hay không" if is_open else told

    def says_the_same(self, other: SignatureCheck) -> bool:
        """Say whether another check came to the same verdict by the same roots, whenever it was."""
        return (self.signatures, self.file_problems, self.trust_roots) == (
            other.signatures,
            other.file_problems,
            other.trust_roots,
        )
