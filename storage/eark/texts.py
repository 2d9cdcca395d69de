"""The parts of a package that are the same in all: what a person reads first, and where the schemas are."""

from __future__ import annotations

README = """\
GÓI HỒ SƠ NỘP LƯU (E-ARK CSIP 2.1)

METS.xml                          danh mục mọi tệp của gói, kèm SHA-256
metadata/descriptive/ead.xml      mô tả hồ sơ và từng tài liệu (EAD 3; các trường của TT 05/2025/TT-BNV và NĐ 30/2020/NĐ-CP)
metadata/preservation/premis.xml  gói này được tạo khi nào, bằng gì (PREMIS 3)
metadata/other/*.json             toàn bộ siêu dữ liệu mà hệ thống số hóa giữ
representations/rep1/data         tài liệu PDF đã ký số; lịch sử từng tệp ở rep1/metadata/preservation/premis.xml
representations/originals/data    tệp gốc như khi tiếp nhận (nếu có)
schemas/catalog.xml               nơi công bố lược đồ của các tệp XML

Kiểm tra: tính SHA-256 của từng tệp và so với CHECKSUM trong METS.xml của gói và của từng representations/*/METS.xml.

ARCHIVE PACKAGE OF A DOSSIER (E-ARK CSIP 2.1)

METS.xml lists every file with its SHA-256, ead.xml describes the dossier and its documents, premis.xml says what happened to
the files, rep1/data holds the signed PDFs, originals/data the files as they were handed in (where asked for). To check the
package, compare each file's SHA-256 with CHECKSUM in METS.xml and in representations/*/METS.xml.
"""

CATALOG_XML = """\
<?xml version="1.0" encoding="utf-8"?>
<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
  <uri name="http://www.loc.gov/METS/" uri="http://www.loc.gov/standards/mets/mets.xsd"/>
  <uri name="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" uri="https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd"/>
  <uri name="http://www.w3.org/1999/xlink" uri="http://www.loc.gov/standards/xlink/xlink.xsd"/>
  <uri name="http://ead3.archivists.org/schema/" uri="https://www.loc.gov/ead/ead3.xsd"/>
  <uri name="http://www.loc.gov/premis/v3" uri="https://www.loc.gov/standards/premis/premis.xsd"/>
</catalog>
"""
