"""Search: what is found, in what order, and how it is shown."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from catalog import Catalog, SearchHit
from catalog.snippets import mask_personal_ids
from dossiers.model import Outcome
from tests.unit.catalog.examples import make_entry


def ids(catalog: Catalog, text: str) -> list[str]:
    return [hit.document_id for hit in catalog.search(text).hits]


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.highlights]


@pytest.mark.parametrize("typed", ["đường Điện Biên", "duong dien bien", "DUONG ĐIEN bien", "điện đường", '"dien bien"'])
def test_words_are_found_without_regard_to_case_and_diacritics(catalog: Catalog, typed: str) -> None:
    catalog.documents.upsert(make_entry("found", "Số 12, đường Điện Biên, phường Mẫu"), make_entry("other", "Con sông"))
    assert ids(catalog, typed) == ["found"]


def test_nfd_queries_and_both_tone_places_find_the_same(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("old", "Ủy ban hòa giải"), make_entry("new", "Uỷ ban hoà giải"))
    for typed in ("hoà giải", "hòa giải", unicodedata.normalize("NFD", "hoà giải")):
        results = catalog.search(typed)
        assert {hit.document_id for hit in results.hits} == {"old", "new"}
        assert all(hit.exact for hit in results.hits)


def test_hits_as_typed_come_first_then_the_same_words_then_the_same_letters(catalog: Catalog) -> None:
    catalog.documents.upsert(
        make_entry("letters", "ban do ban do ban do"),
        make_entry("apart", "bản vẽ của độ dài, một bản đồ khác: đồ bản"),
        make_entry("words", "đồ dùng và các bản in"),
        make_entry("typed", "một dòng khá dài ở đây và sau cùng là bản đồ của xã"),
    )
    hits = catalog.search("bản đồ").hits
    assert [hit.document_id for hit in hits[-2:]] == ["words", "letters"]
    assert {hit.document_id for hit in hits[:2]} == {"typed", "apart"}
    assert [hit.exact for hit in hits] == [True, True, False, False]


def test_a_typed_query_without_diacritics_prefers_the_phrase(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("apart", "đồ dùng, bản in, bản in, đồ gỗ"), make_entry("phrase", "tờ bản đồ số 5"))
    assert ids(catalog, "ban do") == ["phrase", "apart"]


def test_all_words_must_be_there_but_on_any_page_or_field(catalog: Catalog) -> None:
    catalog.documents.upsert(
        make_entry("both", "trang một có chữ alpha", "trang hai có chữ beta", document_number="47", document_symbol="QĐ-UBND"),
        make_entry("one", "alpha"),
    )
    assert ids(catalog, "alpha beta") == ["both"]
    assert ids(catalog, "beta 47/QĐ-UBND") == ["both"]
    assert ids(catalog, '"alpha beta"') == []


@pytest.mark.parametrize("typed", ["47/QĐ-UBND", "47/qd-ubnd", "47 /QĐ-UBND", "Số: 47/QĐ-UBND"])
def test_a_document_number_is_found_and_its_own_document_comes_before_those_that_cite_it(catalog: Catalog, typed: str) -> None:
    long_text = "Căn cứ Quyết định số: 47/QĐ-UBND ngày 05 tháng 3 năm 2026. " * 5
    catalog.documents.upsert(
        make_entry("cites", long_text),
        make_entry("other", "Số: 470/QĐ-UBND và 47/KH-UBND"),
        make_entry("own", "Số: 47/QĐ-UBND\n" + "nội dung " * 200, document_number="47", document_symbol="QĐ-UBND"),
    )
    assert ids(catalog, typed) == ["own", "cites"]


def test_a_leading_zero_of_a_number_does_not_matter(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("five", "Số: 05/QĐ-UBND"), make_entry("fifty", "Số: 50/QĐ-UBND"))
    assert ids(catalog, "5/QĐ-UBND") == ids(catalog, "05/QĐ-UBND") == ["five"]


def test_dossier_number_type_and_fields_are_searched(catalog: Catalog) -> None:
    catalog.documents.upsert(
        make_entry(
            "fields",
            "trang giấy",
            type_name="Giấy khai sinh",
            issuing_authority="Ủy ban nhân dân xã Mẫu",
            abstract="Về việc cấp bản sao",
            signatory="Lê Văn Ví Dụ",
        ),
        make_entry("other", "trang giấy", dossier_number="H15.50.05.13-261008-0976"),
    )
    for typed in ("H15.50.05.13-261008-0975", "giay khai sinh", "uy ban nhan dan xa mau", "cấp bản sao", "ví dụ"):
        assert ids(catalog, typed) == ["fields"], typed


def test_phrases_do_not_reach_from_one_field_into_the_next(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("one", "x", issuing_authority="xã Mẫu", signatory="Văn Ví"))
    assert ids(catalog, '"mẫu văn"') == []


def test_one_hit_a_document_with_its_best_page(catalog: Catalog) -> None:
    catalog.documents.upsert(
        make_entry("many", "hợp đồng", "thuê nhà", "hợp đồng thuê nhà ở xã hội", "hợp đồng thuê"),
    )
    results = catalog.search("hợp đồng thuê nhà")
    assert results.total == 1
    assert [hit.page for hit in results.hits] == [3]
    assert marked(results.hits[0]) == ["hợp", "đồng", "thuê", "nhà"]


def test_the_page_as_typed_is_better_than_one_with_the_letters(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("two", "ban do", "bản đồ"))
    assert catalog.search("bản đồ").hits[0].page == 2


def test_highlights_lie_on_the_words_of_a_cut_snippet(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("long", "lời mở đầu " * 60 + "giấy phép\nxây dựng nhà ở " + "lời kết " * 60))
    hit = catalog.search('"phép xây dựng" nhà').hits[0]
    assert marked(hit) == ["phép xây dựng", "nhà"]
    assert "\n" not in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= 162


def test_a_hit_in_the_fields_alone_is_shown_from_them(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("fields", "trang giấy", abstract="Về việc cấp bản sao trích lục"))
    hit = catalog.search("trích lục").hits[0]
    assert (hit.page, marked(hit)) == (1, ["trích", "lục"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CCCD 079085123456 cấp", "CCCD •••••••••456 cấp"),
        ("CMND 351234567.", "CMND ••••••567."),
        ("số 12 079085123456", "số 12 •••••••••456"),
        ("số 079 085 123 456", "số ••• ••• ••• 456"),
        ("số 0 7 9 0 8 5 1 2 3 4 5 6", "số • • • • • • • • • 4 5 6"),
        ("số 079.085.123.456", "số •••.•••.•••.456"),
        ("điện thoại 0912345678", "điện thoại 0912345678"),
        ("giá 150.000.000 đồng", "giá 150.000.000 đồng"),
        ("H15.50.05.13-261008-0975", "H15.50.05.13-261008-0975"),
        ("mã H01.31.12-261016-0014, số 089091037993", "mã H01.31.12-261016-0014, số •••••••••993"),
        ("000.00.14.H01-250618-0118", "000.00.14.H01-250618-0118"),
    ],
)
def test_personal_id_numbers_are_masked(catalog: Catalog, written: str, shown: str) -> None:
    catalog.documents.upsert(make_entry("paper", f"trang {written} hết"))
    hit = catalog.search("trang").hits[0]
    assert hit.snippet == f"trang {shown} hết"


def test_an_id_number_is_searched_but_never_shown(catalog: Catalog) -> None:
    catalog.documents.upsert(
        make_entry("card", "Số: 079085123456", "trang sau", document_number="079085123456", personal_id_number="079085123456")
    )
    hit = catalog.search("079085123456").hits[0]
    assert "079085" not in hit.snippet + hit.number
    assert marked(hit) == ["•••••••••456"]


def test_control_characters_never_reach_a_snippet(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("evil", "trang \x1b[31mđỏ\x00 \u202egiấy"))
    snippet = catalog.search("trang").hits[0].snippet
    assert all(unicodedata.category(letter)[0] != "C" for letter in snippet)


def test_paging_and_total(catalog: Catalog) -> None:
    catalog.documents.upsert(*(make_entry(f"doc-{number:02}", "cùng một chữ") for number in range(25)))
    first, second = catalog.search("chữ", limit=10), catalog.search("chữ", limit=10, offset=20)
    assert (first.total, len(first.hits), second.total, len(second.hits)) == (25, 10, 25, 5)
    assert [hit.document_id for hit in first.hits] == [f"doc-{number:02}" for number in range(10)]
    assert catalog.search("chữ", limit=-1, offset=-5).hits == ()


@pytest.mark.parametrize("typed", ["", "   ", '""', "***", "-- ; ()", "\x00"])
def test_an_empty_query_says_so(catalog: Catalog, typed: str) -> None:
    catalog.documents.upsert(make_entry("doc", "chữ"))
    results = catalog.search(typed)
    assert (results.hits, results.total, results.is_empty_query) == ((), 0, True)


def test_nothing_is_found_where_nothing_is(catalog: Catalog) -> None:
    results = catalog.search("chữ")
    assert (results.hits, results.total, results.is_empty_query, results.is_prefix) == ((), 0, False, False)


def test_the_last_word_may_be_a_beginning_when_nothing_else_matches(catalog: Catalog) -> None:
    catalog.documents.upsert(make_entry("whole", "Nguyễn Văn Khương"), make_entry("short", "Nguyễn Văn Khươ"))
    assert ids(catalog, "văn khươ") == ["short"]
    opened = catalog.search("văn khươn")
    assert (opened.is_prefix, [hit.document_id for hit in opened.hits]) == (True, ["whole"])
    assert marked(opened.hits[0]) == ["Văn", "Khương"]
    assert ids(catalog, '"văn khươn"') == []


@pytest.mark.parametrize(
    "typed",
    ["chữ OR đâu", "chữ NOT trang", "NEAR(chữ trang)", "fields : chữ AND không", "chữ -trang", "^trang chữ", "chữ) OR ("],
)
def test_operators_of_the_engine_are_plain_words_or_nothing(catalog: Catalog, typed: str) -> None:
    catalog.documents.upsert(make_entry("doc", "trang có chữ"))
    words = typed.lower()
    expected = [] if any(word in words for word in (" or ", "not ", "near", "fields")) else ["doc"]
    assert ids(catalog, typed) == expected


def test_a_hit_tells_its_document(catalog: Catalog) -> None:
    entry = make_entry(
        "doc", "chữ", state=Outcome.NEEDS_REVIEW, document_number="47", document_symbol="QĐ-UBND", issue_date="2026-03-05"
    )
    catalog.documents.upsert(entry)
    hit = catalog.search("chữ").hits[0]
    assert (hit.number, hit.date, hit.type_name, hit.dossier_number) == (
        "47/QĐ-UBND",
        "2026-03-05",
        "Quyết định",
        entry.dossier_number,
    )
    assert (hit.pdf_key, hit.state) == (entry.pdf_key, Outcome.NEEDS_REVIEW)


def test_a_document_without_text_is_found_by_its_fields(catalog: Catalog) -> None:
    catalog.documents.upsert(replace(make_entry("doc", abstract="Trích lục"), pages=()))
    assert catalog.search("trích lục").hits[0].page == 1


def test_the_machine_readable_lines_of_a_card_are_masked_too() -> None:
    masked = mask_personal_ids("IDVNM0910379938089091037993<<5")
    assert "089091037993" not in masked
    assert len(masked) == len("IDVNM0910379938089091037993<<5")
