"""Seals, stamps, signatures and pictures found on drawn pages, and lifted off them."""

from __future__ import annotations

import numpy as np
import pytest

from dossiers.page import Barcode, BoxPx, RegionKind
from ocr.page_image import Pixels, as_pixels, to_gray
from ocr.regions import add_barcodes, find_marks, lift_ink
from samples.generator.dice import Dice
from samples.generator.marks import add_photo, stamp_fan, stamp_register
from samples.generator.sheet import Sheet, Style
from tests.unit.ocr.marked_sheets import SEAL_MM, box_mm, draw_sheet, of_kind, overlap, pixels_of, seal, sign_in

BLACK = (24, 24, 30)


def dark_share(gray: Pixels, where: np.ndarray) -> float:
    return float((gray[where] < 150).mean())


def text_of(sheet: Sheet) -> np.ndarray:
    """Return where the sheet's letters are black now: call it before anything is pressed upon them."""
    return to_gray(pixels_of(sheet)) < 90


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_plain_letter_has_no_regions(dpi: int) -> None:
    assert find_marks(pixels_of(draw_sheet(dpi)), dpi).regions == ()


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_seal_and_signature_are_found_where_they_are(dpi: int) -> None:
    sheet = draw_sheet(dpi)
    seal(sheet)
    sign_in(sheet)
    regions = find_marks(pixels_of(sheet), dpi).regions
    x, y = SEAL_MM
    (found,) = of_kind(regions, RegionKind.SEAL)
    assert overlap(found, box_mm(sheet, x - 17.5, y - 17.5, x + 17.5, y + 17.5)) > 0.85
    (signature,) = of_kind(regions, RegionKind.SIGNATURE)
    assert overlap(signature, box_mm(sheet, 131, 217, 165, 232)) > 0.4
    assert len(regions) == 2


@pytest.mark.parametrize("mode", ["L", "1"])
def test_on_gray_and_bitonal_pages_shape_tells(mode: str) -> None:
    sheet = draw_sheet()
    seal(sheet)
    sign_in(sheet, BLACK)
    regions = find_marks(pixels_of(sheet, mode), 200).regions
    x, y = SEAL_MM
    (found,) = of_kind(regions, RegionKind.SEAL)
    assert overlap(found, box_mm(sheet, x - 17.5, y - 17.5, x + 17.5, y + 17.5)) > 0.8
    assert len(of_kind(regions, RegionKind.SIGNATURE)) == 1


@pytest.mark.parametrize("seed", ["2", "4"])  # violet, red
def test_fan_stamp_and_register_stamp_are_told_from_seals(seed: str) -> None:
    sheet = draw_sheet()
    stamp_fan(sheet, Dice("3"), 150, "ỦY BAN NHÂN DÂN", "XÃ HÒA LẠC")
    stamp_register(sheet, Dice(seed), (30, 250), "UBND XÃ HÒA LẠC", "574", "04/02/2026")
    regions = find_marks(pixels_of(sheet), 200).regions
    (fan,) = of_kind(regions, RegionKind.FAN_STAMP)
    assert fan.right >= sheet.image.width - 2
    assert overlap(fan, box_mm(sheet, 198, 132.5, 210, 167.5)) > 0.6
    (stamp,) = of_kind(regions, RegionKind.STAMP)
    assert overlap(stamp, box_mm(sheet, 30, 250, 76, 273)) > 0.7
    assert of_kind(regions, RegionKind.SEAL) == []


def test_a_photograph_is_a_picture() -> None:
    sheet = draw_sheet(rows=12)
    sheet.pen.rectangle(box_mm(sheet, 28, 150, 58, 190), fill=(60, 60, 70))
    add_photo(sheet, Dice("2"), 28, 150, 30, 40)
    (picture,) = of_kind(find_marks(pixels_of(sheet), 200).regions, RegionKind.PICTURE)
    assert picture.left >= sheet.px(26)
    assert picture.right <= sheet.px(60)


def test_large_and_red_titles_are_print() -> None:
    sheet = draw_sheet(rows=8)
    sheet.put(105, 130, "GIẤY CHỨNG NHẬN KẾT HÔN", Style(26, bold=True), anchor="m")
    sheet.put(105, 160, "GIẤY CHỨNG NHẬN ĐĂNG KÝ", Style(16, bold=True, colour=(200, 30, 40)), anchor="m")
    marks = find_marks(pixels_of(sheet), 200)
    assert marks.regions == ()
    title = box_mm(sheet, 40, 152, 170, 163)
    lifted = lift_ink(pixels_of(sheet), marks)[title.top : title.bottom, title.left : title.right]
    assert (lifted < 130).sum() > 3000


def test_a_page_printed_in_blue_is_print() -> None:
    sheet = Sheet(200)
    for row in range(20):
        sheet.put(28, 40 + 7.2 * row, "Hóa đơn bán hàng, cảm ơn quý khách và hẹn gặp lại", Style(colour=(40, 50, 190)))
    pixels = pixels_of(sheet)
    marks = find_marks(pixels, 200)
    assert marks.regions == ()
    assert np.array_equal(lift_ink(pixels, marks), to_gray(pixels))


def test_print_under_seal_and_signature_stays_and_their_ink_goes() -> None:
    sheet = draw_sheet()
    letters = text_of(sheet)
    seal(sheet)
    sign_in(sheet)
    pixels = pixels_of(sheet)
    lifted = lift_ink(pixels, find_marks(pixels, 200))
    assert dark_share(lifted, letters) > 0.99
    channels = pixels.astype(np.int16)
    red = (channels[:, :, 2] - channels[:, :, :2].max(axis=2) > 60) & ~letters
    blue = (channels[:, :, 0] - channels[:, :, 2] > 60) & ~letters
    assert red.sum() > 5000
    assert blue.sum() > 1000
    assert dark_share(lifted, red) < 0.01
    assert dark_share(lifted, blue) < 0.15  # where the stroke crosses the rows of title and name it stays a little


def test_a_black_signature_goes_where_no_row_of_print_passes() -> None:
    sheet = draw_sheet()
    letters = text_of(sheet)
    plain = to_gray(pixels_of(sheet)).copy()
    sign_in(sheet, BLACK)
    pixels = pixels_of(sheet)
    lifted = lift_ink(pixels, find_marks(pixels, 200))
    strokes = (to_gray(pixels) < 120) & (plain > 200)
    assert strokes.sum() > 1000
    assert dark_share(lifted, strokes) < 0.2
    assert dark_share(lifted, letters) > 0.995


def test_a_black_seal_stays_whole_and_a_signature_beside_it_goes() -> None:
    sheet = draw_sheet()
    seal(sheet)
    sealed = pixels_of(sheet, "1").copy()
    sign_in(sheet, BLACK)
    pixels = pixels_of(sheet, "1")
    lifted = lift_ink(pixels, find_marks(pixels, 200))
    x, y = SEAL_MM
    ring = box_mm(sheet, x - 17, y - 12, x - 5, y + 12)
    area = (slice(ring.top, ring.bottom), slice(ring.left, ring.right))
    assert (sealed[area] < 128).sum() > 1000
    assert np.array_equal(lifted[area], sealed[area])
    strokes = (pixels < 128) & (sealed > 128)
    strokes[:, : round(sheet.px(x + 18))] = False
    assert strokes.sum() > 200
    assert dark_share(lifted, strokes) < 0.5  # the rest lies at the height of the name


def test_letters_drawn_for_a_screen_keep_their_coloured_edges() -> None:
    gray = to_gray(pixels_of(draw_sheet(100)))
    fringed = np.stack([np.roll(gray, -1, axis=1), gray, np.roll(gray, 1, axis=1)], axis=2)
    marks = find_marks(as_pixels(fringed), 100)
    assert marks.regions == ()
    assert np.array_equal(lift_ink(as_pixels(fringed), marks), to_gray(as_pixels(fringed)))


def test_a_barcode_is_a_region_and_no_picture() -> None:
    pixels = pixels_of(draw_sheet(rows=6)).copy()
    code = np.random.default_rng(1).integers(0, 2, (30, 30), dtype=np.uint8) * np.uint8(255)
    pixels[1200:1440, 300:540] = np.kron(code, np.ones((8, 8), np.uint8))[:, :, None]
    box = BoxPx(300, 1200, 540, 1440)
    marks = find_marks(pixels, 200)
    (spot,) = marks.code_spots
    assert spot.left < box.left < box.right < spot.right
    assert spot.top < box.top < box.bottom < spot.bottom
    assert spot.width * spot.height < 0.1 * pixels.shape[0] * pixels.shape[1]
    assert find_marks(pixels_of(draw_sheet()), 200).code_spots == ()
    regions = add_barcodes(marks.regions, (Barcode("qr_code", "x", box),))
    assert [(region.kind, region.bbox_px) for region in regions] == [(RegionKind.BARCODE, box)]


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (50, 50, 3), (3, 2000, 3), (400, 7, 3)])
@pytest.mark.parametrize("dpi", [50, 300, 2400])
def test_odd_sizes_pass(shape: tuple[int, ...], dpi: int) -> None:
    for level in (0, 128, 255):
        pixels = np.full(shape, level, np.uint8)
        marks = find_marks(pixels, dpi)
        assert lift_ink(pixels, marks).shape == shape[:2]


def test_noise_in_colour_passes() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (1400, 1000, 3), dtype=np.uint8)
    marks = find_marks(pixels, 100)
    assert lift_ink(pixels, marks).shape == (1400, 1000)
    for region in marks.regions:
        assert 0 <= region.bbox_px.left < region.bbox_px.right <= 1000
        assert 0 <= region.bbox_px.top < region.bbox_px.bottom <= 1400
