"""Vietnamese personal names as they are printed: what may be one, and what certainly begins one."""

from __future__ import annotations

import re

from classifiers.folding import fold

# The surnames of nearly everybody, folded (Kinh majority and the larger minorities).
_SURNAME_LIST = (
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dao doan dinh lam trinh mai truong ha ta to tong "
    "thai luu luong quach cao chu kieu vuong la phung luc quang tang an au bach banh be bo cam can canh chau che co cu cung "
    "dam danh diep du dong duan giang giap han hau hoa hua hung khong khuat khuu kim khuc lai lang lieng loc ma mac manh mau "
    "mong muong nghiem nghi ngan nong on ong phi phu quan sam sung tao tham than thach thi thieu tieu tiet ton toan trang "
    "trieu tu tuong ung uong van vi vien xa y ksor rcom siu dieu ro ka thiem lo luyen nhu nham mua giang hang vang sin chang"
)
_SURNAMES = frozenset(_SURNAME_LIST.split())
# Surnames of which one spelling is by far the commonest, and the other spellings that are surnames too.
_COMMON_LIST = (
    "Nguyễn Trần Lê Phạm Huỳnh Hoàng Đặng Bùi Đỗ Hồ Ngô Dương Lý Đoàn Trịnh Trương Đinh Lâm Võ Phùng Vương Tạ Thái Châu Lương"
)
_COMMON = {fold(name): name for name in _COMMON_LIST.split()}
_SPELLINGS = frozenset(f"{_COMMON_LIST} Đoan Vỏ Tả Đồ Lỹ".split())
_DEGREES = re.compile(
    r"^\W*(?:(?:gs|pgs|ts|t\$|ths|bs|ks|cn|ds|lg|bsck\w*|cki{1,2}|nguoi ky|ong|ba|dong chi|"
    r"(?:dai|thuong|trung|thieu) (?:ta|uy|tuong))\b[.:,\s]*)+"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_EDGE = " .,:;-–—_|*'\"“”‘’`~^<>[](){}\\/!?"
_SYLLABLE = re.compile(r"[^\W\d_]{1,8}")
_MOST_SPECKS = 2


def find_name(text: str) -> tuple[str, bool] | None:
    """Return the personal name that ``text`` ends with, and whether nothing but a degree stands before it.

    Two to six capitalised syllables, the first a known surname; specks read before it are dropped. None when there is none.
    """
    degrees = _DEGREES.match(fold(text))
    rest = text[degrees.end() :] if degrees else text
    tokens = [token for part in _LETTERS.findall(rest) for token in _split_joined(part)]
    if any(letter.isdigit() for letter in rest.strip(_EDGE)):
        return None
    for start in range(min(len(tokens), _MOST_SPECKS + 1)):
        name = tokens[start:]
        if 2 <= len(name) <= 6 and fold(name[0]) in _SURNAMES and _are_syllables(name):
            return " ".join([_mend_surname(name[0]), *name[1:]]), start == 0
    return None


def is_holder_name(text: str) -> bool:
    """Say whether ``text`` may be the name of a person on a form, in capitals or with capitals."""
    tokens = text.split()
    return 2 <= len(tokens) <= 7 and _are_syllables(tokens)


def _mend_surname(syllable: str) -> str:
    """Give a common surname its marks back ("Nguyên", "Huynh"); other syllables stay as they were read."""
    known = _COMMON.get(fold(syllable))
    if known is None or syllable in _SPELLINGS:
        return syllable
    return known.upper() if syllable.isupper() else known


def begins_with_surname(text: str) -> bool:
    """Say whether the first syllable of ``text`` is a known surname."""
    return fold(text.split()[0]) in _SURNAMES if text.split() else False


def _split_joined(token: str) -> list[str]:
    """Cut a capitalised syllable off the specks it was joined with: "FEszTrịnh" is "FEsz" and "Trịnh"."""
    whole = token.capitalize()
    if not token.isupper() and fold(whole) in _SURNAMES:
        # One letter was read as a capital: "TrƯơng".
        return [whole]
    for index in range(len(token) - 2, 1, -1):
        if token[index].isupper() and token[index - 1].islower() and token[index + 1].islower():
            return [token[:index], token[index:]]
    return [token]


def _are_syllables(tokens: list[str]) -> bool:
    whole_capitals = all(token.isupper() for token in tokens)
    return all(
        _SYLLABLE.fullmatch(token) and token[0].isupper() and (whole_capitals or len(token) == 1 or token[1:].islower())
        for token in tokens
    )
