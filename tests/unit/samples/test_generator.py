"""The generator: fonts, determinism, geometry, formats, and a truth that a plain reader confirms."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageFont
from rapidfuzz.distance import Levenshtein

from dossiers.errors import ConfigurationError
from samples.generator.__main__ import main
from samples.generator.build import SCANS, build_dossiers
from samples.generator.degrade import PROFILES, scan_page
from samples.generator.dice import Dice
from samples.generator.fonts import _find_font_file, list_font_names, list_missing_letters, list_vietnamese_letters, load_font
from samples.generator.plans import COMMITTED, plan_dossiers
from samples.generator.recipes import open_case
from samples.generator.writers import write_scan
from tests.unit.samples.conftest import ROOT, Sample

ALLOWANCE = next(plan for plan in COMMITTED if plan.number == "H01.31.12-261015-0001")
LOOSE = next(plan for plan in COMMITTED if not plan.number)


@pytest.mark.parametrize("name", list_font_names())
def test_fonts_draw_every_vietnamese_letter(name: str) -> None:
    font = ImageFont.truetype(_find_font_file(name), 24)
    assert len(list_vietnamese_letters()) == 178
    assert list_missing_letters(font, list_vietnamese_letters()) == ""


def test_a_letter_that_a_font_lacks_is_told() -> None:
    assert list_missing_letters(load_font("LiberationSerif", 24), "ạ\u4e2d") == "\u4e2d"


def test_a_font_that_is_not_installed_is_told() -> None:
    with pytest.raises(ConfigurationError, match="fonts-liberation2"):
        _find_font_file("NoSuchFont")


def test_drawing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for folder in ("first", "second"):
        build_dossiers((LOOSE,), tmp_path / folder)
        files = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert digests[0] == digests[1]


def test_the_committed_truth_is_what_the_generator_draws(tmp_path: Path, committed: list[Sample]) -> None:
    """The text must be the same everywhere; bytes of pictures may differ with another version of a font."""
    plan = replace(ALLOWANCE, files=ALLOWANCE.files[1:])
    (truth,) = build_dossiers((plan,), tmp_path)
    (kept,) = (sample.truth for sample in committed if sample.truth["path"] == truth.path)
    assert [[line.text for line in page.lines] for page in truth.pages] == [page["lines"] for page in kept["pages"]]
    assert [document.fields for document in truth.documents] == [document["fields"] for document in kept["documents"]]
    assert [page.skew_deg for page in truth.pages] == [page["skew_deg"] for page in kept["pages"]]


def test_seeds_decide_what_is_planned() -> None:
    first, second, other = (
        [(plan.number, plan.seed, plan.profile, [file.name for file in plan.files]) for plan in plan_dossiers(seed, 12)]
        for seed in (5, 5, 6)
    )
    assert first == second != other
    assert len({plan.number for plan in plan_dossiers(5, 12)}) == 12


def test_people_are_the_same_in_all_papers_of_a_dossier() -> None:
    cases = [open_case(ALLOWANCE, file, index) for file in ALLOWANCE.files for index in range(2)]
    assert len({(case.citizen, case.partner, case.child, case.dead) for case in cases}) == 1


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_turning_back_clockwise_makes_the_page_upright(rotation_deg: int) -> None:
    page = Image.new("RGB", (200, 300), "white")
    page.paste((0, 0, 0), (20, 20, 60, 60))
    scan = scan_page(page, Dice(1), replace(PROFILES["clean"], skew_deg=3.0), dpi=100, rotation_deg=rotation_deg)
    upright = scan.image.rotate(-scan.rotation_deg, expand=True).rotate(-scan.skew_deg, fillcolor=(255, 255, 255))
    assert upright.size == page.size
    dark = upright.convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()
    assert dark is not None
    assert all(abs(found - drawn) <= 2 for found, drawn in zip(dark, (20, 20, 60, 60), strict=True))


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_one_picture_formats_refuse_two_pages(tmp_path: Path, suffix: str) -> None:
    pages = [Image.new("L", (10, 10))] * 2
    with pytest.raises(ValueError, match="cannot hold 2 pages"):
        write_scan(tmp_path / f"scan{suffix}", pages, dpi=200, jpeg_quality=60)


def test_bitonal_pages_keep_black_and_white_in_a_pdf(tmp_path: Path) -> None:
    page = Image.new("1", (400, 400), 1)
    page.paste(0, (0, 0, 400, 100))
    write_scan(tmp_path / "scan.pdf", [page], dpi=200, jpeg_quality=60)
    command = ["pdftoppm", "-r", "200", "-gray", str(tmp_path / "scan.pdf")]
    with Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)) as drawn:
        assert (drawn.getpixel((200, 50)), drawn.getpixel((200, 300))) == (0, 255)


def test_the_command_draws_what_it_is_asked_for(tmp_path: Path) -> None:
    assert main(["--seed", "4", "--dossiers", "1", "--profile", "clean", "--out", str(tmp_path)]) == 0
    assert len(list((tmp_path / SCANS).iterdir())) == 1


def test_the_command_wants_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seed", "4"])
    assert "--out" in capsys.readouterr().err


def test_a_plain_reader_confirms_the_truth(committed: list[Sample]) -> None:
    """Tesseract alone reads a clean printed page almost perfectly against the truth."""
    (sample,) = (sample for sample in committed if sample.truth["path"].endswith("0001/ket-qua/quyet-dinh.pdf"))
    raster = ["pdftoppm", "-r", "200", "-gray", "-singlefile", str(ROOT / SCANS / sample.truth["path"])]
    page = subprocess.run(raster, capture_output=True, check=True).stdout
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    read = subprocess.run(
        ["tesseract", "-", "-", "-l", "vie", "--dpi", "200"], input=page, capture_output=True, check=True, env=environment
    )
    found = [" ".join(line.split()) for line in read.stdout.decode().splitlines()]
    # Lines that a seal, a pen or another column disturbs are no test of the truth.
    body = [line for line in sample.truth["pages"][0]["lines"] if len(line) > 45]
    assert len(body) > 12
    wrong = sum(min(Levenshtein.distance(line, other) for other in found) for line in body)
    assert wrong / len("".join(body)) < 0.01
    assert re.search(r"Điều 3\. Quyết định này có hiệu lực kể từ ngày ký", "\n".join(found))
