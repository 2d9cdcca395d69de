"""Keys: different things get different keys, and a key is always one that a store takes."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.errors import InvalidCodeError
from storage import keys
from storage.object_store import validate_key

NUMBERS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=16)
SHA = sha256(b"scan").hexdigest()


def test_the_keys_are_these() -> None:
    document_id = keys.make_document_id(SHA, 2, 11)
    assert document_id == f"p0002-0011-{SHA[:32]}"
    assert keys.original_key(SHA, "a.b.PDF") == f"{SHA[:2]}/{SHA}/original.pdf"
    assert keys.submission_key(SHA) == f"{SHA[:2]}/{SHA}/submission.json"
    assert keys.pdf_key("H01-1", document_id, SHA) == f"H01-1/{document_id}/{SHA}.pdf"
    assert keys.words_key(None, document_id, SHA) == f"_unfiled/{document_id}/{SHA}.words.json"
    assert keys.metadata_key("", document_id) == f"_unfiled/{document_id}/metadata.json"
    assert keys.is_metadata_key(keys.metadata_key("H01-1", document_id))
    assert keys.is_submission_key(keys.submission_key(SHA))


@pytest.mark.parametrize(
    "key", ["metadata.json", "a/b/metadata.json", f"a/p1-2-{SHA[:32]}/metadata.json", "a/b/c/metadata.json"]
)
def test_what_is_no_metadata_key(key: str) -> None:
    assert not keys.is_metadata_key(key)


@pytest.mark.parametrize("key", [f"00/{SHA}/submission.json", f"{SHA[:2]}/{SHA}/other.json", "submission.json"])
def test_what_is_no_submission_key(key: str) -> None:
    assert not keys.is_submission_key(key)


@pytest.mark.parametrize("digest", ["", "0" * 63, SHA.upper(), "../" + SHA, SHA + "\n"])
def test_what_is_no_digest(digest: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        keys.original_key(digest, "a.pdf")


@pytest.mark.parametrize("pages", [(0, 1), (2, 1), (-1, 1)])
def test_pages_that_cannot_be(pages: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="pages"):
        keys.make_document_id(SHA, *pages)


@pytest.mark.parametrize("document_id", ["", "..", "p0001-0002", f"p0001-0002-{SHA[:32]}/.."])
def test_what_is_no_document_id(document_id: str) -> None:
    with pytest.raises(ValueError, match="document id"):
        keys.metadata_key("H01", document_id)


@given(NUMBERS, NUMBERS)
def test_every_dossier_has_a_folder_of_its_own(one: str, other: str) -> None:
    folders = [keys.dossier_folder(number) for number in (one, other)]
    for folder in folders:
        assert validate_key(folder + "/x")
        assert "/" not in folder
    same = unicodedata.normalize("NFC", one).strip() == unicodedata.normalize("NFC", other).strip()
    assert (folders[0] == folders[1]) == same


def test_a_dossier_cannot_pass_for_none() -> None:
    assert keys.dossier_folder("_unfiled") != keys.UNFILED
    assert keys.dossier_folder("../x") == "%2E.%2Fx"


@pytest.mark.parametrize("number", ["x" * 201, "ế" * 30, "a\nb", "a\x00b", "\udc80", "a\u202eb"])
def test_a_dossier_number_that_no_folder_can_bear_is_malformed(number: str) -> None:
    with pytest.raises(InvalidCodeError):
        keys.dossier_folder(number)


@given(st.text())
def test_originals_of_any_name_have_a_sound_key(name: str) -> None:
    assert validate_key(keys.original_key(SHA, name))
