"""The type files: complete, well-formed, and refused with the file's name when not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.document_type import DocumentFamily, RoleHint, load_document_types
from dossiers.errors import ConfigurationError

ADMINISTRATIVE = {
    "Nghị quyết": "NQ", "Quyết định": "QĐ", "Chỉ thị": "CT", "Quy chế": "QC", "Quy định": "QyĐ", "Thông cáo": "TC",
    "Thông báo": "TB", "Hướng dẫn": "HD", "Chương trình": "CTr", "Kế hoạch": "KH", "Phương án": "PA", "Đề án": "ĐA",
    "Dự án": "DA", "Báo cáo": "BC", "Biên bản": "BB", "Tờ trình": "TTr", "Hợp đồng": "HĐ", "Công văn": "", "Công điện": "CĐ",
    "Bản ghi nhớ": "BGN", "Bản thỏa thuận": "BTT", "Giấy ủy quyền": "GUQ", "Giấy mời": "GM", "Giấy giới thiệu": "GGT",
    "Giấy nghỉ phép": "GNP", "Phiếu gửi": "PG", "Phiếu chuyển": "PC", "Phiếu báo": "PB", "Thư công": "",
}  # fmt: skip

VALID = """
id = "{id}"
name = "Giấy thử"
family = "one_stop_paper"
role = "component"
titles = ["GIẤY THỬ"]
"""


def write_type(folder: Path, text: str, name: str = "giay_thu") -> None:
    (folder / f"{name}.toml").write_text(text.format(id=name), encoding="utf-8")


def test_the_29_administrative_types_of_decree_30() -> None:
    types = load_document_types()
    by_name = {kind.name: kind.abbreviation for kind in types.values() if kind.family is DocumentFamily.ADMINISTRATIVE}
    assert len(ADMINISTRATIVE) == 29
    assert ADMINISTRATIVE.items() <= by_name.items()


def test_enough_one_stop_papers_and_all_seven_forms() -> None:
    families = [kind.family for kind in load_document_types().values()]
    assert families.count(DocumentFamily.ONE_STOP_PAPER) >= 25
    assert families.count(DocumentFamily.ONE_STOP_FORM) == 7


def test_papers_with_personal_ids_are_sensitive() -> None:
    for kind in load_document_types().values():
        if {"personal_id_number", "date_of_birth"} & set(kind.required_fields):
            assert kind.is_sensitive, kind.id


def test_a_type_file_is_all_it_takes(tmp_path: Path) -> None:
    write_type(tmp_path, VALID + 'sensitive = true\nretention = "10 năm"\n[keywords]\n"thử" = 1\n')
    kind = load_document_types(tmp_path)["giay_thu"]
    assert (kind.name, kind.role, kind.is_sensitive, kind.retention) == ("Giấy thử", RoleHint.COMPONENT, True, "10 năm")
    assert [(word.phrase, word.weight) for word in kind.keywords] == [("thử", 1.0)]


def test_types_cannot_be_changed_by_their_users() -> None:
    types = load_document_types()
    assert not hasattr(types, "__setitem__")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (VALID + 'colour = "red"', "colour"),
        (VALID.replace('"{id}"', '"other"'), "id"),
        (VALID.replace('name = "Giấy thử"', ""), "name"),
        (VALID.replace('"one_stop_paper"', '"paper"'), "family"),
        (VALID.replace('["GIẤY THỬ"]', '"GIẤY THỬ"'), "titles"),
        (VALID.replace('["GIẤY THỬ"]', "[]"), "title"),
        (VALID + 'required_fields = ["shoe_size"]', "shoe_size"),
        (VALID + "sensitive = 1", "sensitive"),
        (VALID + '[keywords]\n"thử" = 0', "thử"),
        (VALID + '[keywords]\n"thử" = true', "thử"),
        (VALID + "keywords = 3", "keywords"),
        ("id = ", "giay_thu.toml"),
    ],
)
def test_a_wrong_type_file_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    write_type(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_document_types(tmp_path)
    assert "giay_thu.toml" in caught.value.facts["detail"]
    assert complaint in caught.value.facts["detail"]


def test_two_types_cannot_share_a_title(tmp_path: Path) -> None:
    write_type(tmp_path, VALID)
    write_type(tmp_path, VALID, "giay_thu_hai")
    with pytest.raises(ConfigurationError):
        load_document_types(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load_document_types(tmp_path)
