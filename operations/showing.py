"""Find one document and tell everything the archive knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from catalog.snippets import mask_personal_ids
from dossiers.errors import NotFoundError
from dossiers.field_names import label_field
from dossiers.model import Actor, CatalogEntry, ExtractedField
from dossiers.review import tell_reasons
from dossiers.signatures import CHANGES_VI, PROBLEMS, REVOCATIONS_VI, IncomingSignature, SignatureProblem
from dossiers.trail import Detail, TrailAction
from operations.outcomes import extracted_fields, load_metadata
from operations.results import OUTCOMES_VI
from operations.telling_signatures import tell_signature
from operations.trail import record_event
from runtime.wiring import House
from storage.custody import HoldRecord
from storage.keeping import Bucket, LockReceipt
from storage.metadata import DocumentMetadata

# How the reasons of a type begin, in the record and for a clerk.
_TYPE_REASONS_VI = (
    ("title ", "tiêu đề "),
    ("symbol ", "ký hiệu "),
    ("words ", "từ ngữ "),
    ("against it ", "trái lại có "),
    ("nearly as likely ", "gần giống với "),
    ("subject 'V/v' under the number", "“V/v” dưới số, ký hiệu"),
    ("address ", "nơi gửi "),
    ("numbered letterhead", "phần đầu văn bản có số"),
    ("no type fits well enough", "không loại nào đủ khớp"),
    ("no text", "không có chữ"),
)
_VIETNAM_TIME = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document with its stored metadata and its text. Personal ID numbers are masked unless ``is_unmasked``."""

    entry: CatalogEntry
    metadata: DocumentMetadata
    is_unmasked: bool
    locks: tuple[LockReceipt, ...] = ()
    holds: tuple[HoldRecord, ...] = ()

    @property
    def fields(self) -> dict[str, ExtractedField]:
        return extracted_fields(self.metadata)

    def mask(self, text: str) -> str:
        """Return a text as it may be shown."""
        return text if self.is_unmasked else mask_personal_ids(text)

    def facts(self) -> list[tuple[str, str]]:
        """Return the facts as (Vietnamese label, value)."""
        metadata = self.metadata
        first, last = metadata.first_page, metadata.last_page
        pages = f"{first}" if first == last else f"{first}-{last}"
        signature = f"PAdES {metadata.pdf.level.value}" if metadata.pdf.level else "giữ nguyên chữ ký của tệp gốc"
        if metadata.signature_check is not None:
            signature += f": {metadata.signature_check.tell_standing_vi()}"
        return [
            ("mã tài liệu", metadata.document_id),
            ("mã hồ sơ", metadata.dossier_number or "(chưa rõ)"),
            ("loại giấy tờ", f"{metadata.type_name} ({metadata.type_score:.2f})"),
            ("vì sao", "; ".join(tell_type_reason(reason) for reason in metadata.type_reasons)),
            ("trạng thái", OUTCOMES_VI[metadata.outcome]),
            ("cần kiểm tra vì", tell_reasons(metadata.review_reasons, metadata.list_review_notes())[0]),
            ("tệp quét", f"{metadata.scan_name}, trang {pages}"),
            ("SHA-256 tệp quét", metadata.scan_sha256),
            ("độ tin cậy chữ", f"{metadata.text_confidence:.2f}"),
            ("chữ ký", f"{signature} {'(trình diễn)' if metadata.pdf.is_demonstration else ''}".strip()),
            *tell_signature(metadata.pdf),
            ("khóa lưu trữ", metadata.pdf.key),
            ("SHA-256 PDF", metadata.pdf.sha256),
            ("lưu trữ lúc", tell_time(metadata.archived_at)),
            ("khóa đến", self._tell_lock()),
            ("lệnh giữ", "; ".join(hold.reason for hold in self.holds) or "không có"),
        ]

    def _tell_lock(self) -> str:
        """Say until when the least locked of the document's own objects is locked."""
        until = [lock.retain_until for lock in self.locks if lock.bucket is Bucket.ARCHIVE]
        ends = [moment for moment in until if moment is not None]
        if not ends or len(ends) < len(until):
            return "không khóa"
        return min(ends).astimezone(_VIETNAM_TIME).isoformat(timespec="seconds")

    def list_field_rows(self) -> list[tuple[str, str, str, int]]:
        """Return each field as (Vietnamese label, value as it may be shown, confidence, page of the scan)."""
        return [
            (label_field(name)[0], self.mask(field.value), f"{field.confidence:.2f}", field.page)
            for name, field in self.fields.items()
        ]

    def list_signature_rows(self) -> list[tuple[str, str]]:
        """Return what is known of the signatures of a file that came in signed, as (Vietnamese label, value)."""
        check = self.metadata.signature_check
        if check is None:
            return []
        rows = [("kết luận", check.tell_standing_vi()), ("kiểm tra lúc", tell_time(check.checked_at))]
        rows += [("vấn đề của tệp", tell_problems(check.file_problems))] if check.file_problems else []
        for number, signature in enumerate(check.signatures, start=1):
            rows += [(f"chữ ký {number}", signature.signer), *_tell_signature(signature)]
        return [*rows, ("gốc tin cậy (SHA-256)", ", ".join(root[:16] for root in check.trust_roots) or "(chưa cấu hình)")]

    def to_json(self, *, with_text: bool = False) -> dict[str, Any]:
        """Return the stored metadata, with the text of each page when asked."""
        shown: dict[str, Any] = self.metadata.model_dump(mode="json")
        for field in shown["fields"].values():
            field["value"] = self.mask(field["value"])
        shown["locks"] = [lock.to_json() for lock in self.locks]
        shown["holds"] = [hold.model_dump(mode="json", exclude={"history"}) for hold in self.holds]
        if with_text:
            shown["pages"] = [{"page": page.number, "text": self.mask(page.text)} for page in self.entry.pages]
        return shown


def _tell_signature(signature: IncomingSignature) -> list[tuple[str, str]]:
    stamp = f"dấu thời gian của {signature.stamp_authority}" if signature.is_timestamped else "theo máy người ký"
    rows = [
        ("  tổ chức", signature.organisation),
        ("  cơ quan chứng thực", signature.authority),
        ("  ký lúc", f"{tell_time(signature.signed_at)} ({stamp})" if signature.signed_at else "(không rõ)"),
        ("  toàn vẹn", "nguyên vẹn" if signature.is_intact else "ĐÃ BỊ SỬA"),
        ("  giá trị chữ ký", "đúng" if signature.is_valid else "SAI"),
        ("  tin cậy", "có" if signature.is_trusted else "chưa"),
        ("  thu hồi", REVOCATIONS_VI[signature.revocation]),
        ("  thay đổi sau khi ký", CHANGES_VI.get(signature.changes_after, signature.changes_after)),
        ("  dạng", f"PAdES {signature.level}" if signature.level else signature.form),
        ("  vấn đề", tell_problems(signature.problems)),
    ]
    return [(label, value) for label, value in rows if value]


def tell_problems(problems: Sequence[SignatureProblem]) -> str:
    """Return what is wrong with signatures in Vietnamese."""
    return "; ".join(PROBLEMS[problem][0] for problem in problems)


def tell_time(moment: datetime) -> str:
    """Return a moment as people here read it: ISO 8601 at +07:00."""
    return moment.astimezone(_VIETNAM_TIME).isoformat(timespec="seconds")


def tell_type_reason(reason: str) -> str:
    """Return a reason for a document's type in Vietnamese; what is quoted from the paper stays as it is."""
    for english, vietnamese in _TYPE_REASONS_VI:
        if reason.startswith(english):
            return vietnamese + reason.removeprefix(english)
    return reason


def find_entry(house: House, name: str) -> CatalogEntry:
    """Return the one document that a name fits: its id or the beginning of it, or the key of its PDF.

    Raises NotFoundError when none fits, or several do.
    """
    folder, _, rest = name.strip().partition("/")
    wanted = rest.partition("/")[0] if folder and rest else name.strip()
    found = house.catalog.documents.find_by_prefix(wanted, limit=2)
    if len(found) != 1:
        raise NotFoundError(what=f"document {name}" if not found else f"one document for {name} (several begin so)")
    return house.catalog.documents.get(found[0].document_id)


def show_document(
    house: House, entry: CatalogEntry, actor: Actor, *, unmask: bool = False, with_text: bool = False, purpose: str = ""
) -> ShownDocument:
    """Return a document with its stored metadata. The reading is written into the trail, with what was shown of it.

    To ``unmask`` personal ID numbers is written into the history of its scan, too. Raises IntegrityError when the archive
    lacks the document.
    """
    metadata = load_metadata(house, entry)
    details: dict[str, Detail] = {"pdf_sha256": entry.pdf_sha256, "unmasked": unmask, "text": with_text}
    record_event(house, actor, TrailAction.READ, entry.document_id, details, purpose)
    if unmask:
        house.catalog.submissions.add_event(entry.scan_sha256, "unmasked", actor=actor, detail=entry.document_id)
    holds = house.custody.list_holds_of(entry.dossier_number, entry.document_id)
    return ShownDocument(entry, metadata, unmask, house.keeping.list_receipts(metadata), holds)
