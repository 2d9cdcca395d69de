"""A line says which dossier it belongs to, to a person and to a machine."""

from __future__ import annotations

import json
import logging
from datetime import datetime

import pytest

from runtime.logging import configure_logging, log_context


def write_lines(*, as_json: bool) -> None:
    configure_logging(verbose=True, as_json=as_json)
    log = logging.getLogger("sohoa.test")
    with log_context(dossier="H15-261008-0975", batch=None):
        with log_context(scan="ab12"):
            log.info("đọc %d trang", 3)
        try:
            int("hỏng")
        except ValueError:
            log.exception("failed")
    log.warning("nothing more")


@pytest.fixture(autouse=True)
def _quiet_again() -> object:
    yield
    configure_logging(verbose=False)


def test_json_lines_carry_the_dossier(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines(as_json=True)
    inside, failed, outside = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (inside["dossier"], inside["scan"], inside["level"]) == ("H15-261008-0975", "ab12", "info")
    assert (inside["message"], inside["logger"]) == ("đọc 3 trang", "sohoa.test")
    assert datetime.fromisoformat(inside["time"]).utcoffset() is not None
    assert "batch" not in inside
    assert "ValueError: invalid literal" in failed["trace"]
    assert "scan" not in failed
    assert "dossier" not in outside


def test_text_lines_carry_it_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines(as_json=False)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("INFO sohoa.test: đọc 3 trang [dossier=H15-261008-0975 scan=ab12]")
    assert lines[-1].endswith("WARNING sohoa.test: nothing more")


def test_the_name_of_a_file_writes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(verbose=True)
    name = "a\n2026-11-20T08:00:00+0000 INFO sohoa.watch: archived b.pdf\x1b[2J\udcff"
    with log_context(dossier=name):
        logging.getLogger("sohoa.test").info("%s cannot be read", name)
    (line,) = capsys.readouterr().err.splitlines()
    assert "\\n2026" in line
    assert "\x1b" not in line
