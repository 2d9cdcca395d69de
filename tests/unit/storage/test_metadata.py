"""Records: what goes in comes out, damage is noticed, legal names are filled and never invented."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.errors import IntegrityError
from dossiers.model import DescribedDocument, DocumentRole, Outcome, ReviewNote, ReviewReason
from storage.legal_metadata import (
    ND30_DOCUMENT_LENGTHS,
    ND30_SIGNER_LENGTHS,
    TT05_NAMES,
    LegalTerms,
    truncate,
)
from storage.metadata import (
    DocumentMetadata,
    Recipe,
    describe_document,
    fit_encoded,
    object_metadata,
    parse_metadata,
    to_catalog_entry,
)
from storage.object_store import MAX_METADATA_BYTES, encode_metadata, metadata_bytes
from storage.submissions import SubmissionRecord, dump_submission, parse_submission
from storage.words import dump_words, parse_words
from tests.support.documents import (
    CLERK,
    RECEIVED_AT,
    SCAN_SHA256,
    make_described,
    make_page,
    make_scan,
    make_signed,
    with_type,
)

RECIPE = Recipe(engine="tesseract 5.3.0 vie", pipeline_version="1")
ANY_TEXT = st.text(max_size=700)


def describe(folder: Path, described: DescribedDocument, terms: LegalTerms | None = None) -> DocumentMetadata:
    return describe_document(
        make_scan(folder),
        described,
        make_signed(folder),
        SCAN_SHA256,
        role=DocumentRole.RESULT,
        recipe=RECIPE,
        actor=CLERK,
        archived_at=datetime(2026, 10, 8, 9, 0, tzinfo=timezone(timedelta(hours=7))),
        history=(),
        terms=terms or LegalTerms(),
    )


def test_a_record_is_sorted_utf8_and_comes_back(tmp_path: Path) -> None:
    note = ReviewNote(ReviewReason.POOR_SCAN, "blurred", 1)
    record = describe(tmp_path, make_described(review_reasons=(ReviewReason.POOR_SCAN,), review_notes=(note,)))
    assert parse_metadata(record.to_json(), "x").list_review_notes() == (note,)
    data = record.to_json()
    assert parse_metadata(data, "x") == record
    assert parse_metadata(data, "x").to_json() == data
    found = json.loads(data)
    assert list(found) == sorted(found)
    assert "Ủy ban nhân dân phường Long Xuyên" in data.decode()
    assert found["archived_at"] == "2026-10-08T02:00:00Z"
    assert found["outcome"] == Outcome.NEEDS_REVIEW
    assert found["fields"]["issue_date"] == {"value": "2026-10-05", "confidence": 0.93, "page": 1, "bbox_px": [10, 20, 300, 60]}
    assert found["text_confidence"] == 0.9
    assert found["recipe"] == {"engine": "tesseract 5.3.0 vie", "pipeline_version": "1"}


def test_the_legal_names_are_filled_from_what_is_known(tmp_path: Path) -> None:
    record = describe(tmp_path, make_described(), LegalTerms(maintenance="01", mode="02", format="01"))
    document, signer, tt05 = record.nd30["document"], record.nd30["signer"], record.tt05
    assert set(document) == set(ND30_DOCUMENT_LENGTHS)
    assert set(signer) == set(ND30_SIGNER_LENGTHS)
    assert tuple(sorted(tt05)) == tuple(sorted(TT05_NAMES))
    assert document["CodeNumber"] == tt05["codeNumber"] == "47"
    assert document["CodeNotation"] == tt05["codeNotation"] == "QĐ-UBND"
    assert document["IssuedDate"] == tt05["issuedDate"] == "2026-10-05"
    assert document["PageAmount"] == tt05["numberOfPage"] == "2"
    assert signer == {"FullName": "Nguyễn Văn An", "Position": "Chủ tịch"}
    assert (tt05["maintenance"], tt05["mode"], tt05["format"]) == ("01", "02", "01")
    assert tt05["confidenceLevel"] == "02"
    for empty in ("arcDocCode", "inforSign", "keyword", "autograph", "process", "riskRecovery", "description"):
        assert tt05[empty] == ""
    assert document["FileCode"] == document["DocOrdinal"] == document["Priority"] == ""


def test_unknown_values_stay_empty(tmp_path: Path) -> None:
    described = make_described()
    bare = DescribedDocument(described.document, None, {}, ())
    record = describe(tmp_path, bare)
    assert record.nd30["signer"] == {"FullName": "", "Position": ""}
    assert record.tt05["issuedDate"] == record.tt05["maintenance"] == record.tt05["mode"] == ""


def test_long_values_keep_within_their_legal_length(tmp_path: Path) -> None:
    described = with_type(make_described(), "Giấy " * 60)
    record = describe(tmp_path, described)
    assert len(record.nd30["document"]["TypeName"]) <= 100
    assert record.type_name == "Giấy " * 60


@given(ANY_TEXT, st.integers(0, 600))
def test_cutting_never_parts_a_letter_from_its_marks(text: str, length: int) -> None:
    cut = truncate(text, length)
    whole = " ".join(unicodedata.normalize("NFC", text).split())
    assert len(cut) <= length
    assert whole.startswith(cut)
    if len(cut) < len(whole):
        assert not unicodedata.combining(whole[len(cut)])


@given(st.text(max_size=600), st.integers(0, 500))
def test_what_is_fitted_fits(text: str, room_bytes: int) -> None:
    fitted = fit_encoded(text, room_bytes)
    assert metadata_bytes(encode_metadata({"a": fitted})) <= room_bytes + 1 + 6 + 64


@pytest.mark.parametrize("long", ["ế" * 2000, "x" * 2000, "😀" * 900, "e\u0302\u0323" * 700])
def test_an_object_carries_its_share_however_long_the_texts(tmp_path: Path, long: str) -> None:
    described = with_type(make_described(dossier_number=long[:8]), long)
    record = describe(tmp_path, described, LegalTerms(maintenance=long, mode=long))
    record = record.model_copy(update={"type_id": long, "pdf": record.pdf.model_copy(update={"signer": long})})
    record = record.model_copy(update={"tt05": dict.fromkeys(record.tt05, long)})
    encoded = encode_metadata(object_metadata(record))
    assert metadata_bytes(encoded) <= MAX_METADATA_BYTES
    assert all(value.isascii() for value in encoded.values())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"schema_version": 2}',
        b'{"schema_version": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'"' + b"x",
    ],
)
def test_damaged_or_unknown_records_are_integrity_errors(data: bytes) -> None:
    for parse in (parse_metadata, parse_submission, parse_words):
        with pytest.raises(IntegrityError):
            parse(data, "the record")


def test_a_record_of_a_later_schema_is_not_guessed_at(tmp_path: Path) -> None:
    data = describe(tmp_path, make_described()).to_json().replace(b'"schema_version": 1', b'"schema_version": 2')
    with pytest.raises(IntegrityError, match="unknown schema"):
        parse_metadata(data, "x")


def test_the_same_words_give_the_same_bytes() -> None:
    page = make_page(1, "Cộng hòa xã hội chủ nghĩa Việt Nam\nĐộc lập - Tự do - Hạnh phúc")
    data = dump_words((page,), SCAN_SHA256, "tesseract")
    page.seconds["ocr"] = 99.0
    assert dump_words((page,), SCAN_SHA256, "tesseract") == data
    (restored,) = parse_words(data, "x")
    assert restored.text == page.text
    assert [line.words for line in restored.lines] == [line.words for line in page.lines]
    assert (restored.rotation_deg, restored.skew_deg) == (90, -0.432)
    assert restored.source.sha256 == page.source.sha256
    assert restored.seconds == {}


def test_what_the_reader_gave_is_kept_beside_a_mended_word() -> None:
    page = make_page(1, "tổ chức")
    line = page.lines[0]
    mended = replace(line, words=(replace(line.words[0], raw_text="tô", is_by_hand=True), line.words[1]))
    data = dump_words((replace(page, lines=(mended,)),), SCAN_SHA256, "tesseract")
    assert data.decode().count('"raw_text"') == 1
    assert data.decode().count('"by_hand"') == 1
    words = parse_words(data, "x")[0].lines[0].words
    assert [(word.raw_text, word.is_by_hand) for word in words] == [("tô", True), (None, False)]


def test_text_is_composed_on_its_way_in() -> None:
    decomposed = unicodedata.normalize("NFD", "Quyết định")
    data = dump_words((make_page(1, decomposed),), SCAN_SHA256, "tesseract")
    assert parse_words(data, "x")[0].text == "Quyết định"
    assert unicodedata.is_normalized("NFC", data.decode())


def test_a_catalog_entry_comes_from_the_record_and_its_words(tmp_path: Path) -> None:
    described = make_described(first_page=3)
    record = describe(tmp_path, described)
    entry = to_catalog_entry(record, described.document.pages)
    assert (entry.first_page, entry.last_page, entry.page_count) == (3, 4, 2)
    assert [page.number for page in entry.pages] == [1, 2]
    assert entry.signatory == "Nguyễn Văn An"
    assert entry.role is DocumentRole.RESULT


def test_a_submission_with_a_name_that_is_no_text(tmp_path: Path) -> None:
    record = SubmissionRecord.model_validate(
        {
            "sha256": SCAN_SHA256,
            "name": "scan-\udc80.pdf",
            "size_bytes": 1,
            "state": "received",
            "received_at": RECEIVED_AT,
            "updated_at": RECEIVED_AT.astimezone(UTC),
            "actor": {"id": "x"},
        }
    )
    assert parse_submission(dump_submission(record), "x") == record
