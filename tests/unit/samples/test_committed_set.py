"""The committed set is whole, small, varied, and its truths agree with its files."""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

import dossiers
from dossiers.codes import DossierNumber
from dossiers.document_type import load_document_types
from dossiers.personal_id import parse_personal_id
from samples.generator.build import MANIFEST, SCANS, TRUTHS
from tests.unit.samples.conftest import ROOT, Sample

TYPES = Path(dossiers.__file__).parent / "document_types"


def measure_pages(path: Path) -> list[tuple[int, int]]:
    """Return width and height in pixels of every picture in a scan."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            pictures = [page.Resources.XObject.Im0 for page in pdf.pages]
            return [(int(picture.Width), int(picture.Height)) for picture in pictures]
    with Image.open(path) as image:
        sizes = []
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            sizes.append(image.size)
        return sizes


def test_the_set_is_large_enough_and_small_enough(committed: list[Sample]) -> None:
    numbers = {sample.truth["dossier_number"] for sample in committed} - {None}
    assert len(numbers) >= 8
    assert 30 <= sum(len(sample.truth["pages"]) for sample in committed) <= 60
    assert sum(sample.scan.stat().st_size for sample in committed) < 20_000_000


def test_the_manifest_lists_every_file_with_its_digest() -> None:
    rows = {row[66:]: row[:64] for row in (ROOT / MANIFEST).read_text(encoding="utf-8").splitlines()}
    files = [path for folder in (SCANS, TRUTHS) for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert {path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == rows


def test_every_truth_has_its_scan(committed: list[Sample]) -> None:
    assert {sample.truth_path for sample in committed} == set((ROOT / TRUTHS).rglob("*.json"))
    for sample in committed:
        assert sample.truth["path"] == sample.scan.relative_to(ROOT / SCANS).as_posix()
        assert sample.truth["sha256"] == hashlib.sha256(sample.scan.read_bytes()).hexdigest()


def test_pages_agree_with_the_files(committed: list[Sample]) -> None:
    for sample in committed:
        pages = sample.truth["pages"]
        assert [page["number"] for page in pages] == list(range(1, len(pages) + 1))
        upright = [(page["width_px"], page["height_px"]) for page in pages]
        turned = [page["rotation_deg"] % 180 == 90 for page in pages]
        lying = [size[::-1] if turn else size for size, turn in zip(upright, turned, strict=True)]
        assert measure_pages(sample.scan) == lying, sample.truth["path"]


def test_documents_cover_every_page_once(committed: list[Sample]) -> None:
    for sample in committed:
        covered = [n for doc in sample.truth["documents"] for n in range(doc["first_page"], doc["last_page"] + 1)]
        assert covered == [page["number"] for page in sample.truth["pages"]]


def test_lines_are_nfc_and_within_the_page(committed: list[Sample]) -> None:
    for sample in committed:
        for page in sample.truth["pages"]:
            assert page["blank"] == (not page["lines"])
            for text, box in zip(page["lines"], page["boxes_px"], strict=True):
                assert text == " ".join(unicodedata.normalize("NFC", text).split())
                assert 0 <= box[0] < box[2] <= page["width_px"], (sample.truth["path"], text)
                assert 0 <= box[1] < box[3] <= page["height_px"], (sample.truth["path"], text)


def test_every_type_is_known(committed: list[Sample]) -> None:
    known = {tomllib.loads(path.read_text(encoding="utf-8"))["id"] for path in TYPES.glob("*.toml")}
    used = {document["type"] for sample in committed for document in sample.truth["documents"]}
    assert used <= known
    assert len(used) >= 15


def test_a_sample_prints_every_field_that_its_type_must_have(committed: list[Sample]) -> None:
    """Else the type asks for what such a paper does not say, and a person would have to look at each of them."""
    types = load_document_types()
    for sample in committed:
        for document in sample.truth["documents"]:
            missing = set(types[document["type"]].required_fields) - set(document["fields"])
            assert not missing, (sample.truth["path"], document["type"])


def test_codes_and_identity_numbers_are_valid(committed: list[Sample]) -> None:
    for sample in committed:
        number = sample.truth["dossier_number"]
        if number is not None:
            assert str(DossierNumber.parse(number)) == number
            assert sample.scan.relative_to(ROOT / SCANS).parts[0] == number
        for document in sample.truth["documents"]:
            identity = document["fields"].get("personal_id_number")
            if identity is not None:
                assert str(parse_personal_id(identity)) == identity


def test_fields_stand_on_their_pages(committed: list[Sample]) -> None:
    """What a field says is printed on one of its document's pages (dates are printed in Vietnamese forms)."""
    for sample in committed:
        for document in sample.truth["documents"]:
            pages = sample.truth["pages"][document["first_page"] - 1 : document["last_page"]]
            printed = " ".join(line for page in pages for line in page["lines"]).casefold()
            for name, value in document["fields"].items():
                if name not in {"issue_date", "date_of_birth", "signatory_position"}:
                    assert value.casefold() in printed.replace(" /", "/"), (sample.truth["path"], name, value)


@pytest.mark.parametrize(
    "quality", ["rotated", "blank", "bitonal", "gray", "300 dpi", "hand in", "result", "no result", "old code"]
)
def test_the_set_is_varied(committed: list[Sample], quality: str) -> None:
    pages = [page for sample in committed for page in sample.truth["pages"]]
    numbers = {sample.truth["dossier_number"] for sample in committed} - {None}
    with_result = {sample.truth["dossier_number"] for sample in committed if sample.truth["role"] == "result"}
    counts = {
        "rotated": len({page["rotation_deg"] for page in pages} - {0}) - 2,
        "blank": sum(page["blank"] for page in pages),
        "bitonal": sum(page["mode"] == "bitonal" for page in pages),
        "gray": sum(page["mode"] == "gray" for page in pages),
        "300 dpi": sum(page["dpi"] == 300 for page in pages),
        "hand in": sum(len(sample.truth["documents"]) > 1 for sample in committed),
        "result": len(numbers & with_result),
        "no result": len(numbers - with_result),
        "old code": sum(number.startswith("000.") for number in numbers),
    }
    assert counts[quality] >= 1
