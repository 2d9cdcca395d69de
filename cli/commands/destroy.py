"""``sohoa destroy``: destruction after retention, which needs two persons and leaves a certificate."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson
from operations.destroying import (
    Destroyed,
    approve_destruction,
    execute_destruction,
    list_destructions,
    propose_destruction,
    read_destruction,
)
from runtime.settings import load_settings
from runtime.wiring import House
from storage.destructions import DestructionList, DestructionState, RefusedDocument

STATES_VI = {
    DestructionState.PROPOSED: "đã đề nghị, chờ người thứ hai duyệt",
    DestructionState.APPROVED: "đã duyệt, chờ thực hiện",
    DestructionState.STARTED: "đang thực hiện dở, chạy lại: sohoa destroy execute",
    DestructionState.DONE: "đã hủy",
}

app = typer.Typer(no_args_is_help=True, help="Destroy what need not be kept any more: two persons, and a certificate.")

ListId = Annotated[str, typer.Argument(metavar="LIST", help="The list's id, as `propose` told it.")]


@app.command("propose")
def propose(
    ground: Annotated[str, typer.Option("--ground", help="The legal ground, e.g. number and day of the decision.")],
    dossiers: Annotated[
        list[str] | None, typer.Argument(metavar="[DOSSIER]...", help="All whose retention ended when none is named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what may be destroyed, for another person to approve; nothing that is held, locked or still to be kept."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        record = propose_destruction(house, ground, current_actor(), dossiers or ())
    _print(record, as_json=as_json)


@app.command("approve")
def approve(list_id: ListId, as_json: AsJson = False) -> None:
    """Approve a list that somebody else proposed."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        record = approve_destruction(house, list_id, current_actor())
    _print(record, as_json=as_json)


@app.command("execute")
def execute(list_id: ListId, as_json: AsJson = False) -> None:
    """Destroy an approved list with the key of [destruction], and certify it; an interrupted one goes on."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        done = execute_destruction(house, list_id, current_actor())
    _print_done(done, as_json=as_json)


@app.command("show")
def show(
    list_id: Annotated[str | None, typer.Argument(metavar="[LIST]", help="All lists when none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the lists, or one with its certificate."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        if list_id is None:
            _print_lists(list_destructions(house, current_actor()), as_json=as_json)
            return
        found = read_destruction(house, list_id, current_actor())
    if isinstance(found, DestructionList):
        _print(found, as_json=as_json)
    else:
        _print_done(found, as_json=as_json)


def _print_lists(records: tuple[DestructionList, ...], *, as_json: bool) -> None:
    if as_json:
        for record in records:
            print_json(record.model_dump(mode="json"))
        return
    rows = [(one.list_id, STATES_VI[one.state], len(one.documents), one.proposed_by.id, one.ground) for one in records]
    print_table("Danh sách hủy", ("mã", "trạng thái", "tài liệu", "người đề nghị", "căn cứ"), rows)


def _print(record: DestructionList, *, as_json: bool) -> None:
    if as_json:
        print_json(record.model_dump(mode="json"))
        return
    _print_documents(record)
    _print_refused(record.refused)


def _print_documents(record: DestructionList) -> None:
    rows = [
        (one.dossier_number, one.document_id[:18], one.type_name, one.maintenance, one.last_day.strftime("%d/%m/%Y"))
        for one in record.documents
    ]
    title = f"{record.list_id}: {STATES_VI[record.state]}"
    print_table(title, ("mã hồ sơ", "tài liệu", "loại giấy tờ", "thời hạn", "lưu đến hết"), rows)


def _print_done(done: Destroyed, *, as_json: bool) -> None:
    if as_json:
        print_json(done.to_json() | {"is_genuine": done.is_genuine})
        return
    certificate = done.certificate
    _print_documents(done.record)
    _print_refused(certificate.refused)
    signed = "chữ ký của cơ quan hợp lệ" if done.is_genuine else "CHỮ KÝ KHÔNG HỢP LỆ"
    out.print(f"Biên bản hủy: {len(certificate.documents)} tài liệu, {len(certificate.scans)} tệp gốc; {signed}.", markup=False)


def _print_refused(refused: tuple[RefusedDocument, ...]) -> None:
    if refused:
        rows = [(one.dossier_number or "", one.document_id[:18], one.reason) for one in refused]
        print_table("Không hủy", ("mã hồ sơ", "tài liệu", "vì"), rows)
