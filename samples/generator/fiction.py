"""Invented people, agencies and codes. Any likeness to a real person is chance; identity numbers are valid in form only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from random import Random

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Phan", "Trương")
MIDDLES = {
    "Nam": ("Văn", "Hữu", "Minh", "Quốc", "Thanh", "Đức", "Công", "Hoàng"),
    "Nữ": ("Thị", "Ngọc", "Thị Kim", "Thị Mỹ", "Thanh", "Thị Bích", "Diệu"),
}
GIVENS = {
    "Nam": ("Thuận", "Khải", "Phước", "Nghĩa", "Tuấn", "Vững", "Lượng", "Hiếu", "Đăng", "Quyền", "Tường", "Bửu"),
    "Nữ": ("Duyên", "Hằng", "Tuyết", "Ngân", "Thủy", "Phượng", "Quỳnh", "Đào", "Yến", "Liễu", "Mẫn", "Thắm"),
}
HAMLETS = ("khóm Bình Thạnh", "khóm Tân Phú", "khóm An Lợi", "ấp Phú Hòa", "ấp Vĩnh Tường", "ấp Mỹ Khánh")
STREETS = ("Lúa Vàng", "Bến Đò Cũ", "Hàng Sao", "Rạch Gòi", "Bông Súng", "Cầu Sắt")
PROVINCE = "tỉnh An Giang"


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    name: str
    gender: str
    birth: dt.date
    id_number: str
    id_issued: dt.date
    ethnicity: str
    address: str
    home: str


@dataclass(frozen=True, slots=True)
class Official:
    """Who signs, and as what: ``powers`` are the lines above the signature."""

    name: str
    powers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agency:
    """An invented agency: header lines (superior first, its own lines bold), symbol part, place, seal texts, signer."""

    code: str
    superior: tuple[str, ...]
    own: tuple[str, ...]
    short: str
    called: str
    place: str
    seal_top: str
    seal_bottom: str
    head: Official

    @property
    def title(self) -> str:
        """The agency's own name as its header prints it, on one line."""
        return " ".join(self.own)


WARD = Agency(
    code="H01.31.12",
    superior=(),
    own=("ỦY BAN NHÂN DÂN", "PHƯỜNG AN BÌNH"),
    short="UBND",
    called="Ủy ban nhân dân phường An Bình",
    place="An Bình",
    seal_top="U.B.N.D PHƯỜNG AN BÌNH",
    seal_bottom="TỈNH AN GIANG",
    head=Official("Huỳnh Công Tường", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
)
WARD_COUNTER = replace(
    WARD,
    superior=("UBND PHƯỜNG AN BÌNH",),
    own=("TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"),
    short="TTPVHCC",
    called="Trung tâm Phục vụ hành chính công phường An Bình",
    seal_top="TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
    seal_bottom="P. AN BÌNH",
    head=Official("Lý Diệu Mẫn", ("GIÁM ĐỐC",)),
)
COMMUNE = Agency(
    code="H01.40.05",
    superior=(),
    own=("ỦY BAN NHÂN DÂN", "XÃ TÂN LỘC ĐÔNG"),
    short="UBND",
    called="Ủy ban nhân dân xã Tân Lộc Đông",
    place="Tân Lộc Đông",
    seal_top="U.B.N.D XÃ TÂN LỘC ĐÔNG",
    seal_bottom="TỈNH AN GIANG",
    head=Official("Bùi Đức Lượng", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
)
COMMUNE_COUNTER = replace(
    COMMUNE,
    superior=("UBND XÃ TÂN LỘC ĐÔNG",),
    own=("TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"),
    short="TTPVHCC",
    called="Trung tâm Phục vụ hành chính công xã Tân Lộc Đông",
    seal_top="TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
    seal_bottom="X. TÂN LỘC ĐÔNG",
    head=Official("Phan Thị Bích Thắm", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
)
DEPARTMENT = Agency(
    code="H01.14",
    superior=("ỦY BAN NHÂN DÂN", "TỈNH AN GIANG"),
    own=("SỞ XÂY DỰNG",),
    short="SXD",
    called="Sở Xây dựng",
    place="An Giang",
    seal_top="U.B.N.D TỈNH AN GIANG",
    seal_bottom="SỞ XÂY DỰNG",
    head=Official("Trương Quốc Nghĩa", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
)
PROVINCE_BOARD = Agency(
    code="H01",
    superior=(),
    own=("ỦY BAN NHÂN DÂN", "TỈNH AN GIANG"),
    short="UBND",
    called="Ủy ban nhân dân tỉnh An Giang",
    place="An Giang",
    seal_top="ỦY BAN NHÂN DÂN",
    seal_bottom="TỈNH AN GIANG",
    head=Official("Dương Hoàng Khải", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
)
AGENCIES = (WARD, WARD_COUNTER, COMMUNE, COMMUNE_COUNTER, DEPARTMENT, PROVINCE_BOARD)


def find_counter(agency: Agency) -> Agency:
    """Return the one-stop counter that belongs to ``agency``."""
    return COMMUNE_COUNTER if agency.code == COMMUNE.code else WARD_COUNTER


def invent_person(rng: Random, *, gender: str = "", born: tuple[int, int] = (1965, 2002), agency: Agency = WARD) -> Person:
    """Invent a person whose 12-digit identity number has the right form: province, century and gender, year, 6 digits."""
    gender = gender or rng.choice(("Nam", "Nữ"))
    name = f"{rng.choice(SURNAMES)} {rng.choice(MIDDLES[gender])} {rng.choice(GIVENS[gender])}"
    birth = dt.date(rng.randint(*born), rng.randint(1, 12), rng.randint(1, 28))
    century = (2 if birth.year >= 2000 else 0) + (gender == "Nữ")
    number = f"089{century}{birth.year % 100:02d}{rng.randint(1000, 99999):06d}"
    unit = "xã Tân Lộc Đông" if agency.code == COMMUNE.code else "phường An Bình"
    house = f"Số {rng.randint(5, 480)}, đường {rng.choice(STREETS)}"
    address = f"{house}, {rng.choice(HAMLETS)}, {unit}, {PROVINCE}"
    issued = dt.date(rng.randint(2021, 2025), rng.randint(1, 12), rng.randint(1, 28))
    return Person(name, gender, birth, number, issued, "Kinh", address, f"{unit[0].upper()}{unit[1:]}, {PROVINCE}")


def invent_child(rng: Random, father: Person, birth: dt.date) -> Person:
    """Invent a newborn with the father's surname and home."""
    other = invent_person(rng, born=(birth.year, birth.year))
    name = f"{father.name.split()[0]} {other.name.split(' ', 1)[1]}"
    return replace(other, name=name, birth=birth, address=father.address, home=father.home)


def format_short_date(day: dt.date) -> str:
    """Return dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def format_long_date(day: dt.date) -> str:
    """Return "ngày 05 tháng 02 năm 2026": days below 10 and months 1 and 2 take a leading zero (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def format_symbol_number(number: int) -> str:
    """Return the number as printed: below 10 with a leading zero."""
    return f"{number:02d}"


def format_money(amount: int) -> str:
    """Return dots between thousands."""
    return f"{amount:,}".replace(",", ".")
