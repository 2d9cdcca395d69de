"""A clerk reads Vietnamese: the reasons of a type, too."""

from __future__ import annotations

import pytest

from classifiers import classify
from dossiers.document_type import load_document_types
from dossiers.page import RecognizedPage
from operations.showing import tell_type_reason
from tests.unit.classifiers.pages import body, letterhead, make_blank, make_page

DECISION = make_page(*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), *body())
LETTER = make_page(*letterhead("Số: 299/UBND-TH"), ("V/v góp ý", 0.25, 0.14), ("Kính gửi: Sở Tư pháp.", 0.5, 0.25), *body())


@pytest.mark.parametrize("page", [DECISION, LETTER, make_page(*body(0.1, 30)), make_blank(1)])
def test_every_reason_for_a_type_has_vietnamese_words(page: RecognizedPage) -> None:
    reasons = classify([page], load_document_types()).reasons
    assert reasons
    for reason in reasons:
        assert tell_type_reason(reason) != reason
