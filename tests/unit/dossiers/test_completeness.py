"""What a document is in its dossier."""

from __future__ import annotations

import unicodedata

import pytest

from dossiers.completeness import decide_role, find_role_in_path
from dossiers.document_type import RoleHint
from dossiers.model import DocumentRole

COMPONENT, RESULT = DocumentRole.COMPONENT, DocumentRole.RESULT


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("H15-261008-0975/ket-qua/giay-phep.pdf", RESULT),
        ("H15-261008-0975/Kết quả/scan.tif", RESULT),
        ("H15-261008-0975/KẾT QUẢ GIẢI QUYẾT/scan.tif", RESULT),
        (unicodedata.normalize("NFD", "hồ sơ/kết_quả/scan.tif"), RESULT),
        ("a/result/b.pdf", RESULT),
        ("a\\ket-qua\\b.pdf", RESULT),
        ("a/ket-qua.pdf", RESULT),
        ("a/ket-qua-02.pdf", RESULT),
        ("a/thành phần hồ sơ/b.pdf", COMPONENT),
        ("a/components/b.pdf", COMPONENT),
        ("ket-qua/thanh-phan/b.pdf", COMPONENT),
        ("thanh-phan/ket-qua/b.pdf", RESULT),
        ("a/ket-qua-hoc-tap.pdf", None),
        ("a/don-xin-ket-qua/b.pdf", None),
        ("a/resulting/b.pdf", None),
        ("b.pdf", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_role_in_the_path(path: str, role: DocumentRole | None) -> None:
    assert find_role_in_path(path) is role


def decide(
    hint: RoleHint,
    *,
    path: str = "a/b.pdf",
    dossier_number: str | None = "H15.50.05.13-261008-0975",
    issue_date: str = "",
    is_agency_paper: bool = True,
) -> DocumentRole:
    return decide_role(
        relative_path=path,
        role_hint=hint,
        dossier_number=dossier_number,
        issue_date=issue_date,
        is_agency_paper=is_agency_paper,
    )


def test_the_path_goes_before_the_type_and_the_type_before_the_date() -> None:
    assert decide(RoleHint.COMPONENT, path="ket-qua/a.pdf") is RESULT
    assert decide(RoleHint.RESULT, path="thanh-phan/a.pdf", issue_date="2026-12-01") is COMPONENT
    assert decide(RoleHint.COMPONENT, issue_date="2026-12-01") is COMPONENT
    assert decide(RoleHint.RESULT, issue_date="2020-12-01") is RESULT


@pytest.mark.parametrize(
    ("issue_date", "role"),
    [("2026-10-08", RESULT), ("2026-10-20", RESULT), ("2026-10-07", COMPONENT), ("", COMPONENT), ("08/10/2026", COMPONENT)],
)
def test_a_type_that_can_be_either_goes_by_the_date_of_the_paper(issue_date: str, role: DocumentRole) -> None:
    assert decide(RoleHint.EITHER, issue_date=issue_date) is role


def test_a_paper_no_agency_issued_or_in_no_dossier_is_never_a_result_by_its_date() -> None:
    assert decide(RoleHint.EITHER, issue_date="2026-10-20", is_agency_paper=False) is COMPONENT
    assert decide(RoleHint.EITHER, issue_date="2026-10-20", dossier_number=None) is COMPONENT
    assert decide(RoleHint.EITHER, issue_date="2026-10-20", dossier_number="nonsense") is COMPONENT
