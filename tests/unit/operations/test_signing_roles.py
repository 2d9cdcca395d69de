"""Who signs what, and how it is told to a clerk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dossiers.model import CertificateCheck, DocumentRole, RevocationStatus, SignatureLevel, SigningRole
from operations.signing import decide_signer
from operations.telling_signatures import REVOCATIONS_VI, ROLES_VI, tell_signature
from storage.metadata import CertificateCheckRecord, PdfRecord

NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "form", "signer"),
    [
        (DocumentRole.COMPONENT, "BẢN SỐ HÓA TỪ BẢN GIẤY", SigningRole.OFFICER),
        (DocumentRole.RESULT, "BẢN SỐ HÓA TỪ BẢN GIẤY", SigningRole.AGENCY),
        (DocumentRole.COMPONENT, "SAO Y", SigningRole.AGENCY),
        (DocumentRole.COMPONENT, "Sao lục", SigningRole.AGENCY),
        (DocumentRole.COMPONENT, "TRÍCH SAO", SigningRole.AGENCY),
        (DocumentRole.COMPONENT, "BẢN SAO Y TẾ", SigningRole.OFFICER),
    ],
)
def test_results_and_copies_are_the_agencys(role: DocumentRole, form: str, signer: SigningRole) -> None:
    assert decide_signer(role, form) is signer


def test_every_role_and_finding_has_vietnamese_words() -> None:
    assert set(ROLES_VI) == set(SigningRole)
    assert set(REVOCATIONS_VI) == set(RevocationStatus)


def test_the_check_is_told() -> None:
    check = CertificateCheck(NOW, "CA", "1a2b", NOW, True, RevocationStatus.GOOD, "OCSP http://ca.example", NOW)
    pdf = PdfRecord(
        key="k",
        sha256="0" * 64,
        page_count=1,
        level=SignatureLevel.B_LTA,
        signer="Nguyễn Văn Thử",
        signed_at=NOW,
        is_demonstration=False,
        role=SigningRole.AGENCY,
        stamped_until=NOW,
        certificate_check=CertificateCheckRecord.of(check),
    )
    told = dict(tell_signature(pdf))
    assert told["người ký"] == "Nguyễn Văn Thử (cơ quan)"
    assert "do CA cấp" in told["chứng thư số"]
    assert "không bị thu hồi (OCSP http://ca.example, lúc 2026-11-28T09:00:00+07:00)" in told["kiểm tra trước khi ký"]


def test_a_document_from_before_tells_what_it_knows() -> None:
    pdf = PdfRecord(key="k", sha256="0" * 64, page_count=1, level=None, signer="", signed_at=None, is_demonstration=False)
    assert tell_signature(pdf) == []
