"""The one error tree of Sohoa.

    SohoaError
    ├── InputError               the file itself is at fault; it is quarantined with the reason
    │   ├── EmptyFileError       input.empty
    │   ├── TruncatedFileError   input.truncated
    │   ├── PasswordProtectedError  input.password
    │   ├── WrongFormatError     input.format      its content is not a scan we read
    │   ├── MismatchedNameError  input.name        its content is not what its name says
    │   ├── TooLargeError        input.too_large   bytes, pages or pixels over the limit
    │   ├── PageSizeError        input.page_size   a page of no or absurd size
    │   ├── UnreadablePathError  input.unreadable  the system does not let us read it
    │   ├── AlreadySignedError   input.already_signed  a signature we must not break
    │   └── InvalidCodeError     input.code        a dossier, procedure or agency code is malformed
    ├── RecognitionError         recognition.failed
    │   └── RecognitionTimeoutError  recognition.timeout  (retryable)
    ├── SigningError             signing.failed
    │   ├── CertificateError     signing.certificate  expired, revoked, or not meant for this; no try again helps
    │   ├── TimestampError       signing.timestamp  (retryable)
    │   ├── RevocationUnavailableError  signing.revocation  (retryable)  neither OCSP nor a CRL answers
    │   └── TokenUnavailableError  signing.token    (retryable)
    ├── StorageUnavailableError  storage.unavailable  (retryable)
    │   └── StorageFullError     storage.full         (retryable)
    ├── StorageDeniedError       storage.denied       the store refuses our key
    ├── NotFoundError            storage.not_found    no such document, object or submission
    ├── IntegrityError           integrity.mismatch   never retried; an alarm
    ├── ReviewNeededError             review.needed        a person must decide; no fault
    ├── EngineUnavailableError   engine.unavailable   Prefect cannot be reached  (retryable)
    ├── RefusedActError          act.refused          a person may not do this, or not now
    ├── PoisonedError            processing.poisoned  tried so often that only a person may try again
    ├── ProcessingCancelledError processing.cancelled a person stopped it; a person may replay it
    ├── TakenOverError           processing.taken_over another process took it up meanwhile and will tell its end
    └── ConfigurationError       configuration.invalid

Every class carries a stable ``code``, says whether it is ``retryable``, and has one sentence in Vietnamese for the
clerk and one in English for the administrator. Foreign exceptions are turned into these in the adapter that
called the foreign library, once.
"""

from __future__ import annotations

import re
from typing import ClassVar

# Why a path cannot be read, as the system and our own look at it say it.
_DETAILS_VI = {
    "Permission denied": "không có quyền đọc",
    "No such file or directory": "không có tệp hoặc thư mục này",
    "no such file or folder": "không có tệp hoặc thư mục này",
    "not a regular file": "không phải là tệp",
    "symbolic link": "là liên kết tới nơi khác",
}
_BOTH = re.compile(r"(.+?) \(([^()]+)\)")


class SohoaError(Exception):
    """Base of every error Sohoa raises on purpose.

    Keyword arguments fill the sentence templates, e.g. ``EmptyFileError(name="scan.pdf")``. They must never hold a secret.
    """

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    template_vi: ClassVar[str] = "Lỗi nội bộ: {detail}"
    template_en: ClassVar[str] = "Internal error: {detail}"

    def __init__(self, **facts: object) -> None:
        self.facts = {name: str(value) for name, value in facts.items()}
        super().__init__(self.message_en)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by class and facts, so that the error survives the way back from a worker process."""
        return (_rebuild, (type(self), self.facts))

    @property
    def message_vi(self) -> str:
        """One Vietnamese sentence for the clerk."""
        return self.template_vi.format_map(_Facts({name: _say(name, fact)[0] for name, fact in self.facts.items()}))

    @property
    def message_en(self) -> str:
        """One English sentence for the administrator."""
        return self.template_en.format_map(_Facts({name: _say(name, fact)[1] for name, fact in self.facts.items()}))


def _say(name: str, fact: str) -> tuple[str, str]:
    """Return a fact in Vietnamese and in English; those in both are written "tệp nén ZIP (ZIP archive)"."""
    if name == "detail":
        return _DETAILS_VI.get(fact, fact).replace("trang (page)", "trang"), fact.replace("trang (page)", "page")
    both = _BOTH.fullmatch(fact) if name in {"found", "kind"} else None
    return (both[1], both[2]) if both else (fact, fact)


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(kind: type[SohoaError], facts: dict[str, object]) -> SohoaError:
    return kind(**facts)


class InputError(SohoaError):
    """The file that was handed in is at fault. Facts: name, detail."""

    code = "input.invalid"
    template_vi = "Không xử lý được tệp {name}: {detail}"
    template_en = "The file {name} cannot be processed: {detail}"


class EmptyFileError(InputError):
    """The file has no bytes. Facts: name."""

    code = "input.empty"
    template_vi = "Tệp {name} rỗng (0 byte); hãy quét lại."
    template_en = "The file {name} is empty (0 bytes); scan it again."


class TruncatedFileError(InputError):
    """The file ends too early or its content is damaged. Facts: name, detail."""

    code = "input.truncated"
    template_vi = "Tệp {name} bị cụt hoặc hỏng, không đọc được hết; hãy quét lại hoặc sao chép lại."
    template_en = "The file {name} is truncated or damaged ({detail}); scan or copy it again."


class PasswordProtectedError(InputError):
    """The PDF asks for a password. Facts: name."""

    code = "input.password"
    template_vi = "Tệp {name} có mật khẩu; hãy gỡ mật khẩu rồi nộp lại."
    template_en = "The file {name} is password-protected; remove the password and hand it in again."


class WrongFormatError(InputError):
    """The content is no scan we read. Facts: name, found."""

    code = "input.format"
    template_vi = "Tệp {name} không phải ảnh quét (PDF, TIFF, JPEG, PNG, HEIC); nội dung là {found}."
    template_en = "The file {name} is not a scan (PDF, TIFF, JPEG, PNG, HEIC); its content is {found}."


class MismatchedNameError(InputError):
    """The content is not what the name's ending says. Facts: name, found."""

    code = "input.name"
    template_vi = "Tệp {name} có nội dung là {found}, không đúng với phần mở rộng của tên tệp."
    template_en = "The file {name} holds {found}, which is not what its name says."


class TooLargeError(InputError):
    """Bytes, pages or pixels exceed the limit. Facts: name, detail."""

    code = "input.too_large"
    template_vi = "Tệp {name} vượt giới hạn cho phép ({detail})."
    template_en = "The file {name} exceeds a limit ({detail})."


class PageSizeError(InputError):
    """A page has no or absurd dimensions. Facts: name, page, detail."""

    code = "input.page_size"
    template_vi = "Trang {page} của tệp {name} có kích thước không hợp lệ ({detail})."
    template_en = "Page {page} of {name} has an impossible size ({detail})."


class UnreadablePathError(InputError):
    """The system does not let us read the path. Facts: name, detail."""

    code = "input.unreadable"
    template_vi = "Không đọc được {name} ({detail}); hãy kiểm tra quyền truy cập."
    template_en = "Cannot read {name} ({detail}); check its permissions."


class AlreadySignedError(InputError):
    """The PDF already carries a signature and must not be rewritten. Facts: name, reasons_vi, reasons_en."""

    code = "input.already_signed"
    template_vi = "Tệp {name} đã có chữ ký số, được giữ nguyên vẹn và chờ cán bộ kiểm tra: {reasons_vi}."
    template_en = "The file {name} is already signed; it is kept untouched until a person has checked: {reasons_en}."


class InvalidCodeError(InputError):
    """A dossier, procedure or agency code is malformed. Facts: value, kind."""

    code = "input.code"
    template_vi = "Mã “{value}” không đúng định dạng {kind}."
    template_en = "The code “{value}” is not a valid {kind}."


class RecognitionError(SohoaError):
    """The reader failed on a page. Facts: name, page, detail."""

    code = "recognition.failed"
    template_vi = "Không nhận dạng được chữ trên trang {page} của tệp {name}."
    template_en = "Text recognition failed on page {page} of {name}: {detail}"


class RecognitionTimeoutError(RecognitionError):
    """The reader took too long on a page. Facts: name, page, timeout_s."""

    code = "recognition.timeout"
    retryable = True
    template_vi = "Nhận dạng trang {page} của tệp {name} quá thời gian cho phép."
    template_en = "Text recognition of page {page} of {name} took longer than {timeout_s} s."


class SigningError(SohoaError):
    """The signature could not be made. Facts: detail."""

    code = "signing.failed"
    template_vi = "Không ký số được tài liệu: {detail}"
    template_en = "The document could not be signed: {detail}"


class CertificateError(SigningError):
    """The certificate must not sign: out of date, revoked, of another use, or of no chain. Facts: detail."""

    code = "signing.certificate"
    template_vi = "Chứng thư số không được dùng để ký: {detail}"
    template_en = "The certificate must not sign: {detail}"


class RevocationUnavailableError(SigningError):
    """Nobody could be asked whether the certificate is revoked. Facts: detail."""

    code = "signing.revocation"
    retryable = True
    template_vi = "Không kiểm tra được trạng thái thu hồi của chứng thư số: {detail}"
    template_en = "Whether the certificate is revoked could not be found out: {detail}"


class TokenUnavailableError(SigningError):
    """The token with the key is not there or does not answer. Facts: detail."""

    code = "signing.token"
    retryable = True
    template_vi = "Không dùng được thiết bị ký số (token): {detail}"
    template_en = "The token with the signing key cannot be used: {detail}"


class TimestampError(SigningError):
    """The time-stamping authority did not answer. Facts: detail."""

    code = "signing.timestamp"
    retryable = True
    template_vi = "Không lấy được dấu thời gian: {detail}"
    template_en = "No time stamp could be had: {detail}"


class StorageUnavailableError(SohoaError):
    """The store cannot be reached now. Facts: detail."""

    code = "storage.unavailable"
    retryable = True
    template_vi = "Kho lưu trữ tạm thời không truy cập được; tệp được giữ nguyên và sẽ được xử lý lại."
    template_en = "The store cannot be reached ({detail}); the file is kept and can be replayed."


class StorageFullError(StorageUnavailableError):
    """No space is left. Facts: detail."""

    code = "storage.full"
    template_vi = "Ổ đĩa hoặc kho lưu trữ đã đầy; tệp được giữ nguyên và sẽ được xử lý lại khi có chỗ trống."
    template_en = "The disk or the store is full ({detail}); the file is kept and can be replayed once there is room."


class StorageDeniedError(SohoaError):
    """The store refuses our key or the operation. Facts: detail."""

    code = "storage.denied"
    template_vi = "Kho lưu trữ từ chối khóa truy cập; hãy báo quản trị viên kiểm tra cấu hình."
    template_en = "The store refuses our key or this operation ({detail}); check the configuration."


class NotFoundError(SohoaError):
    """No such document, object or submission. Facts: what."""

    code = "storage.not_found"
    template_vi = "Không tìm thấy {what}."
    template_en = "{what} was not found."


class IntegrityError(SohoaError):
    """Stored bytes are not the bytes we know. Facts: what, detail."""

    code = "integrity.mismatch"
    template_vi = "CẢNH BÁO: {what} không còn nguyên vẹn; hãy báo ngay quản trị viên."
    template_en = "ALARM: {what} is not intact ({detail})."


class ReviewNeededError(SohoaError):
    """A person must decide before the document is accepted; not a fault. Facts: reasons_vi, reasons_en."""

    code = "review.needed"
    template_vi = "Cần cán bộ kiểm tra: {reasons_vi}."
    template_en = "A person must check: {reasons_en}."


class RefusedActError(SohoaError):
    """A person may not do this, or not now; nothing was changed. Facts: detail."""

    code = "act.refused"
    template_vi = "Không được phép thực hiện: {detail}"
    template_en = "This act is refused: {detail}"


class EngineUnavailableError(SohoaError):
    """The flow engine cannot be reached or refuses us. Facts: detail."""

    code = "engine.unavailable"
    retryable = True
    template_vi = "Hệ thống điều phối tạm thời không truy cập được; hồ sơ được giữ nguyên và chờ xử lý."
    template_en = "The flow engine cannot be reached ({detail}); what waits is kept and sent later."


class PoisonedError(SohoaError):
    """A scan was begun so often without an end that it is not tried by itself again. Facts: tries, detail."""

    code = "processing.poisoned"
    template_vi = "Đã thử {tries} lần mà không xong ({detail}); hệ thống dừng thử và chờ quản trị viên xem xét."
    template_en = "Begun {tries} times without an end ({detail}); it is not tried again until a person replays it."


class ProcessingCancelledError(SohoaError):
    """A person stopped the processing. Facts: detail."""

    code = "processing.cancelled"
    template_vi = "Đã dừng xử lý theo yêu cầu ({detail}); có thể chạy lại khi cần."
    template_en = "Processing was cancelled ({detail}); it can be replayed."


class TakenOverError(SohoaError):
    """Another process took a file up meanwhile, whose end is not known here; never recorded. Facts: name."""

    code = "processing.taken_over"
    template_vi = "Tệp {name} đang được một lượt chạy khác xử lý; xem kết quả bằng lệnh sohoa status."
    template_en = "The file {name} is being processed by another run meanwhile; sohoa status tells how it ended."


class ConfigurationError(SohoaError):
    """The settings are wrong or incomplete. Facts: detail."""

    code = "configuration.invalid"
    template_vi = "Cấu hình không hợp lệ: {detail}"
    template_en = "The configuration is invalid: {detail}"
