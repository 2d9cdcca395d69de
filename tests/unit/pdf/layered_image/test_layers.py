"""A page taken apart and put together again: nothing of the writing is lost, colours stay, pictures stay pictures."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from pdf.layered_image.codecs import decode_paper
from pdf.layered_image.colour_layers import average_ink
from pdf.layered_image.layers import LayeredPage, Separation, choose_mask_scale, separate_layers
from pdf.layered_image.legibility import Legibility, check_legibility, compose_grey
from tests.support.drawn_pages import FONT
from tests.support.inked_pages import BLUE, PORTRAIT_BOX, RED, SEAL_CENTRE, SEAL_RADIUS, SIGNATURE_BOX, draw_letter, scan

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def letter() -> tuple[Pixels, LayeredPage, Separation]:
    pixels = scan(draw_letter())
    return pixels, *separate_layers(pixels, 300)


def _compose(page: LayeredPage, separation: Separation) -> Pixels:
    """Put the layers together in colour, as a viewer does."""
    height, width = separation.mask.shape

    def enlarge(layer: Pixels, cell_px: int) -> Pixels:
        size = (layer.shape[1] * cell_px, layer.shape[0] * cell_px)
        return np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_LINEAR)[:height, :width], np.uint8)

    assert page.ink is not None
    assert separation.ink is not None
    ink, paper = enlarge(separation.ink, page.ink.cell_px), enlarge(decode_paper(page.paper.data), page.paper.cell_px)
    return np.where(separation.mask[..., None] > 0, ink, paper)


def _draw_marks(text: str, size: int, tone: int, paper: int = 245) -> Image.Image:
    page = Image.new("L", (3508, 500), paper)
    ImageDraw.Draw(page).text((100, 150), text, font=ImageFont.truetype(FONT, size), fill=tone)
    return page


# 300 dpi: 8, 13 and 20 point; from black print to a faint copy.
@pytest.mark.parametrize("tone", [20, 110, 175])
@pytest.mark.parametrize("size", [34, 54, 84])
def test_the_mask_keeps_every_mark_of_every_letter(size: int, tone: int) -> None:
    drawn = _draw_marks("ẰẲẴẮẶ ẤẦẨẪẬ ằẳẵắặ ấầẩẫậ ểễế ỗộổ ửữự ỷỹỵ i j : ; ! ? ……… 12,5 %", size, tone)
    soft = np.asarray(cv2.GaussianBlur(np.asarray(drawn), (0, 0), 0.8), np.uint8)
    _, separation = separate_layers(soft, 300)
    true_ink = np.asarray(np.asarray(drawn) < (tone + 245) / 2, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(true_ink, connectivity=8)
    assert count > 60
    for number in range(1, count):
        piece = labels == number
        kept = separation.mask[piece] > 0
        assert kept.mean() > 0.5, (number, stats[number])
    grown = cv2.dilate(true_ink, np.ones((5, 5), np.uint8))
    assert not (separation.mask[grown == 0] > 0).any()  # and adds none


def test_the_page_is_judged_legible(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    assert check_legibility(letter[1], letter[2]).is_legible


def test_the_composed_page_is_the_scan_seen_from_a_little_farther(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    pixels, page, separation = letter
    before = cv2.blur(pixels, (7, 7)).astype(np.float32)
    after = cv2.blur(_compose(page, separation), (7, 7)).astype(np.float32)
    difference = np.abs(before - after)
    assert difference.mean() < 3
    assert np.percentile(difference, 99.5) < 30


@pytest.mark.parametrize(
    ("box", "ink"),
    [
        (
            (
                SEAL_CENTRE[0] - SEAL_RADIUS - 10,
                SEAL_CENTRE[1] - SEAL_RADIUS - 10,
                SEAL_CENTRE[0] + SEAL_RADIUS,
                SEAL_CENTRE[1],
            ),
            RED,
        ),
        (SIGNATURE_BOX, BLUE),
    ],
)
def test_coloured_ink_keeps_its_colour(
    letter: tuple[Pixels, LayeredPage, Separation], box: tuple[int, int, int, int], ink: tuple[int, int, int]
) -> None:
    pixels, page, separation = letter
    left, top, right, bottom = box
    before = pixels[top:bottom, left:right].astype(np.float32)
    after = _compose(page, separation)[top:bottom, left:right].astype(np.float32)
    inked = np.linalg.norm(before - np.array(ink, np.float32), axis=2) < 70
    assert inked.sum() > 1000
    hue_before, hue_after = (_hue_deg(part[inked].mean(axis=0)) for part in (before, after))
    assert abs((hue_before - hue_after + 180) % 360 - 180) < 8
    assert np.abs(before[inked].mean(axis=0) - after[inked].mean(axis=0)).max() < 20


def _hue_deg(rgb: npt.NDArray[np.float32]) -> float:
    hsv = cv2.cvtColor(np.asarray(rgb, np.uint8).reshape(1, 1, 3), cv2.COLOR_RGB2HSV)
    return float(hsv[0, 0, 0]) * 2


def test_print_under_a_seal_stays_black(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    pixels, page, separation = letter
    x, y = SEAL_CENTRE
    window = np.s_[y + 95 : y + 160, x - 320 : x + 180]
    before, after = pixels[window].astype(int), _compose(page, separation)[window].astype(int)
    printed = before.max(axis=2) < 60
    assert printed.sum() > 2000
    assert (after[printed].max(axis=1) < 110).mean() > 0.98


def test_paler_specks_of_a_stroke_take_its_colour_and_black_under_red_stays() -> None:
    pixels = np.full((60, 120, 3), 255, np.uint8)
    pixels[20:40, 10:50], pixels[28:30, 20:22] = (30, 30, 30), (85, 85, 85)
    pixels[20:40, 70:110], pixels[28:30, 80:82] = (210, 30, 40), (30, 30, 30)
    ink = np.where(pixels.min(axis=2) < 255, 255, 0).astype(np.uint8)
    colours, _ = average_ink(pixels, ink, 2)
    assert np.ptp(colours[12:18, 7:23, 1]) < 10
    assert colours[14, 40, 0] < 80 < 150 < colours[14, 44, 0]


def test_print_under_a_pen_is_darker_than_the_pen() -> None:
    pixels = np.full((120, 240, 3), 255, np.uint8)
    pixels[20:100, 20:220] = (72, 78, 145)
    for left in range(30, 210, 14):
        pixels[30:90, left : left + 4] = (36, 38, 74)
    ink = np.where(pixels.min(axis=2) < 255, 255, 0).astype(np.uint8)
    colours, _ = average_ink(pixels, ink, 2)
    pen, print_under_it = colours[30, 18], colours[30, 16]
    assert (pen.astype(int) - print_under_it).max() > 50


def test_a_portrait_is_not_cut_out(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    pixels, page, separation = letter
    left, top, right, bottom = PORTRAIT_BOX
    inside = np.s_[top + 30 : bottom - 30, left + 30 : right - 30]
    assert (separation.mask[inside] > 0).mean() < 0.02
    before = cv2.blur(pixels, (3, 3))[inside].astype(np.float32)
    after = _compose(page, separation)[inside].astype(np.float32)
    assert np.abs(before - after).mean() < 5
    assert page.mask_dpi / page.paper.cell_px >= 150


def test_a_picture_alone_needs_no_ink() -> None:
    tone = np.tile(np.linspace(60, 220, 3000, dtype=np.uint8), (1200, 1))
    page, separation = separate_layers(tone, 300)
    assert page.ink is None
    assert np.abs(compose_grey(page, separation).astype(int) - tone).max() < 12


def test_hair_lines_beside_bold_print_of_a_coarse_scan_are_ink() -> None:
    coarse = np.full((1050, 735), 245, np.uint8)
    for left in range(60, 660, 40):
        coarse[100:900, left : left + 3] = 10
        coarse[100:900, left + 7] = 175  # at 90 dpi a hair line covers a third of a pixel
    _, separation = separate_layers(coarse, 90)
    cells = cv2.resize(separation.mask, (735, 1050), interpolation=cv2.INTER_AREA)
    hair_lines, between = cells[110:890, 67:660:40], cells[110:890, 80:660:40]
    assert hair_lines.min() > 100
    assert between.max() == 0


def test_grey_pages_stay_grey() -> None:
    page, _ = separate_layers(np.asarray(_draw_marks("Cộng hòa", 60, 20)), 300)
    assert page.ink is not None
    assert (page.paper.channels, page.ink.channels) == (1, 1)


@pytest.mark.parametrize(
    ("size", "dpi", "scale"),
    [
        ((2480, 3508), 300, 1.0),
        ((1654, 2339), 200, 1.5),
        ((827, 1169), 100, 3.0),
        ((500, 700), 600, 3.4),
        ((4960, 7016), 600, 1.0),
    ],
)
def test_coarse_scans_get_a_finer_mask(size: tuple[int, int], dpi: int, scale: float) -> None:
    assert choose_mask_scale(*size, dpi) == pytest.approx(scale, abs=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1, 3), (2, 7, 3), (17, 31)])
@pytest.mark.parametrize("dpi", [1, 72, 300, 4000])
def test_any_size_can_be_taken_apart(shape: tuple[int, ...], dpi: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    page, separation = separate_layers(pixels, dpi)
    cell_px = page.ink.cell_px if page.ink else 1
    assert compose_grey(page, separation).shape == tuple(-(-side // cell_px) for side in separation.mask.shape)
    assert check_legibility(page, separation).lost.shape == separation.mask.shape


@pytest.mark.parametrize("change", ["a lost dot", "a filled letter", "a lost line"])
def test_a_changed_mark_is_noticed(letter: tuple[Pixels, LayeredPage, Separation], change: str) -> None:
    _, page, separation = letter
    grey = separation.grey.copy()
    pen = {
        "a lost dot": lambda: cv2.circle(grey, (1200, 2500), 16, 30, -1),
        "a filled letter": lambda: cv2.circle(grey, (230, 830), 14, 240, -1),
        "a lost line": lambda: cv2.line(grey, (300, 2600), (900, 2600), 120, 4),
    }
    before = check_legibility(page, separation)
    pen[change]()
    after = check_legibility(page, Separation(grey, separation.mask, separation.ink))
    assert after.changed_mm2 > before.changed_mm2 + 0.25


def test_a_sheets_edge_on_the_scans_rim_is_no_writing(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    _, page, separation = letter
    for top, is_legible in ((0, True), (40, False)):
        grey = separation.grey.copy()
        grey[top : top + 10] = 20
        assert check_legibility(page, Separation(grey, separation.mask, separation.ink)).is_legible is is_legible


def test_plain_paper_is_stored_coarser_than_paper_with_a_pale_stamp_on_it() -> None:
    grain = np.random.default_rng(3).normal(0, 1.5, (1754, 1240))
    sheet = Image.fromarray(np.clip(235 + grain, 0, 255).astype(np.uint8))
    plain, _ = separate_layers(np.asarray(sheet), 150)
    ImageDraw.Draw(sheet).text((300, 800), "SAO Y BẢN CHÍNH, ngày 12 tháng 3", font=ImageFont.truetype(FONT, 24), fill=216)
    stamped, separation = separate_layers(np.asarray(sheet), 150)
    assert not separation.mask[1590:1680, 590:1400].any()
    assert (plain.mask_dpi // plain.paper.cell_px, stamped.mask_dpi // stamped.paper.cell_px) == (75, 150)


def test_a_page_that_lost_a_line_is_not_legible(letter: tuple[Pixels, LayeredPage, Separation]) -> None:
    _, page, separation = letter
    mask = separation.mask.copy()
    mask[800:1010] = 0
    assert not check_legibility(page, Separation(separation.grey, mask, separation.ink)).is_legible


def test_few_small_changes_beside_much_ink_are_allowed() -> None:
    def judge(changed_mm2: float, largest_mm2: float, ink_mm2: float) -> bool:
        return Legibility(changed_mm2, largest_mm2, ink_mm2, np.zeros((1, 1), np.uint8)).is_legible

    assert judge(2.5, 0.5, 4000.0)
    assert not judge(2.5, 0.5, 1000.0)
    assert not judge(0.9, 0.9, 5000.0)


def test_a_pale_stamp_that_black_print_broke_up_is_mended() -> None:
    page = Image.new("L", (2480, 3508), 250)
    pen = ImageDraw.Draw(page)
    pen.polygon([(300, 335), (640, 335), (470, 180)], fill=150)
    pen.text((100, 260), "Trương Quốc Nghĩa", font=ImageFont.truetype(FONT, 54), fill=20)
    grain = np.random.default_rng(1).normal(0, 12, (3508, 2480))
    pixels = np.asarray(np.clip(np.asarray(page) + grain, 0, 255), np.uint8)
    broken = check_legibility(*separate_layers(pixels, 300))
    assert not broken.is_legible
    assert check_legibility(*separate_layers(pixels, 300, missed=broken.lost)).is_legible


def test_smoothed_edges_keep_hair_lines_dots_and_gaps() -> None:
    sheet = np.full((3508, 2480), 255, np.uint8)
    sheet[100, 50:550] = sheet[200:206, 100:106] = sheet[300:360, 100:106] = sheet[300:360, 107:113] = 0
    sheet[299, 103] = 0
    _, separation = separate_layers(sheet, 300)
    expected = 255 - sheet
    expected[299, 103] = 0
    corners = [(y, x) for y in (300, 359) for x in (100, 105, 107, 112)]
    changed = {(int(y), int(x)) for y, x in np.argwhere(separation.mask != expected)}
    assert changed <= set(corners)


def test_faint_print_may_lose_less_than_bold_print() -> None:
    """Half of a stroke's depth gone is noticed whether the print is black or a faint copy."""
    for tone in (30, 170):
        before = np.full((3508, 2480), 240, np.uint8)
        cv2.rectangle(before, (300, 300), (900, 700), tone, 8)
        page, separation = separate_layers(before, 300)
        assert check_legibility(page, separation).is_legible
        mask = separation.mask.copy()
        mask[290:310] = 0
        assert not check_legibility(page, Separation(separation.grey, mask, separation.ink)).is_legible
