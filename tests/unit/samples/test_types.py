"""A type is a file, a sample and a test: each type's sample, read without fault, is recognised and gives its fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import samples
from classifiers import understand
from dossiers.document_type import DocumentFamily, DocumentType, load_document_types
from dossiers.model import RecognizedDocument
from dossiers.page import BoxPx, PageSource, QualityVerdict, RecognizedLine, RecognizedPage, RecognizedWord
from samples.generator.__main__ import SPECIMENS_FOLDER
from samples.generator.build import SCANS, TRUTHS, build_dossiers
from samples.generator.plans import SPECIMENS

ROOT = Path(samples.__file__).parent / SPECIMENS_FOLDER
TYPES = load_document_types()
SAMPLES = sorted((ROOT / TRUTHS).glob("*.json"))
# Of the papers common in a one-stop dossier, those whose type no dossier of the committed set holds are among SAMPLES.
COMMON_PAPERS = {
    "can_cuoc_cong_dan", "giay_khai_sinh", "giay_chung_nhan_ket_hon", "giay_xac_nhan_tinh_trang_hon_nhan",
    "trich_luc_khai_tu", "to_khai_ct01", "gcn_quyen_su_dung_dat", "don_dang_ky_dat_dai", "trich_luc_thua_dat",
    "hop_dong_chuyen_nhuong", "hop_dong_tang_cho", "van_ban_thua_ke", "to_khai_le_phi_truoc_ba", "to_khai_thue_tncn",
    "don_de_nghi", "to_khai", "phieu_ly_lich_tu_phap", "gcn_dang_ky_doanh_nghiep", "gcn_dang_ky_ho_kinh_doanh",
    "giay_phep_xay_dung", "ban_ve_xay_dung", "van_bang", "chung_chi", "giay_kham_suc_khoe", "bien_lai",
}  # fmt: skip


def read_without_fault(page: dict[str, Any], scan: Path) -> RecognizedPage:
    """Return a page of the truth as a perfect reader would give it; the words share a line's box by their letters."""
    lines = []
    for text, corners in zip(page["lines"], page["boxes_px"], strict=True):
        box = BoxPx(*corners)
        words, position = [], 0
        for word in text.split(" "):
            left = box.left + box.width * position // len(text)
            position += len(word)
            right = box.left + box.width * position // len(text)
            words.append(RecognizedWord(word, BoxPx(left, box.top, max(right, left + 1), box.bottom), 0.96))
            position += 1
        lines.append(RecognizedLine(text, box, 0.96, tuple(words)))
    width, height = page["width_px"], page["height_px"]
    source = PageSource(page["number"], scan, "0" * 64, "image/tiff", width, height, page["dpi"], lossless=True)
    quality = QualityVerdict(page["dpi"], 1.0, 0.8, is_blank=page["blank"], is_colour=False)
    return RecognizedPage(source, width, height, 0, 0.0, quality, tuple(lines), {})


@pytest.mark.parametrize("truth_path", SAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_the_sample_of_a_type_is_recognised_and_gives_its_fields(truth_path: Path) -> None:
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    (expected,) = truth["documents"]
    pages = tuple(read_without_fault(page, ROOT / SCANS / truth["path"]) for page in truth["pages"])
    (found,) = understand(RecognizedDocument(truth["sha256"], pages, "truth"), "H01.31.12-261008-0003", TYPES)
    assert found.document.type_id == expected["type"]
    assert found.document.type_score >= 0.75
    values = {name: field.value.casefold() for name, field in found.fields.items()}
    for name in TYPES[expected["type"]].required_fields:
        assert values.get(name) == expected["fields"][name].casefold(), name
    assert not found.needs_review, found.review_notes


def test_every_administrative_type_every_common_paper_and_every_form_has_a_sample(committed: list[Any]) -> None:
    drawn = {document["type"] for sample in committed for document in sample.truth["documents"]}
    drawn |= {path.name.partition(".")[0] for path in SAMPLES}
    wanted = {kind.id for kind in TYPES.values() if _is_wanted(kind)}
    assert wanted - drawn == set()
    assert len(COMMON_PAPERS - {"to_khai"}) >= 20
    assert wanted >= COMMON_PAPERS


def test_the_samples_of_types_are_what_the_generator_draws(tmp_path: Path) -> None:
    (truth,) = build_dossiers((SPECIMENS.only("ke_hoach.tif"),), tmp_path)
    kept = json.loads((ROOT / TRUTHS / "ke_hoach.tif.json").read_text(encoding="utf-8"))
    assert [line.text for page in truth.pages for line in page.lines] == [
        line for page in kept["pages"] for line in page["lines"]
    ]
    assert {file.name.partition(".")[0] for file in SPECIMENS.files} == {path.name.partition(".")[0] for path in SAMPLES}


def _is_wanted(kind: DocumentType) -> bool:
    """Decree 30's own types (laws and decrees are more), the counter's forms, and the common papers."""
    is_of_decree = kind.family is DocumentFamily.ADMINISTRATIVE and kind.id not in {"luat", "nghi_dinh", "thong_tu"}
    return is_of_decree or kind.family is DocumentFamily.ONE_STOP_FORM or kind.id in COMMON_PAPERS
