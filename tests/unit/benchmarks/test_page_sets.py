"""Sets of pages: drawn ones, real ones by their split, and how a stored page stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from benchmarks.compare import gather_sets, parse
from benchmarks.page_sets import DEV_STEMS, HELD_STEMS, load_drawn, load_real, take_page
from benchmarks.upright import find_angle, judge_page, to_ink
from samples.generator.single_pages import draw_level


def make_signed_pdf(path: Path) -> None:
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(100, 200))
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="sig", V=pikepdf.Dictionary(Type=pikepdf.Name.Sig), F=4)
        field.update({"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Widget, "/Rect": pikepdf.Array([0, 0, 10, 10])})
        signature = pdf.make_indirect(field)
        pdf.pages[1].obj["/Annots"] = pikepdf.Array([signature])
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=pikepdf.Array([signature]), SigFlags=3)
        pdf.save(path)


def test_one_page_of_a_signed_pdf_is_no_longer_signed(tmp_path: Path) -> None:
    make_signed_pdf(tmp_path / "signed.pdf")
    taken = take_page(tmp_path / "signed.pdf", 2, tmp_path / "out" / "page.pdf")
    with pikepdf.open(taken) as pdf:
        (page,) = pdf.pages
        (stamp,) = page.obj["/Annots"]
        assert stamp["/Subtype"] == "/Stamp"
        assert not {"/V", "/FT", "/T"} & set(stamp.keys())


def test_real_pages_are_split_into_seen_and_held_out(tmp_path: Path) -> None:
    for folder in ("gt", "scans"):
        (tmp_path / folder).mkdir()
    for stem in ("275TB_2022", "851QD_CDKTKT_2015", "never_seen_before"):
        (tmp_path / "gt" / f"{stem}.txt").write_text("một\n\nhai\n", encoding="utf-8")
        Image.new("L", (10, 10)).save(tmp_path / "scans" / f"{stem}.jpg")
    dev, held = load_real(tmp_path, tmp_path / "scratch")
    assert [file.name for file in dev.files] == ["275TB_2022"]
    assert [file.name for file in held.files] == ["851QD_CDKTKT_2015", "never_seen_before"]
    assert held.files[0].pages[0].lines == ("một", "hai")
    assert not DEV_STEMS & HELD_STEMS


def test_a_missing_folder_of_real_scans_is_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = parse(["--set", "real", "--realscans", str(tmp_path / "nowhere")])
    assert list(gather_sets(options, tmp_path)) == []
    assert "no real scans" in capsys.readouterr().err


def test_a_drawn_set_brings_its_truth_and_its_upright_pictures(tmp_path: Path) -> None:
    draw_level("hard-toner", 3, 1, tmp_path)
    (file,) = load_drawn("hard-toner", tmp_path).files
    assert file.path.is_file()
    assert len(file.upright) == len(file.pages) == 1
    assert file.pages[0].rotation_deg == 0
    assert len(file.pages[0].lines) > 10
    upright = to_ink(np.asarray(Image.open(file.upright[0]), dtype=np.uint8))
    for turn in range(4):
        assert judge_page(np.ascontiguousarray(np.rot90(upright, turn)), upright).is_upright == (turn == 0)


@pytest.mark.parametrize("angle_deg", [-7.3, 0.0, 0.4])
def test_the_skew_that_is_left_is_found(angle_deg: float) -> None:
    page = np.full((1000, 700), 255, dtype=np.uint8)
    for top in range(100, 900, 30):
        page[top : top + 12, 100:600:2] = 0
    turned = Image.fromarray(page).rotate(-angle_deg, Image.Resampling.BICUBIC, fillcolor=255)
    assert find_angle(to_ink(np.asarray(turned, dtype=np.uint8))) == pytest.approx(angle_deg, abs=0.1)
