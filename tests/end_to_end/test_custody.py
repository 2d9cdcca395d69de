"""Custody as an administrator meets it on the command line, against a real S3 server."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from runtime.wiring import House
from tests.support.kept_documents import NUMBER, keep_document, make_settings
from tests.support.minio_server import S3TestServer
from tests.support.sohoa_command import SohoaCommand

DOCUMENTS = 12


@pytest.fixture
def custody(tmp_path: Path, s3_settings: dict[str, str]) -> SohoaCommand:
    """The command in a home whose archive, on S3, holds documents already."""
    settings = {**s3_settings, "SOHOA_READING__ENGINE": "null", "SOHOA_MIRROR__KIND": "directory"}
    settings["SOHOA_MIRROR__PATH"] = str(tmp_path / "mirror")
    names = {name.removeprefix("SOHOA_STORE__S3__").lower(): value for name, value in s3_settings.items() if "S3__" in name}
    sections = {"store": {"kind": "s3", "s3": {**names, "secure": False}}}
    with House(make_settings(tmp_path / "home", **sections)) as house:
        for number in range(DOCUMENTS):
            keep_document(house, content=bytes([number]) * 400_000)
    return SohoaCommand(tmp_path / "home", settings)


def test_an_audit_that_was_killed_goes_on(custody: SohoaCommand) -> None:
    assert custody("mirror", "--json").one()["failures"] == []
    running = custody.start("audit", "--rate-mb-s", "1")
    ledger = custody.home / "audit" / "ledger.sqlite3"
    give_up_at = time.monotonic() + 120
    while not ledger.exists() and time.monotonic() < give_up_at:
        time.sleep(0.2)
    time.sleep(2)
    running.send_signal(signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    done = custody("audit", "--rate-mb-s", "0", "--resume", "--json")
    assert done.exit_code == 0, done.err
    record = done.one()
    assert record["findings"] == []
    assert record["objects"] >= DOCUMENTS * 5
    status = custody("status", "--json").one()
    assert (status["custody"]["audit_unhealed"], status["custody"]["holds"]) == (0, 0)


def test_holds_terms_and_the_store_are_told(custody: SohoaCommand, s3_server: S3TestServer) -> None:
    checked = custody("store", "check", "--json")
    assert checked.exit_code == 0
    assert checked.one()["locks"] is True
    bypass = [one for one in checked.one()["properties"] if one["property"] == "bypass_refused"]
    assert {one["verdict"] for one in bypass} == {"does_not_hold"}  # the tests' key is the server's root key
    assert "MinIO" not in checked.err
    assert s3_server.secret_key not in checked.out + checked.err
    held = custody("hold", NUMBER, "--reason", "Lệnh 12/TAND", "--json").one()
    assert (held["held"], held["documents"]) == (True, DOCUMENTS)
    document = custody("search", "47/QĐ-UBND", "--json").one()["hits"][0]["document_id"]
    shown = custody("show", document, "--json").one()
    assert [hold["reason"] for hold in shown["holds"]] == ["Lệnh 12/TAND"]
    assert {lock["legal_hold"] for lock in shown["locks"]} == {True}
    term = custody("dossier", "set", NUMBER, "--procedure", "1.000110", "--ended", "2020-05-04", "--json").one()
    assert (term["procedure"], term["has_ended"]) == ("1.000110", False)
    refused = custody("destroy", "propose", "--ground", "x", NUMBER)
    assert refused.exit_code == 10
    assert "no retention term" in refused.err


def test_a_folder_is_told_not_to_lock_and_can_be_refused(tmp_path: Path) -> None:
    folder = SohoaCommand(tmp_path / "home", {"SOHOA_READING__ENGINE": "null"})
    checked = folder("store", "check")
    assert checked.exit_code == 9
    assert "a folder cannot lock" in checked.out
    strict = folder.with_settings({"SOHOA_STORE__REQUIRE_LOCK": "true"})
    refused = strict("ingest", tmp_path)
    assert refused.exit_code == 9
    assert "require_lock" in refused.err
    assert strict("config", "check").exit_code == 9
