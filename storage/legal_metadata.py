"""The metadata that regulations name, filled as far as it is known and left empty where it is not. Pure.

Names and lengths: Nghị định 30/2020/NĐ-CP, Appendix VI (``nd30``), and Thông tư 05/2025/TT-BNV (``tt05``). What an office
decides (retention, access, condition) is given in ``LegalTerms``; nothing is guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dossiers.model import ExtractedField, Provenance

ND30_DOCUMENT_LENGTHS = {
    "FileCode": 37,  # OrganId(13) + FileCatalog(4) + FileNotation(20)
    "DocOrdinal": 3,
    "TypeName": 100,
    "CodeNumber": 11,
    "CodeNotation": 30,
    "IssuedDate": 10,
    "OrganName": 200,
    "Subject": 500,
    "Language": 30,
    "PageAmount": 3,
    "Description": 500,
    "Priority": 1,
}
ND30_SIGNER_LENGTHS = {"Position": 100, "FullName": 50}

TT05_NAMES = (
    "docId",
    "arcDocCode",
    "maintenance",
    "typeName",
    "codeNumber",
    "codeNotation",
    "issuedDate",
    "organName",
    "subject",
    "language",
    "numberOfPage",
    "inforSign",
    "keyword",
    "mode",
    "confidenceLevel",
    "autograph",
    "format",
    "process",
    "riskRecovery",
    "riskRecoveryStatus",
    "description",
)

TT05_DOSSIER_NAMES = (
    "arcFileCode",
    "title",
    "maintenance",
    "mode",
    "language",
    "startDate",
    "endDate",
    "keyword",
    "totalDoc",
    "numberOfPaper",
    "numberOfPage",
    "format",
    "inforSign",
    "confidenceLevel",
    "paperFileCode",
    "riskRecovery",
    "riskRecoveryStatus",
    "description",
)

# Under which names the fields that the machine read may come, the first found counts.
_NUMBER = ("document_number", "number")
_SYMBOL = ("document_symbol", "symbol")
_DATE = ("issue_date",)
_AUTHORITY = ("issuing_authority", "authority")
_SUBJECT = ("abstract", "subject")
_SIGNATORY = ("signatory", "signatory_name")
_POSITION = ("signatory_position", "position")


@dataclass(frozen=True, slots=True)
class LegalTerms:
    """What an office decides about its documents; empty where it has not.

    ``maintenance`` (retention), ``mode`` (access) and ``format`` (condition) are codes of TT 05/2025: 01 permanent, 02 70 years
    … 06 10 years, 07 other; 01 public, 02 conditional, 03 secret; 01 good, 02 normal, 03 damaged.
    """

    language: str = "Tiếng Việt"
    file_code: str = ""
    maintenance: str = ""
    mode: str = ""
    format: str = ""
    process: str = ""
    risk_recovery: str = ""
    risk_recovery_status: str = ""
    description: str = ""


def fill_nd30(
    fields: Mapping[str, ExtractedField], type_name: str, page_count: int, terms: LegalTerms
) -> dict[str, dict[str, str]]:
    """Return the blocks ``document`` and ``signer`` of NĐ 30/2020, Appendix VI, every value within its legal length.

    Dates are ISO 8601. A page count of more than three digits is left empty rather than cut to a false number.
    """
    document = {
        "FileCode": terms.file_code,
        "TypeName": type_name,
        "CodeNumber": _pick(fields, _NUMBER),
        "CodeNotation": _pick(fields, _SYMBOL),
        "IssuedDate": _pick(fields, _DATE),
        "OrganName": _pick(fields, _AUTHORITY),
        "Subject": _pick(fields, _SUBJECT),
        "Language": terms.language,
        "PageAmount": str(page_count) if page_count < 1000 else "",
        "Description": terms.description,
    }
    signer = {"Position": _pick(fields, _POSITION), "FullName": _pick(fields, _SIGNATORY)}
    return {
        "document": {name: truncate(document.get(name, ""), length) for name, length in ND30_DOCUMENT_LENGTHS.items()},
        "signer": {name: truncate(signer.get(name, ""), length) for name, length in ND30_SIGNER_LENGTHS.items()},
    }


def fill_tt05(
    document_id: str,
    fields: Mapping[str, ExtractedField],
    type_name: str,
    page_count: int,
    terms: LegalTerms,
    provenance: Provenance | None = Provenance.DIGITIZED,
) -> dict[str, str]:
    """Return the metadata of a document after TT 05/2025; a value that NĐ 30/2020 also has keeps within its length there.

    ``confidenceLevel`` tells where a document comes from, never how well it was read; empty where it is not known.
    """
    nd30 = fill_nd30(fields, type_name, page_count, terms)["document"]
    known = {
        "docId": document_id,
        "maintenance": terms.maintenance,
        "typeName": nd30["TypeName"],
        "codeNumber": nd30["CodeNumber"],
        "codeNotation": nd30["CodeNotation"],
        "issuedDate": nd30["IssuedDate"],
        "organName": nd30["OrganName"],
        "subject": nd30["Subject"],
        "language": nd30["Language"],
        "numberOfPage": str(page_count),
        "mode": terms.mode,
        "confidenceLevel": provenance.value if provenance else "",
        "format": terms.format,
        "process": terms.process,
        "riskRecovery": terms.risk_recovery,
        "riskRecoveryStatus": terms.risk_recovery_status,
        "description": nd30["Description"],
    }
    return {name: known.get(name, "") for name in TT05_NAMES}


def fill_tt05_dossier(dossier_number: str, documents: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the metadata of a dossier after TT 05/2025 from those of its documents (``fill_tt05``).

    A mixed dossier is kept as long as the longest of its documents (01 is the longest term); access and condition are told
    where all documents agree, provenance as mixed where they do not.
    """

    def gather(name: str) -> set[str]:
        return {document.get(name, "") for document in documents}

    def agree(name: str) -> str:
        found = gather(name)
        return found.pop() if len(found) == 1 else ""

    terms, dates, origins = gather("maintenance"), gather("issuedDate") - {""}, gather("confidenceLevel")
    pages = [document.get("numberOfPage", "") for document in documents]
    known = {
        "arcFileCode": dossier_number,
        "maintenance": min(terms) if terms and "" not in terms else "",
        "mode": agree("mode"),
        "language": agree("language"),
        "startDate": min(dates, default=""),
        "endDate": max(dates, default=""),
        "totalDoc": str(len(documents)),
        "numberOfPage": str(sum(map(int, pages))) if all(count.isdigit() for count in pages) else "",
        "format": agree("format"),
        "confidenceLevel": "" if "" in origins else origins.pop() if len(origins) == 1 else Provenance.MIXED.value,
    }
    return {name: known.get(name, "") for name in TT05_DOSSIER_NAMES}


def truncate(text: str, length: int) -> str:
    """Return a text in NFC cut to a number of characters, never between a letter and the marks upon it."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if len(text) <= length:
        return text
    while length > 0 and (
        unicodedata.combining(text[length]) or text[length] in "\u200d\ufe0f" or text[length - 1] == "\u200d"
    ):
        length -= 1
    return text[:length].rstrip()


def _pick(fields: Mapping[str, ExtractedField], names: tuple[str, ...]) -> str:
    return next((fields[name].value for name in names if name in fields and fields[name].value), "")
