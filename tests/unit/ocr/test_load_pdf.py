"""Pages of PDFs: the scanned image itself where a page is one, else a picture of the page; hostile files refused."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from dossiers.errors import (
    InputError,
    PageSizeError,
    PasswordProtectedError,
    TooLargeError,
    TruncatedFileError,
    WrongFormatError,
)
from ocr.limits import ScanLimits
from ocr.load import ExtractedPages, extract_pages
from ocr.page_image import decode_page
from tests.unit.ocr.drawing import draw_page, encode, flate_keys, jpeg_keys, make_pdf

SCAN = draw_page(size=(827, 1170))
GRAY = SCAN.convert("L")
JPEG = encode(SCAN, "JPEG")
FULL = b"q 595 0 0 842 0 0 cm /Im0 Do Q"


def extract(tmp_path: Path, pdf: pikepdf.Pdf | bytes, limits: ScanLimits | None = None, **options: Any) -> ExtractedPages:
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "input.pdf"
    if isinstance(pdf, bytes):
        path.write_bytes(pdf)
    else:
        pdf.save(path, **options)
    return extract_pages(path, "a.pdf", tmp_path / "pages", limits)


def save(pdf: pikepdf.Pdf, tmp_path: Path) -> bytes:
    path = tmp_path / "made.pdf"
    pdf.save(path)
    return path.read_bytes()


def test_a_jpeg_page_is_taken_out_as_it_is(tmp_path: Path) -> None:
    extracted = extract(tmp_path, make_pdf(JPEG, image_keys=jpeg_keys(SCAN), pages=2))
    assert [page.number for page in extracted.pages] == [1, 2]
    assert not extracted.is_signed_pdf
    for page in extracted.pages:
        assert page.path.read_bytes() == JPEG
        assert (page.media_type, page.lossless, page.dpi) == ("image/jpeg", True, 100)


@pytest.mark.parametrize(
    "content",
    [
        b"BT 3 Tr /F1 12 Tf (hidden) Tj ET q 595 0 0 842 0 0 cm /Im0 Do Q",
        b"1 1 1 rg 0 0 595 842 re f q 595 0 0 842 0 0 cm /Im0 Do Q",
        b"q 0 0 595 842 re W n 595 0 0 842 0 0 cm /Im0 Do Q",
        b"q 580 0 0 830 7 6 cm /Im0 Do Q",
        b"BT /F1 12 Tf (under the image) Tj ET q 595 0 0 842 0 0 cm /Im0 Do Q",
    ],
)
def test_what_is_not_seen_does_not_count(tmp_path: Path, content: bytes) -> None:
    (page,) = extract(tmp_path, make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=content)).pages
    assert page.path.read_bytes() == JPEG


@pytest.mark.parametrize(
    ("content", "dpi"),
    [
        (FULL + b" BT /F1 12 Tf 100 100 Td (seen) Tj ET", 200),
        (FULL + b" 10 10 200 200 re f", 200),
        (FULL + b" q 100 0 0 100 50 50 cm /Im0 Do Q", 200),
        (b"q 300 0 0 421 0 0 cm /Im0 Do Q", 300),
        (b"q 100 100 200 200 re W n 595 0 0 842 0 0 cm /Im0 Do Q", 300),
        (b"q 593 40 -40 838 20 -20 cm /Im0 Do Q", 300),
        (b"", 300),
    ],
)
def test_a_page_with_more_to_see_is_rasterized(tmp_path: Path, content: bytes, dpi: int) -> None:
    (page,) = extract(tmp_path, make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=content)).pages
    assert not page.lossless
    assert page.dpi == dpi
    assert (page.width_px, page.height_px) == pytest.approx((8.264 * dpi, 11.694 * dpi), abs=2)


@pytest.mark.parametrize(("scan_dpi", "dpi"), [(100, 200), (250, 250), (600, 300)])
def test_a_stamped_scan_is_drawn_at_its_own_resolution(tmp_path: Path, scan_dpi: int, dpi: int) -> None:
    scan = SCAN.resize((round(8.264 * scan_dpi), round(11.694 * scan_dpi)))
    content = FULL + b" 10 10 20 20 re f"
    (page,) = extract(tmp_path, make_pdf(encode(scan, "JPEG"), image_keys=jpeg_keys(scan), content=content)).pages
    assert (page.lossless, page.dpi) == (False, dpi)


def test_a_drawn_page_goes_on_as_png_and_a_drawn_scan_as_jpeg(tmp_path: Path) -> None:
    bars = b" ".join(b"%d 100 4 600 re f" % left for left in range(40, 560, 20))
    for content, kind in ((bars, "image/png"), (FULL + bars, "image/jpeg")):
        (page,) = extract(tmp_path / kind[6:], make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=content)).pages
        assert page.media_type == kind


@pytest.mark.parametrize(
    ("image", "bits", "kind"), [(GRAY, 8, "image/png"), (SCAN, 8, "image/png"), (GRAY.convert("1"), 1, "image/tiff")]
)
def test_flate_images_keep_every_pixel(tmp_path: Path, image: Image.Image, bits: int, kind: str) -> None:
    space = pikepdf.Name.DeviceRGB if image.mode == "RGB" else pikepdf.Name.DeviceGray
    keys = flate_keys(image.width, image.height, bits=bits, space=space)
    (page,) = extract(tmp_path, make_pdf(zlib.compress(image.tobytes()), image_keys=keys)).pages
    assert (page.media_type, page.lossless, page.dpi) == (kind, True, 100)
    with Image.open(page.path) as stored:
        assert np.array_equal(np.asarray(stored.convert("RGB")), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("is_mask", [True, False])
@pytest.mark.parametrize("decode", [[0, 1], [1, 0]])
def test_bitonal_polarity_is_what_a_viewer_shows(tmp_path: Path, decode: list[int], is_mask: bool) -> None:
    image = GRAY.convert("1")
    keys = flate_keys(image.width, image.height, bits=1) | {"/Decode": pikepdf.Array(decode)}
    if is_mask:
        del keys["/ColorSpace"]
        keys["/ImageMask"] = True
    (page,) = extract(tmp_path, make_pdf(zlib.compress(image.tobytes()), image_keys=keys)).pages
    with Image.open(page.path) as stored:
        shown = np.asarray(stored.convert("L"))
    expected = np.asarray(image.convert("L"))
    assert page.lossless
    assert np.array_equal(shown, expected if decode == [0, 1] else 255 - expected)


def placements() -> list[tuple[bytes, int, int]]:
    """Return ways to place the image: content, /Rotate, and how many quarter turns clockwise a viewer shows it."""
    return [
        (FULL, 0, 0),
        (FULL, 90, 1),
        (FULL, 180, 2),
        (FULL, 270, 3),
        (FULL, -90, 3),
        (b"q -595 0 0 -842 595 842 cm /Im0 Do Q", 0, 2),
        (b"q 0 -842 595 0 0 842 cm /Im0 Do Q", 0, 1),
        (b"q 0 842 -595 0 595 0 cm /Im0 Do Q", 0, 3),
        (b"q 0 -842 595 0 0 842 cm /Im0 Do Q", 90, 2),
    ]


@pytest.mark.parametrize(("content", "rotate", "turns"), placements())
def test_turned_pages_are_folded_in(tmp_path: Path, content: bytes, rotate: int, turns: int) -> None:
    image = GRAY if b" 0 0 cm" in content or b"-595 0 0" in content else GRAY.transpose(Image.Transpose.ROTATE_90)
    keys = flate_keys(*image.size)
    page_keys: dict[str, object] = {"/Rotate": rotate}
    (page,) = extract(
        tmp_path, make_pdf(zlib.compress(image.tobytes()), image_keys=keys, content=content, page_keys=page_keys)
    ).pages
    with Image.open(page.path) as stored:
        shown = np.asarray(stored.convert("L"))
    assert page.lossless
    assert np.array_equal(shown, np.rot90(np.asarray(image), -turns))


@pytest.mark.parametrize(("rotate", "hint"), [(90, 90), (180, 180), (270, 270)])
def test_a_turned_jpeg_keeps_its_bytes_and_carries_the_turn_in_exif(tmp_path: Path, rotate: int, hint: int) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), page_keys={"/Rotate": rotate})
    (page,) = extract(tmp_path, pdf).pages
    assert page.path.read_bytes().endswith(JPEG[2:])
    decoded = decode_page(page)
    assert decoded.hint_deg == hint
    assert decoded.pixels.shape[:2] == (SCAN.height, SCAN.width)


def test_an_image_inside_a_form_is_found(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=b"/Fm0 Do")
    page = pdf.pages[0].obj
    form = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 595, 842])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=page.Resources.XObject.Im0))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
    (found,) = extract(tmp_path, pdf).pages
    assert found.path.read_bytes() == JPEG


def add_signature(pdf: pikepdf.Pdf, *, is_signed: bool = True) -> None:
    appearance = pdf.make_stream(b"0 0 100 30 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 30])
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        FT=pikepdf.Name.Sig,
        T="Signature1",
        Rect=[400, 790, 590, 840],
        AP=pikepdf.Dictionary(N=appearance),
    )
    if is_signed:
        field.V = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), Contents=b"\x00" * 16)
    widget = pdf.make_indirect(field)
    pdf.pages[0].obj.Annots = pikepdf.Array([widget])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))


def test_a_signed_scan_is_recognised_and_its_image_still_taken_out(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    add_signature(pdf)
    extracted = extract(tmp_path, pdf)
    assert extracted.is_signed_pdf
    assert extracted.pages[0].path.read_bytes() == JPEG


def test_an_empty_signature_field_signs_nothing(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    add_signature(pdf, is_signed=False)
    assert not extract(tmp_path, pdf).is_signed_pdf


def test_a_filled_in_field_is_seen_and_so_rasterized(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    add_signature(pdf, is_signed=False)
    pdf.pages[0].obj.Annots[0].FT = pikepdf.Name.Tx
    assert not extract(tmp_path, pdf).pages[0].lossless


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    with pytest.raises(PasswordProtectedError):
        extract(tmp_path, pdf, encryption=pikepdf.Encryption(user="mở", owner="chủ"))


@pytest.mark.parametrize("content", [FULL, FULL + b" 1 1 9 9 re f"])
def test_an_owner_password_alone_does_not_keep_us_out(tmp_path: Path, content: bytes) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=content)
    (page,) = extract(tmp_path, pdf, encryption=pikepdf.Encryption(user="", owner="chủ")).pages
    assert page.lossless is (content == FULL)
    assert decode_page(page).pixels.min() < 60


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_pdf_cut_short(tmp_path: Path, share: float) -> None:
    data = save(make_pdf(JPEG, image_keys=jpeg_keys(SCAN), pages=3), tmp_path)
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, data[: int(len(data) * share)])


def test_a_jpeg_cut_short_within_a_sound_pdf(tmp_path: Path) -> None:
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, make_pdf(JPEG[: len(JPEG) // 2], image_keys=jpeg_keys(SCAN)))


def test_flate_image_data_cut_short_within_a_sound_pdf(tmp_path: Path) -> None:
    data = zlib.compress(GRAY.tobytes()[: GRAY.width * 600])
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, make_pdf(data, image_keys=flate_keys(*GRAY.size)))
    with pytest.raises(TruncatedFileError):
        extract(tmp_path, make_pdf(b"no zlib stream at all", image_keys=flate_keys(*GRAY.size)))


def test_a_sound_end_with_nothing_before_it(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        extract(tmp_path, b"%PDF-1.4\n" + b"garbage " * 200 + b"\n%%EOF\n")


def test_a_wrong_cross_reference_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    make_pdf(JPEG, image_keys=jpeg_keys(SCAN)).save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = path.read_bytes()
    at = data.rindex(b"startxref")
    broken = data[:at] + b"startxref\n17\n%%EOF\n"
    (page,) = extract(tmp_path, broken).pages
    assert page.path.read_bytes() == JPEG


def test_an_image_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = zlib.compress(b"\x00" * 20_000_000)
    with pytest.raises(TooLargeError):
        extract(tmp_path, make_pdf(bomb, image_keys=flate_keys(20_000, 20_000)))


def test_a_content_bomb_is_never_unfolded(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    packed = zlib.compress(b"q Q\n" * 4_000_000, 9)
    pdf.pages[0].obj.Contents = pdf.make_stream(packed, Filter=pikepdf.Name.FlateDecode)
    (page,) = extract(tmp_path, pdf, ScanLimits(max_content_bytes=1_000_000)).pages
    assert not page.lossless


def test_a_structure_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    packed = zlib.compress(b" " * 30_000_000, 9)
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    data = save(pdf, tmp_path)
    body = b"\n99 0 obj\n<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    hostile = data.rstrip()[: -len(b"%%EOF")] + body + packed + b"\nendstream\nendobj\n%%EOF\n"
    with pytest.raises(TooLargeError):
        extract(tmp_path, hostile, ScanLimits(max_structure_bytes=10_000_000))


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=b"q 595 0 0 842 0 0 cm /Im0 Do Q " * 30_000 + b"0 0 9 9 re f")
    with pytest.raises(TooLargeError):
        extract(tmp_path, pdf, ScanLimits(render_timeout_s=1))


@pytest.mark.parametrize("box", [(0, 0, 0, 842), (0, 0, 24_000, 24_000), (0, 0, 595, 3), (0, 0, 1e9, 1e9)])
def test_a_page_of_impossible_size(tmp_path: Path, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(PageSizeError):
        extract(tmp_path, make_pdf(None, content=b"0 0 1 1 re f", media_box=box))


def test_a_pdf_without_pages(tmp_path: Path) -> None:
    with pytest.raises(WrongFormatError, match="without pages"):
        extract(tmp_path, pikepdf.Pdf.new())


def test_too_many_pages(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        extract(tmp_path, make_pdf(JPEG, image_keys=jpeg_keys(SCAN), pages=4), ScanLimits(max_pages=3))


def test_a_page_tree_that_bites_its_tail(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN))
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    with pytest.raises(InputError):
        extract(tmp_path, pdf)


def test_a_form_that_paints_itself(tmp_path: Path) -> None:
    pdf = make_pdf(JPEG, image_keys=jpeg_keys(SCAN), content=b"/Fm0 Do")
    page = pdf.pages[0].obj
    form = pdf.make_indirect(pdf.make_stream(b"/Fm0 Do"))
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 595, 842])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
    page.Resources = form.Resources
    (found,) = extract(tmp_path, pdf).pages
    assert not found.lossless


def test_a_born_digital_page_is_rasterized(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "born.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawString(100, 700, "Born digital")
    canvas.save()
    (page,) = extract_pages(path, "born.pdf", tmp_path / "pages").pages
    assert (page.lossless, page.dpi, page.media_type) == (False, 300, "image/png")
    assert decode_page(page).pixels.min() < 60
