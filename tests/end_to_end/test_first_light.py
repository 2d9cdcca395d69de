"""The whole main job: a sample dossier in, a signed and findable archive record out, with real parts only."""

from __future__ import annotations

import hashlib
import json
import subprocess
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

from minio import Minio

from dossiers.model import Outcome
from pdf.identity import read_trust_roots
from pdf.verification import verify_pdf
from tests.support.minio_server import S3TestServer
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SohoaCommand
from tests.support.verapdf import validate_pdfa

RESULT_KEYS = {"path", "sha256", "outcome", "error", "documents"}
DOCUMENT_KEYS = {"dossier_number", "type", "type_name", "type_score", "pages", "fields", "object_key", "pdf_sha256"}
FIELD_KEYS = {"value", "confidence", "page", "bbox_px"}


def fetch(server: S3TestServer, bucket: str, key: str) -> bytes:
    address = urlsplit(server.endpoint if "://" in server.endpoint else f"//{server.endpoint}")
    client = Minio(address.netloc, server.access_key, server.secret_key, secure=address.scheme == "https")
    response = client.get_object(bucket, key)
    try:
        return bytes(response.read())
    finally:
        response.close()
        response.release_conn()


def text_lines(pdf: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True)
    return [line.strip() for page in done.stdout.split("\f") for line in page.splitlines() if line.strip()]


def test_a_dossier_becomes_a_signed_findable_archive_record(
    sohoa_on_s3: SohoaCommand, s3_server: S3TestServer, s3_settings: dict[str, str], tmp_path: Path
) -> None:
    sample = find_sample(CLEAR_TYPE)
    done = sohoa_on_s3.ingest(sample.path)
    assert done.exit_code == 0, done.err
    result = done.one()
    assert set(result) == RESULT_KEYS
    assert result["outcome"] == Outcome.ARCHIVED
    assert result["error"] is None
    assert result["sha256"] == hashlib.sha256(sample.path.read_bytes()).hexdigest()
    document = next(one for one in result["documents"] if one["type"] == CLEAR_TYPE)
    assert set(document) == DOCUMENT_KEYS
    assert document["dossier_number"] == sample.dossier_number
    assert document["fields"]["document_number"]["value"] == sample.fields["document_number"]
    assert document["fields"]["issue_date"]["value"] == sample.fields["issue_date"]
    for field in document["fields"].values():
        assert set(field) == FIELD_KEYS
        left, top, right, bottom = field["bbox_px"]
        assert 0 <= left < right
        assert 0 <= top < bottom
        assert 0 <= field["confidence"] <= 1

    # The search finds it without diacritics, and the PDF that it names is what S3 gives.
    query = f"{strip_marks(sample.fields['abstract'])} thong bao"
    hits = sohoa_on_s3("search", query, "--json").one()["hits"]
    assert document["object_key"] in [hit["object_key"] for hit in hits]
    archive_bucket = s3_settings["SOHOA_STORE__S3__ARCHIVE_BUCKET"]
    pdf = tmp_path / "fetched.pdf"
    pdf.write_bytes(fetch(s3_server, archive_bucket, document["object_key"]))
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == document["pdf_sha256"]

    # Poppler, pyHanko and veraPDF judge it.
    signature = subprocess.run(["pdfsig", str(pdf)], capture_output=True, encoding="utf-8", check=False).stdout
    assert "Signature is Valid" in signature
    assert "Total document signed" in signature
    pems = [next((sohoa_on_s3.home / folder).rglob("*.pem")) for folder in ("keys", "agency-keys")]
    report = verify_pdf(pdf, [root for pem in pems for root in read_trust_roots(pem)])
    assert report.is_trusted
    assert report.is_demonstration
    verdict = validate_pdfa([pdf])[pdf]
    assert verdict.compliant, verdict.faults

    # Its text, line by line, is the text that was read, in NFC.
    prefix = document["object_key"].rpartition("/")[0]
    metadata = json.loads(fetch(s3_server, archive_bucket, f"{prefix}/metadata.json"))
    words = json.loads(fetch(s3_server, archive_bucket, metadata["words"]["key"]))
    read_lines = [
        " ".join(word["text"] for word in line["words"]) for page in words["pages"] for line in page["lines"] if line["words"]
    ]
    found = text_lines(pdf)
    assert all(unicodedata.is_normalized("NFC", line) for line in found)
    assert [line for line in found if line in set(read_lines)] == read_lines
    assert metadata["nd30"]["document"]["TypeName"] == document["type_name"]
    assert metadata["tt05"]["confidenceLevel"] == "02"

    # And the command itself proves the record.
    (verification,) = sohoa_on_s3("verify", document["object_key"], "--json").rows()
    assert verification["genuine"] is True


def test_a_second_run_archives_nothing_twice(sohoa_on_s3: SohoaCommand) -> None:
    sample = find_sample(CLEAR_TYPE)
    first = sohoa_on_s3.ingest(sample.path).one()
    progress = sohoa_on_s3("progress", "--json").one()
    second = sohoa_on_s3.ingest(sample.path).one()
    assert second["outcome"] == Outcome.DUPLICATE
    assert second["documents"] == first["documents"]
    replayed = sohoa_on_s3("replay", first["sha256"][:12], "--json")
    assert replayed.exit_code == 0, replayed.err
    assert replayed.one()["documents"] == first["documents"]
    assert sohoa_on_s3("progress", "--json").one() == progress
    status = sohoa_on_s3("status", "--json").one()
    assert status["counts"]["archived"] == 1
    assert status["counts"]["duplicate"] == 1
    assert status["total"] == 2


def test_reindex_gives_the_same_hits_and_progress_from_the_store_alone(sohoa_on_s3: SohoaCommand, tmp_path: Path) -> None:
    bad = tmp_path / "rỗng.pdf"
    bad.write_bytes(b"")
    sample = find_sample(CLEAR_TYPE)
    assert sohoa_on_s3.ingest(sample.path, bad).exit_code == 3
    assert sohoa_on_s3.ingest(sample.path).one()["outcome"] == Outcome.DUPLICATE
    before = [sohoa_on_s3(*command, "--json").out for command in (("search", "thong bao"), ("progress",))]
    counts = sohoa_on_s3("status", "--json").one()["counts"]
    for file in sohoa_on_s3.home.glob("catalog.sqlite3*"):
        file.unlink()
    assert sohoa_on_s3("search", "thong bao", "--json").one()["total"] == 0
    assert sohoa_on_s3("reindex").exit_code == 0
    assert [sohoa_on_s3(*command, "--json").out for command in (("search", "thong bao"), ("progress",))] == before
    assert sohoa_on_s3("status", "--json").one()["counts"] == counts


def test_a_changed_pdf_is_an_alarm(sohoa: SohoaCommand) -> None:
    document = sohoa.ingest(find_sample(CLEAR_TYPE).path).one()["documents"][0]
    stored = sohoa.home / "objects" / "archive" / document["object_key"]
    stored.chmod(0o600)
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1
    stored.write_bytes(bytes(data))
    done = sohoa("verify", document["object_key"], "--json")
    assert done.exit_code == 8
    assert done.one()["genuine"] is False


def test_the_whole_text_of_a_scan_can_be_read_alone(sohoa: SohoaCommand) -> None:
    sample = find_sample(CLEAR_TYPE)
    done = sohoa("read", sample.path)
    assert done.exit_code == 0, done.err
    assert unicodedata.is_normalized("NFC", done.out)
    assert sample.fields["document_symbol"] in done.out
    reading = sohoa("read", sample.path, "--json").one()
    assert [page["page"] for page in reading["pages"]] == list(range(1, len(reading["pages"]) + 1))
    page = reading["pages"][0]
    assert {"rotation_deg", "skew_deg", "quality", "lines", "seconds", "width_px", "height_px"} <= set(page)
    assert "\n".join(line["text"] for line in page["lines"]) == page["text"]
    assert not (sohoa.home / "catalog.sqlite3").exists()
    left = [path for path in (sohoa.home / "work" / "tmp").iterdir() if path.name != ".ses"]  # ONNX Runtime's session mark
    assert not left, "nothing of the scan is left behind"


def strip_marks(text: str) -> str:
    letters = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
