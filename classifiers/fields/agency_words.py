"""Words that agency names are made of, written as they are printed.

Capitals lose their marks in reading ("TINH QUANG NGAI"). A word or name of this list that was read with the right letters
gets its marks back; nothing else is changed. Names of provinces are those before and after 1 July 2025.
"""

from __future__ import annotations

from classifiers.folding import fold_words, uppercase_share

_PROVINCES = (
    "AN GIANG,BÀ RỊA - VŨNG TÀU,BẮC GIANG,BẮC KẠN,BẠC LIÊU,BẮC NINH,BẾN TRE,BÌNH ĐỊNH,BÌNH DƯƠNG,BÌNH PHƯỚC,BÌNH THUẬN,"
    "CÀ MAU,CẦN THƠ,CAO BẰNG,ĐÀ NẴNG,ĐẮK LẮK,ĐẮK NÔNG,ĐIỆN BIÊN,ĐỒNG NAI,ĐỒNG THÁP,GIA LAI,HÀ GIANG,HÀ NAM,HÀ NỘI,HÀ TĨNH,"
    "HẢI DƯƠNG,HẢI PHÒNG,HẬU GIANG,HÒA BÌNH,HƯNG YÊN,KHÁNH HÒA,KIÊN GIANG,KON TUM,LAI CHÂU,LÂM ĐỒNG,LẠNG SƠN,LÀO CAI,LONG AN,"
    "NAM ĐỊNH,NGHỆ AN,NINH BÌNH,NINH THUẬN,PHÚ THỌ,PHÚ YÊN,QUẢNG BÌNH,QUẢNG NAM,QUẢNG NGÃI,QUẢNG NINH,QUẢNG TRỊ,SÓC TRĂNG,"
    "SƠN LA,TÂY NINH,THÁI BÌNH,THÁI NGUYÊN,THANH HÓA,THỪA THIÊN HUẾ,TIỀN GIANG,TRÀ VINH,TUYÊN QUANG,VĨNH LONG,VĨNH PHÚC,"
    "YÊN BÁI,HỒ CHÍ MINH"
)
_WORDS = (
    "ỦY BAN NHÂN DÂN,HỘI ĐỒNG NHÂN DÂN,VĂN PHÒNG,TRUNG TÂM,CỤC THUẾ,CHI CỤC,THÀNH PHỐ,THỊ XÃ,THỊ TRẤN,ĐẶC KHU,CÔNG AN,"
    "BỘ TÀI CHÍNH,BỘ CÔNG THƯƠNG,BỘ NỘI VỤ,BỘ TƯ PHÁP,BỘ Y TẾ,BỘ XÂY DỰNG,BỘ CÔNG AN,BỘ QUỐC PHÒNG,SỞ TƯ PHÁP,SỞ TÀI CHÍNH,"
    "SỞ NỘI VỤ,SỞ XÂY DỰNG,SỞ Y TẾ,SỞ CÔNG THƯƠNG,NÔNG NGHIỆP VÀ MÔI TRƯỜNG,TÀI NGUYÊN VÀ MÔI TRƯỜNG,GIÁO DỤC VÀ ĐÀO TẠO,"
    "KHOA HỌC VÀ CÔNG NGHỆ,ĐĂNG KÝ ĐẤT ĐAI,PHỤC VỤ HÀNH CHÍNH CÔNG,CHÍNH PHỦ,TRƯỜNG ĐẠI HỌC,TRƯỜNG CAO ĐẲNG,ĐẠI HỌC"
)
# Words that are sure only where a name's line begins.
_FIRST_WORDS = "TỈNH,HUYỆN,QUẬN,PHƯỜNG,XÃ,SỞ,CỤC,BỘ,VIỆN,TRƯỜNG,PHÒNG"


def _index_phrases(phrases: str) -> dict[str, list[str]]:
    """Return the phrases of a comma-separated list by their folded first word."""
    index: dict[str, list[str]] = {}
    for phrase in phrases.split(","):
        index.setdefault(fold_words(phrase).split()[0], []).append(phrase)
    return index


_PHRASES = _index_phrases(f"{_PROVINCES},{_WORDS}")
_FIRST = {fold_words(word).strip(): word for word in _FIRST_WORDS.split(",")}


def mend_agency_words(line: str) -> str:
    """Return ``line``, a line of capitals, with the marks of known words given back; other lines as they are."""
    if uppercase_share(line) < 0.8:
        return line
    words = line.split()
    folded = [fold_words(word).strip() for word in words]
    mended, index = [], 0
    while index < len(words):
        phrase = _phrase_at(folded, index)
        if phrase is not None:
            # "UỶ" and "ỦY" are both right, so a phrase that differs in that alone stays as it was read.
            length = len(phrase.split())
            mended.extend(_keep_spelling(words[index : index + length], phrase.split()))
            index += length
        else:
            mended.append(_FIRST.get(folded[index], words[index]) if index == 0 else words[index])
            index += 1
    return " ".join(mended)


def _phrase_at(folded: list[str], index: int) -> str | None:
    fitting = [
        phrase
        for phrase in _PHRASES.get(folded[index], [])
        if [fold_words(word).strip() for word in phrase.split()] == folded[index : index + len(phrase.split())]
    ]
    return max(fitting, key=len, default=None)


def _keep_spelling(read: list[str], known: list[str]) -> list[str]:
    both_right = {("UỶ", "ỦY"), ("HOÀ", "HÒA"), ("KHOÁ", "KHÓA"), ("HOÁ", "HÓA")}
    return [
        old if (old, new) in both_right else new + old[len(old.rstrip(",;")) :] for old, new in zip(read, known, strict=True)
    ]
