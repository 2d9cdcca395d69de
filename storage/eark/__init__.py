"""An archive package of a dossier after E-ARK CSIP 2.1: its METS, EAD 3 and PREMIS 3 documents, and how it gets to its place.

Common Specification for Information Packages (DILCIS Board), METS 1.12 (Library of Congress), EAD 3 1.1 (SAA), PREMIS 3.0.
"""
