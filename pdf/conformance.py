"""Whether a PDF is the PDF/A-2b that it claims to be.

pikepdf's validator approves only what it knows, and it does not know signature fields. A signed file is therefore judged
without its signature: the form, the signature values and what proves them are taken away in memory, the appearances stay,
and the report says so. The reference validator, veraPDF, judges whole signed files in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pikepdf
import pikepdf.pdfa
from pikepdf import Dictionary, Name

from dossiers.errors import PasswordProtectedError, TruncatedFileError, UnreadablePathError

_MAX_FINDINGS = 20
_HARMLESS_FORM_KEYS = {"/Fields", "/SigFlags", "/DR", "/DA"}
_STORE_KEYS = {"/Type", "/Certs", "/OCSPs", "/CRLs", "/VRI"}


class PdfaScope(StrEnum):
    """How much of a file was judged."""

    WHOLE_FILE = "whole_file"
    WITHOUT_SIGNATURES = "without_signatures"


class PdfaVerdict(StrEnum):
    """``NOT_CHECKED``: nothing wrong was found, but the file holds something that the validator does not know."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class PdfaReport:
    """The verdict on a file as PDF/A-2b. ``claim`` is the part and level that its XMP names, e.g. ``2B``, or empty."""

    claim: str
    verdict: PdfaVerdict
    scope: PdfaScope
    findings: tuple[str, ...]

    @property
    def is_pdfa_2b(self) -> bool:
        return self.verdict is PdfaVerdict.PASSED and self.claim == "2B"


def check_pdfa(path: Path) -> PdfaReport:
    """Check a file, signed or not, as PDF/A-2b.

    Raises ``TruncatedFileError`` when it is no readable PDF, ``PasswordProtectedError`` when it is encrypted, and
    ``UnreadablePathError`` when the system does not let us read it.
    """
    try:
        with pikepdf.open(path, inherit_page_attributes=False) as pdf:
            claim = _read_claim(pdf)
            if not _has_plain_signature_form(pdf):
                report = pikepdf.pdfa.validate_written(path, "2b")
                return _make_report(claim, report, PdfaScope.WHOLE_FILE)
            _take_signatures_away(pdf)
            return _make_report(claim, pikepdf.pdfa.check(pdf, "2b"), PdfaScope.WITHOUT_SIGNATURES)
    except pikepdf.PasswordError as error:
        raise PasswordProtectedError(name=path.name) from error
    except OSError as error:
        raise UnreadablePathError(name=path.name, detail=error.strerror) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise TruncatedFileError(name=path.name, detail=str(error)[:300]) from error


def _read_claim(pdf: pikepdf.Pdf) -> str:
    # Not as a context manager, which would write the metadata back.
    return str(pdf.open_metadata(update_docinfo=False).pdfa_status or "")


def _has_plain_signature_form(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get(Name.AcroForm)
    return isinstance(form, Dictionary) and set(form.keys()) <= _HARMLESS_FORM_KEYS


def _take_signatures_away(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AcroForm
    extensions = pdf.Root.get(Name.Extensions)
    if isinstance(extensions, Dictionary) and set(extensions.keys()) <= {"/Type", "/ESIC", "/ADBE", "/ISO_"}:
        del pdf.Root.Extensions
    store = pdf.Root.get(Name.DSS)
    if isinstance(store, Dictionary) and set(store.keys()) <= _STORE_KEYS:
        del pdf.Root.DSS
    for page in pdf.pages:
        for annotation in page.obj.get(Name.Annots, []):
            if annotation.get(Name.Subtype) == Name.Widget and annotation.get(Name.FT) == Name.Sig:
                annotation.Subtype = Name.Stamp  # a kind that the validator knows, with the same appearance
                for key in ("/FT", "/T", "/TU", "/V", "/Lock", "/SV", "/Ff", "/DA", "/Parent"):
                    if key in annotation:
                        del annotation[key]


def _make_report(claim: str, report: pikepdf.pdfa.Report, scope: PdfaScope) -> PdfaReport:
    verdict = {"pass": PdfaVerdict.PASSED, "fail": PdfaVerdict.FAILED}.get(report.verdict, PdfaVerdict.NOT_CHECKED)
    return PdfaReport(claim, verdict, scope, tuple(str(finding) for finding in report.findings[:_MAX_FINDINGS]))
