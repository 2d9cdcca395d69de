"""``sohoa store``: what the store really does, and what our keys need."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json, print_table
from cli.exit_codes import ExitCode
from cli.options import AsJson
from dossiers.store_properties import NAMES_VI, StoreProperty, Verdict
from operations.proving_store import StoreProof, check_store
from runtime.services import provision_store
from runtime.settings import load_settings
from runtime.wiring import House
from storage.s3_rights import destruction_policy, service_policy

VERDICTS_VI = {Verdict.HOLDS: "đạt", Verdict.FAILS: "KHÔNG ĐẠT", Verdict.UNKNOWN: "không rõ"}

app = typer.Typer(no_args_is_help=True, help="What the store does, and the rights that keys need.")


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Prove by trying, with our own key, that the store versions, locks and refuses deletion; else exit code 9."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        proof = check_store(house, current_actor())
    if as_json:
        print_json(proof.to_json())
    else:
        _print(proof)
    raise typer.Exit(_exit_code(proof))


@app.command("provision")
def provision() -> None:
    """Make buckets and keys of lesser rights on a MinIO, with its root key ([up] minio_root_user and minio_root_password)."""
    with errors_as_exit_codes():
        provision_store(load_settings())
    out.print("Đã tạo bucket và khóa; kiểm tra: sohoa store check")


@app.command("policy")
def policy(
    destruction: Annotated[bool, typer.Option("--destruction", help="That of the key for `sohoa destroy execute`.")] = False,
) -> None:
    """Print the policy of the service's key, as JSON for an S3 server's administrator."""
    with errors_as_exit_codes():
        s3 = load_settings().store.s3
    make = destruction_policy if destruction else service_policy
    print_json(make((s3.originals_bucket, s3.archive_bucket)))


def _print(proof: StoreProof) -> None:
    rows = [(VERDICTS_VI[one.verdict], one.bucket, NAMES_VI[one.name], one.seen) for one in proof.report.checked]
    print_table("Kho lưu trữ", ("", "bucket", "tính chất", "đã thấy"), rows, whole=("",))
    for one in proof.report.checked:
        if one.advice:
            out.print(f"{one.bucket}, {NAMES_VI[one.name]} ({one.name.value}): {one.advice}", markup=False)
    if proof.report.locks:
        out.print("Kho giữ phiên bản, khóa được và từ chối xóa. The store versions, locks and refuses deletion.")
    else:
        err.print("KHO KHÔNG KHÓA ĐƯỢC. THE STORE DOES NOT LOCK.", style="red")


def _exit_code(proof: StoreProof) -> ExitCode:
    if any(one.name is StoreProperty.REACHABLE and one.verdict is Verdict.FAILS for one in proof.report.checked):
        return ExitCode.STORAGE_UNAVAILABLE
    return ExitCode.OK if proof.report.locks else ExitCode.CONFIGURATION
