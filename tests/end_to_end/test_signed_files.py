"""A result that comes in signed: a trusted one goes through untouched, any other waits with its reason in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from tests.support.born_digital import NUMBER, write_result
from tests.support.signing_authority import AGENCY, AUTHORITY, SigningAuthority, make_authority
from tests.support.sohoa_command import SohoaCommand

DOSSIER = "H01.40.05-261016-0009"
ROOTS = "SOHOA_SIGNING__TRUST_FILES"


@pytest.fixture
def authority() -> SigningAuthority:
    return make_authority()


@pytest.fixture
def result(tmp_path: Path, authority: SigningAuthority) -> Path:
    """A born-digital result, signed by the agency."""
    folder = tmp_path / DOSSIER / "ket-qua"
    folder.mkdir(parents=True)
    signer = signers.SimpleSigner.load_pkcs12_data(authority.issue()[0], [], passphrase=b"x")
    assert signer is not None
    unsigned = io.BytesIO(write_result(tmp_path / "unsigned.pdf").read_bytes())
    path = folder / "thong-bao.pdf"
    with path.open("wb") as file:
        signers.sign_pdf(IncrementalPdfFileWriter(unsigned), signers.PdfSignatureMetadata("Signature1"), signer, output=file)
    return path


def trusting(sohoa: SohoaCommand, authority: SigningAuthority, folder: Path) -> SohoaCommand:
    roots = folder / "roots.pem"
    roots.write_bytes(authority.pem)
    return sohoa.with_settings({ROOTS: f'["{roots}"]'})


def test_a_result_signed_by_a_trusted_agency_goes_through_untouched(
    sohoa: SohoaCommand, result: Path, authority: SigningAuthority, tmp_path: Path
) -> None:
    told = trusting(sohoa, authority, tmp_path)
    done = told.ingest(result.parent.parent)
    assert done.exit_code == 0, done.err
    row = done.one()
    assert (row["outcome"], row["error"]) == ("archived", None)
    (document,) = row["documents"]
    assert document["pdf_sha256"] == row["sha256"]
    assert (sohoa.home / "objects" / "archive" / document["object_key"]).read_bytes() == result.read_bytes()
    document_id = document["object_key"].split("/")[1]

    shown = told("show", document_id, "--json").one()
    assert shown["signature_standing"] == "trusted"
    assert shown["tt05"]["confidenceLevel"] == "01"
    (signature,) = shown["signature_check"]["signatures"]
    assert (signature["signer"], signature["authority"], signature["problems"]) == (AGENCY, AUTHORITY, [])
    table = told("show", document_id).out
    for words in ("hợp lệ, tin cậy", AGENCY, AUTHORITY, "tệp không kèm thông tin"):
        assert words in table
    (hit,) = told("search", NUMBER, "--json").one()["hits"]
    assert hit["document_id"] == document_id

    for file in sohoa.home.glob("catalog.sqlite3*"):
        file.unlink()
    assert told("reindex").exit_code == 0
    listed = told("signatures", "--standing", "trusted", "--json").one()["documents"]
    assert [(entry["document_id"], entry["standing"], entry["state"]) for entry in listed] == [
        (document_id, "trusted", "archived")
    ]
    assert told("signatures", "--standing", "broken", "--json").one() == {"documents": []}


def test_a_signature_of_an_unknown_agency_waits_until_its_root_is_trusted(
    sohoa: SohoaCommand, result: Path, authority: SigningAuthority, tmp_path: Path
) -> None:
    row = sohoa.ingest(result.parent.parent).one()
    assert (row["outcome"], row["error"]["code"]) == ("needs_review", "input.already_signed")
    assert "chứng thư không dẫn tới cơ quan gốc được tin cậy" in row["error"]["message_vi"]
    assert sohoa("replay", "--cause", "input.already_signed", "--dry-run", "--json").rows()[0]["would"] == "nothing"
    told = trusting(sohoa, authority, tmp_path)
    (again,) = told("replay", "--cause", "input.already_signed", "--json").rows()
    assert again["outcome"] == "archived"
    (entry,) = told("signatures", "--json").one()["documents"]
    assert (entry["standing"], entry["state"]) == ("trusted", "archived")
    assert told("progress").exit_code == 0


def test_a_broken_signature_is_told_plainly(
    sohoa: SohoaCommand, result: Path, authority: SigningAuthority, tmp_path: Path
) -> None:
    data = bytearray(result.read_bytes())
    data[data.index(b"/MediaBox") + 13] = ord("1")  # a page that is one point larger
    result.write_bytes(data)
    row = trusting(sohoa, authority, tmp_path).ingest(result.parent.parent).one()
    assert (row["outcome"], row["error"]["code"]) == ("needs_review", "input.already_signed")
    assert "KHÔNG hợp lệ: nội dung đã bị sửa sau khi ký" in row["error"]["message_vi"]
    assert "BROKEN: the signed content was altered" in row["error"]["message_en"]
