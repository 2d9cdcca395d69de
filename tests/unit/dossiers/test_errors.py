"""Each sentence is in one language, whatever the adapters tell."""

from __future__ import annotations

import pytest

from dossiers.errors import (
    InvalidCodeError,
    MismatchedNameError,
    SohoaError,
    TooLargeError,
    UnreadablePathError,
    WrongFormatError,
)


@pytest.mark.parametrize(
    ("error", "vietnamese", "english"),
    [
        (WrongFormatError(name="a (1).pdf", found="tệp nén ZIP (ZIP archive)"), "là tệp nén ZIP.", "is ZIP archive."),
        (MismatchedNameError(name="a.pdf", found="PNG"), "là PNG,", "holds PNG,"),
        (InvalidCodeError(value="H1", kind="mã hồ sơ (dossier number)"), "định dạng mã hồ sơ.", "valid dossier number."),
        (UnreadablePathError(name="a", detail="Permission denied"), "(không có quyền đọc)", "(Permission denied)"),
        (TooLargeError(name="a.pdf", detail="trang (page) 3: 9 x 9 px"), "(trang 3: 9 x 9 px)", "(page 3: 9 x 9 px)"),
    ],
)
def test_a_fact_in_both_languages_is_told_in_one(error: SohoaError, vietnamese: str, english: str) -> None:
    assert vietnamese in error.message_vi
    assert english in error.message_en
    assert error.facts.get("name", "") in error.message_vi
