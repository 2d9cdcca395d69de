"""Exit codes are a stable interface: every error has one, and the docs tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

import dossiers.errors as errors_module
from cli.exit_codes import ExitCode, exit_code_of, exit_code_of_error_code, most_severe
from dossiers.errors import ReviewNeededError, SohoaError


def error_classes() -> list[type[SohoaError]]:
    found = [kind for kind in vars(errors_module).values() if isinstance(kind, type) and issubclass(kind, SohoaError)]
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", error_classes())
def test_the_code_of_an_error_and_of_its_recorded_code_agree(kind: type[SohoaError]) -> None:
    if kind is ReviewNeededError:
        assert exit_code_of_error_code(kind.code) is ExitCode.OK
        assert exit_code_of(kind(reasons_vi="r", reasons_en="r")) is ExitCode.REFUSED  # an act that must wait for a person
    else:
        assert exit_code_of(kind()) is exit_code_of_error_code(kind.code)


@pytest.mark.parametrize("kind", error_classes())
def test_every_error_speaks_both_languages(kind: type[SohoaError]) -> None:
    facts = {"name": "a.pdf", "page": 1, "detail": "d", "what": "w", "value": "v", "kind": "k", "found": "f"}
    error = kind(**facts, timeout_s=1, tries=3, reasons_vi="r", reasons_en="r")
    assert "?" not in error.message_vi + error.message_en
    assert error.message_vi != error.message_en


def test_error_codes_are_unique() -> None:
    codes = [kind.code for kind in error_classes()]
    assert len(codes) == len(set(codes))


def test_the_most_severe_code_wins() -> None:
    assert most_severe([]) is ExitCode.OK
    assert most_severe([ExitCode.INPUT, ExitCode.OK, ExitCode.STORAGE_UNAVAILABLE]) is ExitCode.STORAGE_UNAVAILABLE
    assert most_severe([ExitCode.INTEGRITY, ExitCode.INTERNAL]) is ExitCode.INTEGRITY


def test_the_docs_tell_every_exit_code_and_error_code() -> None:
    told = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} |" in told
    for kind in error_classes():
        assert f"`{kind.code}`" in told
