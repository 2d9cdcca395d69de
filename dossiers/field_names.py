"""The fields of a document: their stable names, and what a clerk calls them (after NĐ 30/2020, Appendix VI)."""

from __future__ import annotations

from types import MappingProxyType

_LABELS = {
    "document_number": "số, ký hiệu",
    "document_symbol": "ký hiệu",
    "issue_date": "ngày ban hành",
    "issuing_authority": "cơ quan ban hành",
    "abstract": "trích yếu",
    "signatory": "người ký",
    "signatory_position": "chức vụ người ký",
    "personal_id_number": "số định danh cá nhân",
    "full_name": "họ và tên",
    "date_of_birth": "ngày sinh",
    "dossier_number": "mã hồ sơ in trên giấy",
}

FIELD_LABELS_VI = MappingProxyType(_LABELS)
"""Every field that a type may require and the classifiers may find, by its stable name, in the order of a letterhead."""

FIELD_NAMES = frozenset(_LABELS)


def label_field(name: str) -> tuple[str, str]:
    """Return what a field is called in Vietnamese and in English."""
    return FIELD_LABELS_VI.get(name, name), name.replace("_", " ")
