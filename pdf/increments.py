"""Increments to a PDF/A-2: what signatures, validation data and time stamps are appended with."""

from __future__ import annotations

from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_byterange import PdfByteRangeDigest

_PDF_OF_PDFA_2 = (1, 7)


def open_increment(file: BinaryIO) -> IncrementalPdfFileWriter:
    """Return a writer that appends to a PDF/A-2 and leaves it one. Raises pyHanko's errors for a file that is no PDF."""
    return _IncrementWriter(file)


class _IncrementWriter(IncrementalPdfFileWriter):
    """pyHanko's writer, but it never declares PDF 2.0, as that would for ECDSA: a PDF/A-2 is a PDF 1.7 (ISO 19005-2, 6.1.2).

    What can be compressed is, in one object stream. The document's information and XMP stay as they are: a signature changes
    nothing that they tell, and its own dictionary says when it was made.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Declare at most PDF 1.7; what is newer stays an extension."""
        IncrementalPdfFileWriter.ensure_output_version(self, min(version, _PDF_OF_PDFA_2))

    def _update_meta(self) -> None:
        """Pack what is to be written, instead of dating the metadata; pyHanko calls this when all else is ready."""
        if not self.stream_xrefs:
            return
        packed = IncrementalPdfFileWriter.prepare_object_stream(self)
        for place, thing in list(self.objects.items()):
            generation, number = place
            # A signature's digest is put into the file where the dictionary itself stands.
            if generation == 0 and not isinstance(thing, (generic.StreamObject, PdfByteRangeDigest)):
                packed.add_object(number, thing)
                del self.objects[place]
