"""``sohoa watch``: take scans from the watched folder as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import typer

from cli.commands.ingest import run_flows
from cli.commands.status import STATES_VI
from cli.console import current_actor, errors_as_exit_codes, out, print_json
from cli.options import AsJson
from dossiers.model import Actor, Outcome, SubmissionState
from operations.ingesting import DossierScans
from operations.outcomes import file_result
from operations.proving_store import require_store
from operations.results import OUTCOMES_VI, FileResult
from operations.resuming import Resumption
from operations.watching import ClaimedFile, watch_stations
from runtime.settings import load_settings
from runtime.wiring import House


def watch(
    once: Annotated[bool, typer.Option("--once", help="Stop when the folder holds nothing more to take.")] = False,
    claim_only: Annotated[bool, typer.Option("--claim-only", help="Only claim; somebody else digitizes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take scans from the inbox (SOHOA_HOME/inbox/<station>/<dossier number>/…); each leaves it once its bytes are safe."""

    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        if not as_json:
            out.print(f"Đang theo dõi {house.settings.inbox} (Ctrl+C để dừng)", markup=False)
        actor = current_actor()
        require_store(house, actor)
        if claim_only:
            watch_stations(house, actor, lambda *_: None, lambda file: _show_claim(file, as_json=as_json), once=once)
            return
        digitizing = _Digitizing(house, as_json)
        between = Resumption(house, actor, run_flows)
        watch_stations(house, actor, digitizing.digitize, digitizing.tell, between=between, once=once)


@dataclass(slots=True)
class _Digitizing:
    """Digitizes what was claimed, in this process, and tells of each file where it ended."""

    house: House
    as_json: bool
    waiting: dict[str, list[ClaimedFile]] = field(default_factory=dict)

    def tell(self, file: ClaimedFile) -> None:
        if file.claim is None:
            self._show(FileResult(file.path, None, Outcome.REJECTED, file.error))
        elif file.claim.state is SubmissionState.REARRANGED:
            return  # its parts are told one by one
        elif file.claim.awaits_digitizing:
            self.waiting.setdefault(file.claim.sha256, []).append(file)
        else:
            self._show(file_result(self.house, file.path, file.claim.sha256, is_copy=file.claim.is_copy))

    def digitize(self, house: House, dossiers: Sequence[DossierScans], actor: Actor) -> None:
        run_flows(house, dossiers, actor)
        for sha256 in (digest for _, digests in dossiers for digest in digests):
            for file in self.waiting.pop(sha256, ()):
                self._show(file_result(house, file.path, sha256, is_copy=file.claim is not None and file.claim.is_copy))

    def _show(self, result: FileResult) -> None:
        if self.as_json:
            print_json(result.to_json())
            return
        error = f": {result.error.message_vi}" if result.error else ""
        out.print(f"{OUTCOMES_VI[result.outcome]}  {result.path}{error}", markup=False)


def _show_claim(file: ClaimedFile, *, as_json: bool) -> None:
    if as_json:
        print_json(file.to_json())
        return
    state = STATES_VI[file.claim.state] if file.claim else "chưa nhận được"
    error = f": {file.error.message_vi}" if file.error else ""
    out.print(f"{state}  {file.path}{error}", markup=False)
