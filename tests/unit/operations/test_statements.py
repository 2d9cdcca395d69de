"""A statement counts only by the agency's own certificate, however trusted another signer is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import pem

from operations.statements import judge_statement, sign_statement
from pdf.detached_signature import sign_detached
from runtime.settings import Settings
from runtime.signing_settings import SigningSettings
from runtime.wiring import House

STATEMENT = b"what was"


def test_another_trusted_signer_is_not_the_agency(tmp_path: Path) -> None:
    with House(Settings(home=tmp_path)) as house:
        assert judge_statement(house, STATEMENT, sign_statement(house, STATEMENT)).is_genuine
        verdict = judge_statement(house, STATEMENT, sign_detached(STATEMENT, house.identity, datetime.now(UTC)))
    assert (verdict.is_intact, verdict.is_valid, verdict.is_trusted, verdict.is_genuine) == (True, True, True, False)
    assert "not with a certificate of the agency" in (verdict.problem or "")


@pytest.mark.parametrize("is_named", [True, False])
def test_a_former_certificate_of_the_agency_counts_while_it_is_named(tmp_path: Path, is_named: bool) -> None:
    former = tmp_path / "former.pem"
    with House(Settings(home=tmp_path / "home")) as house:
        officer = house.identity
        former.write_bytes(pem.armor("CERTIFICATE", officer.certificate.dump()))
        signature = sign_detached(STATEMENT, officer, datetime.now(UTC))
    signing = SigningSettings(former_agency_files=(former,) if is_named else ())
    with House(Settings(home=tmp_path / "home", signing=signing)) as house:
        assert judge_statement(house, STATEMENT, signature).is_genuine is is_named
