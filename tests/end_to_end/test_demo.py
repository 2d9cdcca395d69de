"""The demo as a stranger runs it: the embedded default alone, with a Prefect API of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support.eark import judge_package, list_faults
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SohoaCommand


def test_the_demo_archives_once_and_tells_what_it_did(tmp_path: Path) -> None:
    sohoa = SohoaCommand(tmp_path / "home")
    folder = find_sample(CLEAR_TYPE).path.parents[1]
    assert folder.name == find_sample(CLEAR_TYPE).dossier_number
    first = sohoa("demo", "--samples", folder)
    assert first.exit_code == 0, first.err
    for told in (folder.name, "B-B", "danh tính trình diễn", "chỉ tiêu", "80 %", "Tìm “", "THẬT", "sohoa verify"):
        assert told in first.out, told
    stored = sorted(path for path in (sohoa.home / "objects").rglob("*") if path.suffix == ".pdf")
    assert stored

    second = sohoa("demo", "--samples", folder)
    assert second.exit_code == 0, second.err
    assert "không tệp nào được lưu hai lần" in second.out
    assert sorted(path for path in (sohoa.home / "objects").rglob("*") if path.suffix == ".pdf") == stored
    assert all(path.is_relative_to(sohoa.home) for path in stored)
    assert (sohoa.home / "prefect").is_dir()

    package = sohoa("package", folder.name, "--to", tmp_path / "out.zip", "--with-originals", "--without-waiting", "--json")
    assert package.exit_code == 0, package.err
    verdict = judge_package(tmp_path / "out.zip")
    assert (list_faults(verdict), verdict["warnings"]) == ([], [])
    assert package.one()["documents"] == sum(name.endswith(".pdf") and "/rep1/data/" in name for name in verdict["files"])


def test_the_demo_refuses_to_sign_with_a_real_identity(tmp_path: Path) -> None:
    sohoa = SohoaCommand(
        tmp_path / "home",
        {
            "SOHOA_SIGNING__IDENTITY": "pkcs12",
            "SOHOA_SIGNING__PKCS12_FILE": str(tmp_path / "key.p12"),
            "SOHOA_SIGNING__PASSPHRASE_FILE": str(tmp_path / "pass"),
        },
    )
    done = sohoa("demo")
    assert done.exit_code == 9
    assert "configuration.invalid" in done.err
