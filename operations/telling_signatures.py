"""What is kept of a document's signature, in a clerk's words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from dossiers.model import RevocationStatus, SigningRole
from storage.metadata import CertificateCheckRecord, PdfRecord

ROLES_VI = {SigningRole.OFFICER: "cán bộ số hóa", SigningRole.AGENCY: "cơ quan"}
REVOCATIONS_VI = {
    RevocationStatus.GOOD: "không bị thu hồi",
    RevocationStatus.UNREACHABLE: "không hỏi được",
    RevocationStatus.NOT_NAMED: "chứng thư không nêu nơi kiểm tra",
    RevocationStatus.NOT_ASKED: "không kiểm tra",
}
_VIETNAM_TIME = timezone(timedelta(hours=7))


def tell_signature(pdf: PdfRecord) -> list[tuple[str, str]]:
    """Return who signed, how the certificate was found before, and how long the time stamp holds; (Vietnamese label, value)."""
    facts: list[tuple[str, str]] = []
    if pdf.signer:
        role = f" ({ROLES_VI[pdf.role]})" if pdf.role else ""
        facts.append(("người ký", f"{pdf.signer}{role}"))
    if pdf.signed_at is not None:
        facts.append(("ký lúc", _tell_time(pdf.signed_at)))
    if pdf.certificate_check is not None:
        facts += _tell_check(pdf.certificate_check)
    if pdf.stamped_until is not None:
        facts.append(("dấu thời gian có giá trị đến", _tell_time(pdf.stamped_until)))
    return facts


def _tell_check(check: CertificateCheckRecord) -> list[tuple[str, str]]:
    chain = "dẫn tới CA gốc tin cậy" if check.is_chain_trusted else "KHÔNG dẫn tới CA gốc tin cậy"
    made = f", lúc {_tell_time(check.source_time)}" if check.source_time else ""
    source = f" ({check.source}{made})" if check.source else ""
    return [
        ("chứng thư số", f"{check.serial_number}, do {check.authority} cấp, hết hạn {_tell_time(check.not_after)}"),
        ("kiểm tra trước khi ký", f"{_tell_time(check.checked_at)}: {chain}; {REVOCATIONS_VI[check.revocation]}{source}"),
    ]


def _tell_time(moment: datetime) -> str:
    return moment.astimezone(_VIETNAM_TIME).isoformat(timespec="seconds")
