"""A font without pictures: every code has the same width, draws nothing and knows its Unicode text.

The font program is a TrueType file of two empty glyphs, built in code with fontTools. A composite font (CIDFontType2,
Identity-H) maps each code to the second glyph; its ToUnicode CMap says what the code stands for. ISO 19005-2, 6.2.11:
embedded program, widths equal to the program's, CIDToGIDMap embedded, no reference to ``.notdef``.
"""

from __future__ import annotations

import io

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name

UNITS_PER_EM = 1000
GLYPH_WIDTH = 500
ASCENT = 800
DESCENT = -200
_FONT_NAME = "SohoaGlyphless"
_FONT_DATE = 3_847_305_600  # 2025-12-01, in seconds since 1904: a fixed date gives the same bytes in every run
_FIRST_CODE = 1
_LAST_CODE = 0xFFFE
_CMAP_BLOCK = 100  # the most entries a bfchar section may hold (Adobe Technical Note 5014)


class CharacterCodes:
    """Give each text unit of a document (usually one character) a two-byte code, in order of first use."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def encode(self, units: list[str]) -> bytes:
        """Return the codes of the units, two bytes each, big-endian. Units past the last code become U+FFFD."""
        encoded = bytearray()
        for unit in units:
            is_full = len(self._codes) >= _LAST_CODE - _FIRST_CODE
            known = unit if unit in self._codes or not is_full else "\N{REPLACEMENT CHARACTER}"
            code = self._codes.setdefault(known, _FIRST_CODE + len(self._codes))
            encoded += code.to_bytes(2, "big")
        return bytes(encoded)

    @property
    def units(self) -> dict[str, int]:
        """The codes given so far."""
        return dict(self._codes)


def build_font(pdf: pikepdf.Pdf, codes: CharacterCodes) -> pikepdf.Object:
    """Add the font for all codes given so far to ``pdf`` and return it as an indirect object."""
    program = pdf.make_stream(_build_program())
    program.Length1 = len(program.read_raw_bytes())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + _FONT_NAME),
        Flags=4,  # symbolic: the codes follow no standard Latin set
        FontBBox=Array([0, DESCENT, GLYPH_WIDTH, ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=program,
    )
    last_code = _FIRST_CODE + len(codes.units)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/" + _FONT_NAME),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=GLYPH_WIDTH,
        CIDToGIDMap=pdf.make_stream(b"\0\0" + b"\0\1" * last_code),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/" + _FONT_NAME),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(_build_to_unicode(codes.units)),
    )
    return pdf.make_indirect(font)


def _build_program() -> bytes:
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", "blank")})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "blank"), (GLYPH_WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": _FONT_NAME, "styleName": "Regular", "psName": _FONT_NAME})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.setupHead(unitsPerEm=UNITS_PER_EM, created=_FONT_DATE, modified=_FONT_DATE)
    builder.font.recalcTimestamp = False
    program = io.BytesIO()
    builder.save(program)
    return program.getvalue()


def _build_to_unicode(codes: dict[str, int]) -> bytes:
    entries = [f"<{code:04X}> <{unit.encode('utf-16-be').hex().upper()}>" for unit, code in codes.items()]
    sections = [entries[start : start + _CMAP_BLOCK] for start in range(0, len(entries), _CMAP_BLOCK)]
    body = "\n".join(f"{len(section)} beginbfchar\n" + "\n".join(section) + "\nendbfchar" for section in sections)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
