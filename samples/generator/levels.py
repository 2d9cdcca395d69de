"""Named kinds of pages for measuring readers: what is on the paper, what was done to it, how it was scanned."""

from __future__ import annotations

from dataclasses import dataclass, replace

from samples.generator.degrade import PROFILES, Mode, Wear
from samples.generator.papers import administrative, applications, reports
from samples.generator.papers.varied import draw_open_form, draw_varied_decision, draw_varied_letter, draw_varied_table
from samples.generator.recipes import DrawPaper

CLEAN, MODERATE = PROFILES["clean"], PROFILES["moderate"]


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of page.

    ``draw_dpi`` is the resolution of drawing; the scan is ``coarser`` times coarser or ``finer`` times finer. ``damage`` is
    a key of ``hardships.DAMAGES`` or empty; ``shape`` flat, curl or photo. ``overlays`` are keys of ``overlays.OVERLAYS`` with
    the chance of each. ``turned`` puts every page of a file at another quarter turn and skews it by up to ten degrees.
    """

    papers: tuple[DrawPaper, ...]
    wear: Wear = MODERATE
    draw_dpi: int = 200
    coarser: int = 1
    finer: int = 1
    mode: Mode = "colour"
    damage: str = ""
    shape: str = "flat"
    overlays: tuple[tuple[str, float], ...] = ()
    hand_numbers: float = 0.0
    turned: bool = False
    suffix: str = ".pdf"

    @property
    def dpi(self) -> int:
        """Dots an inch of the scan."""
        return self.draw_dpi // self.coarser * self.finer


LETTERS: tuple[DrawPaper, ...] = (
    draw_varied_letter,
    draw_varied_decision,
    draw_varied_letter,
    draw_varied_decision,
    draw_varied_table,
    administrative.draw_cong_van,
    reports.draw_to_trinh,
)
FORMS: tuple[DrawPaper, ...] = (
    draw_open_form,
    draw_varied_table,
    applications.draw_to_khai_dang_ky_khai_sinh,
    draw_open_form,
    applications.draw_to_khai_dang_ky_ket_hon,
    draw_varied_table,
    applications.draw_giay_de_nghi_dang_ky_ho_kinh_doanh,
    applications.draw_don_dang_ky_dat_dai,
)
OFFICE_INK = (
    ("name", 0.8),
    ("edge", 0.6),
    ("across", 0.5),
    ("arrival", 0.5),
    ("note", 0.5),
    ("underline", 0.4),
    ("text", 0.25),
)
FLAT = replace(MODERATE, edge=False)

LEVELS: dict[str, Level] = {
    "clean-300": Level(LETTERS, CLEAN, 300),
    "moderate-300": Level(LETTERS, MODERATE, 300),
    "moderate-200": Level(LETTERS, MODERATE, 200),
    "forms-200": Level(FORMS, MODERATE, 200),
    "marks-200": Level(LETTERS, MODERATE, 200, overlays=OFFICE_INK, hand_numbers=0.7),
    "turned": Level(LETTERS, replace(FLAT, skew_deg=10.0), 200, turned=True),
    "hard-shadow": Level(LETTERS, replace(MODERATE, fall_off=0.3, jpeg_quality=55), 200, damage="shadow"),
    "hard-curl": Level(LETTERS, replace(MODERATE, skew_deg=1.0, bleed=0.08), 200, shape="curl"),
    "hard-photo": Level(
        LETTERS, replace(FLAT, skew_deg=0.0, noise=5.0, blur_mm=0.09, jpeg_quality=60), 200, shape="photo", suffix=".jpg"
    ),
    "hard-100dpi": Level(LETTERS, replace(MODERATE, noise=2.5, blur_mm=0.04, jpeg_quality=55), 300, coarser=3),
    "hard-faint": Level(LETTERS, replace(MODERATE, noise=0.0, blur_mm=0.02, ink=1.0), 200, mode="bitonal", damage="copy"),
    "hard-bleed": Level(LETTERS, replace(MODERATE, bleed=0.3, ink=0.8), 200),
    "hard-toner": Level(LETTERS, replace(MODERATE, ink=1.0), 200, damage="toner"),
    "hard-black": Level(LETTERS, replace(MODERATE, noise=0.0, blur_mm=0.0, ink=1.0), 200, mode="bitonal", damage="black"),
    "hard-stamped": Level(LETTERS, MODERATE, 200, mode="gray", overlays=(("stamped", 1.0), ("stamped", 0.6))),
    "large-600": Level(LETTERS, replace(MODERATE, jpeg_quality=75), 200, finer=3),
    "large-1200": Level(LETTERS, replace(MODERATE, jpeg_quality=75), 200, finer=6),
}
"""Every kind of page by its name."""

HARD = ("hard-shadow", "hard-curl", "hard-photo", "hard-100dpi", "hard-faint", "hard-black", "hard-stamped")
LARGE = ("large-600", "large-1200")  # 35 and 139 megapixels: for memory, not for letters
GROUPS: dict[str, tuple[str, ...]] = {
    "hard": (*HARD, "hard-bleed", "hard-toner"),
    "large": LARGE,
    "all": tuple(name for name in LEVELS if name not in LARGE),
    **{name: (name,) for name in LEVELS},
}
"""Names that stand for several kinds."""
