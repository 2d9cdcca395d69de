"""Pages of a PDF of scans: each page's one image without loss, or the page rasterized."""

from __future__ import annotations

import io
import math
import zlib
from pathlib import Path

import pikepdf
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from dossiers.errors import TruncatedFileError
from ocr.limits import ScanLimits
from ocr.load_images import (
    EXIF_ORIENTATION_TAG,
    add_bitonal,
    add_jpeg,
    decode_plain_jpeg,
    encode_image,
    encode_jpeg,
    with_orientation,
)
from ocr.page_file import PageWriter, check_page_size, settle_dpi
from ocr.pdf_content import Matrix, PlacedImage, Rectangle, filters_of, find_page_image, inflated_size, transform_box
from ocr.pdf_structure import (
    POINTS_PER_INCH,
    carries_signature,
    has_visible_annotation,
    open_pdf,
    page_rotation_deg,
    reading_pdf,
    user_unit,
    visible_box,
)
from ocr.rasterize import check_images, draw_single_image, rasterize_page
from ocr.stamped_scan import enlarge, lay_stamps, list_stamps

MAX_TILT = 0.002  # off-axis part of the image's matrix, as a tangent: 4 px over 2000
MAX_STRETCH = 1.03  # horizontal over vertical dots per inch; a fax has 2
COMPONENTS = {"/DeviceGray": 1, "/G": 1, "/CalGray": 1, "/DeviceRGB": 3, "/RGB": 3, "/CalRGB": 3}
FLATE_NAMES = frozenset({"/FlateDecode", "/Fl"})
JPEG_NAMES = frozenset({"/DCTDecode", "/DCT"})
BITS = frozenset({1, 2, 4, 8})
MAX_ENLARGED = 4  # from here on poppler repeats pixels
ROUNDING = 1e-3  # poppler rounds sizes up
MAX_GAP_PX = 2.0  # of a scan from the edges of its page, and of its size from that of the page, where stamps are laid on it
MIN_RASTER_DPI = 200  # for the small print of stamps that are drawn over a coarse scan

# Which way the image's right and up point on the shown page -> EXIF orientation (TIFF 6.0, tag 274).
ORIENTATIONS: dict[tuple[tuple[int, int], tuple[int, int]], int] = {
    ((1, 0), (0, 1)): 1,
    ((-1, 0), (0, 1)): 2,
    ((-1, 0), (0, -1)): 3,
    ((1, 0), (0, -1)): 4,
    ((0, -1), (-1, 0)): 5,
    ((0, -1), (1, 0)): 6,
    ((0, 1), (1, 0)): 7,
    ((0, 1), (-1, 0)): 8,
}
TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_pdf(scan_path: Path, writer: PageWriter) -> bool:
    """Add every page of a PDF, and return whether the PDF already carries a digital signature.

    Raises PasswordProtectedError, TruncatedFileError, TooLargeError, PageSizeError, WrongFormatError (no page at all).
    """
    with open_pdf(scan_path, writer.name, writer.limits) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            with reading_pdf(writer.name):
                _load_page(scan_path, page, number, writer, has_layers="/OCProperties" in pdf.Root)
        return carries_signature(pdf, scan_path)


def read_orientation(matrix: Matrix, rotation_deg: int) -> int | None:
    """Return the EXIF orientation (1 to 8) at which a viewer shows an image placed by ``matrix``; None when it is tilted.

    ``rotation_deg`` is the page's own clockwise turn.
    """
    right, up = (matrix[0], matrix[1]), (matrix[2], matrix[3])
    for _ in range(rotation_deg // 90):
        right, up = (right[1], -right[0]), (up[1], -up[0])
    steps = _axis(right), _axis(up)
    return ORIENTATIONS.get((steps[0], steps[1])) if steps[0] and steps[1] else None


def _axis(vector: tuple[float, float]) -> tuple[int, int] | None:
    x, y = vector
    long, short = max(abs(x), abs(y)), min(abs(x), abs(y))
    if long == 0 or short / long > MAX_TILT:
        return None
    return (int(math.copysign(1, x)), 0) if abs(x) > abs(y) else (0, int(math.copysign(1, y)))


def _load_page(scan_path: Path, page: pikepdf.Page, number: int, writer: PageWriter, *, has_layers: bool) -> None:
    box = visible_box(page, number, writer.name)
    limits = writer.limits
    check_images(page.obj.get("/Resources"), number, writer.name, limits)
    placed = find_page_image(page, box, limits.max_content_bytes)
    is_scan = placed is not None and placed.is_alone and not has_visible_annotation(page)
    if is_scan and placed and _take_image(placed, page_rotation_deg(page), user_unit(page), writer):
        return
    dpi = _raster_dpi(placed, limits)
    size_px = _raster_size(page, box, dpi)
    if placed and placed.is_alone and not has_layers and _take_stamped(page, placed, box, size_px, dpi, writer):
        return
    rasterize_page(scan_path, number, size_px, dpi, writer)


def _take_stamped(
    page: pikepdf.Page, placed: PlacedImage, box: Rectangle, size_px: tuple[int, int], dpi: int, writer: PageWriter
) -> bool:
    """Add the page's one image with the stamps that lie over it; False where poppler must draw the page."""
    is_upright = read_orientation(placed.matrix, page_rotation_deg(page)) == 1 and page_rotation_deg(page) == 0
    names = filters_of(placed.xobject)
    if not is_upright or user_unit(page) != 1 or names[-1:] not in (["/DCTDecode"], ["/DCT"]):
        return False
    fills = max(abs(edge - other) for edge, other in zip(transform_box(placed.matrix), box, strict=True))
    stamps = list_stamps(page)
    if stamps is None or fills * dpi / POINTS_PER_INCH > MAX_GAP_PX or not _is_plain_jpeg(placed.xobject):
        return False
    size = (int(placed.xobject.Width), int(placed.xobject.Height))
    is_same = max(abs(side - other) for side, other in zip(size, size_px, strict=True)) <= MAX_GAP_PX
    if not is_same and not 1 < max(size_px[0] / size[0], size_px[1] / size[1]) < MAX_ENLARGED:
        return False
    data = _jpeg_bytes(placed.xobject, names, writer.limits)
    scan = decode_plain_jpeg(data, writer) if data is not None else None
    if scan is None or scan.shape[1::-1] != size:
        return False
    if not is_same:  # too coarse for the small print of stamps
        check_page_size(size_px, writer.next_number, writer.name, writer.limits)
        scan = enlarge(scan, size_px)
    if not lay_stamps(scan, stamps, box, writer):
        return False
    writer.add(encode_jpeg(scan, dpi), "image/jpeg", (scan.shape[1], scan.shape[0]), dpi, lossless=False)
    return True


def _raster_dpi(placed: PlacedImage | None, limits: ScanLimits) -> int:
    """Return at how many dots an inch a page is drawn: as many as the scan on it has, where the rest stays legible.

    Twice the pixels take twice the time and say no more.
    """
    # Poppler does not know UserUnit, so neither does the size at which it draws.
    dpi = _placed_dpi(placed, 1.0) if placed else None
    return limits.render_dpi if dpi is None else min(limits.render_dpi, max(MIN_RASTER_DPI, round(dpi)))


def _raster_size(page: pikepdf.Page, box: Rectangle, dpi: int) -> tuple[int, int]:
    width, height = ((box[2] - box[0]) / POINTS_PER_INCH, (box[3] - box[1]) / POINTS_PER_INCH)
    if page_rotation_deg(page) in {90, 270}:
        width, height = height, width
    return max(0, math.ceil(width * dpi - ROUNDING)), max(0, math.ceil(height * dpi - ROUNDING))


def _take_image(placed: PlacedImage, rotation_deg: int, unit: float, writer: PageWriter) -> bool:
    """Add the page's one image without loss; False when it needs rasterizing (odd colours, tilt, stretched pixels)."""
    xobject = placed.xobject
    orientation = read_orientation(placed.matrix, rotation_deg)
    dpi = _placed_dpi(placed, unit)
    if orientation is None or dpi is None:
        return False
    names = filters_of(xobject)
    if names and names[-1] in JPEG_NAMES:
        data = _jpeg_bytes(xobject, names, writer.limits)
        return data is not None and _is_plain_jpeg(xobject) and _add_placed_jpeg(data, orientation, dpi, writer)
    return _add_decoded(xobject, orientation, dpi, writer)


def _placed_dpi(placed: PlacedImage, unit: float) -> float | None:
    a, b, c, d = placed.matrix[:4]
    across = int(placed.xobject.Width) * POINTS_PER_INCH / (math.hypot(a, b) * unit)
    down = int(placed.xobject.Height) * POINTS_PER_INCH / (math.hypot(c, d) * unit)
    return None if max(across, down) > MAX_STRETCH * min(across, down) else (across + down) / 2


def _jpeg_bytes(xobject: pikepdf.Object, names: list[str], limits: ScanLimits) -> bytes | None:
    raw = xobject.read_raw_bytes()
    if len(names) == 1:
        return raw
    if len(names) == 2 and names[0] in FLATE_NAMES:
        return zlib.decompressobj().decompress(raw, limits.max_bytes)
    return None


def _is_plain_jpeg(xobject: pikepdf.Object) -> bool:
    return _components(xobject) in {1, 3} and not _has_odd_decode(xobject) and not xobject.get("/ImageMask", False)


def _add_placed_jpeg(data: bytes, orientation: int, dpi: float, writer: PageWriter) -> bool:
    try:
        header = JpegImageFile(io.BytesIO(data))
        own_orientation = header.getexif().get(EXIF_ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError) as error:
        raise TruncatedFileError(name=writer.name, detail=f"page {writer.next_number}: damaged JPEG") from error
    if header.mode not in {"L", "RGB"}:
        return False
    # A PDF viewer ignores EXIF: what counts is the page's own placement, so that is what the tag must say.
    turned = data if own_orientation == orientation else with_orientation(data, orientation)
    add_jpeg(turned, writer, stated_dpi=dpi)
    return True


def _add_decoded(xobject: pikepdf.Object, orientation: int, dpi: float, writer: PageWriter) -> bool:
    bits = 1 if xobject.get("/ImageMask", False) else int(xobject.get("/BitsPerComponent", 8))
    components = 1 if xobject.get("/ImageMask", False) else _components(xobject)
    is_jpeg2000 = filters_of(xobject)[-1:] == ["/JPXDecode"]
    if bits not in BITS or (components is None and not is_jpeg2000):
        return False
    _check_complete(xobject, bits, components or 1, writer)
    is_gray = components == 1 and not _is_indexed(xobject)
    image = draw_single_image(xobject, writer, is_gray=is_gray)
    if orientation != 1:
        image = image.transpose(TRANSPOSE[orientation])
    settled = settle_dpi(image.size, dpi)
    if bits == 1 and not is_jpeg2000 and (is_gray or _is_black_and_white(image)):
        add_bitonal(image.convert("1", dither=Image.Dither.NONE), writer, settled)
    else:
        writer.add(encode_image(image, "PNG", settled), "image/png", image.size, settled, lossless=True)
    return True


def _check_complete(xobject: pikepdf.Object, bits: int, components: int, writer: PageWriter) -> None:
    """Raise TruncatedFileError when a Flate image holds fewer rows than it states; poppler would fill them in silently."""
    names = filters_of(xobject)
    if len(names) != 1 or names[0] not in FLATE_NAMES:
        return
    width, height = int(xobject.Width), int(xobject.Height)
    needed = math.ceil(width * components * bits / 8) * height
    try:
        present = inflated_size(xobject.read_raw_bytes(), needed)
    except zlib.error as error:
        raise TruncatedFileError(name=writer.name, detail=f"page {writer.next_number}: damaged image") from error
    if present < needed:
        raise TruncatedFileError(name=writer.name, detail=f"page {writer.next_number}: {present} of {needed} byte")


def _components(xobject: pikepdf.Object) -> int | None:
    """Return the colour components of an image: 1 (gray, indexed) or 3; None for colours that need managing."""
    space = xobject.get("/ColorSpace", xobject.get("/CS"))
    if isinstance(space, pikepdf.Array) and len(space) > 1:
        family = str(space[0])
        if family == "/ICCBased":
            count = int(space[1].get("/N", 0))
            return count if count in {1, 3} else None
        return 1 if family in {"/Indexed", "/I"} else COMPONENTS.get(family)
    return COMPONENTS.get(str(space))


def _is_indexed(xobject: pikepdf.Object) -> bool:
    space = xobject.get("/ColorSpace")
    return isinstance(space, pikepdf.Array) and str(space[0]) in {"/Indexed", "/I"}


def _has_odd_decode(xobject: pikepdf.Object) -> bool:
    decode = xobject.get("/Decode")
    return decode is not None and [float(value) for value in decode] != [0.0, 1.0] * (len(decode) // 2)


def _is_black_and_white(image: Image.Image) -> bool:
    colours = image.getcolors(2)
    return colours is not None and {colour for _, colour in colours} <= {(0, 0, 0), (255, 255, 255)}
