"""``sohoa manifest``, ``audit``, ``mirror`` and ``keep``: that what is kept stays what it was."""

from __future__ import annotations

import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json, print_table, progress_bar
from cli.exit_codes import ExitCode
from cli.options import AsJson
from dossiers.model import Actor
from operations.auditing import audit as audit_house
from operations.keeping_house import DailyRound
from operations.manifesting import sign_days
from operations.mirroring import mirror_archive
from operations.trail_keeping import TrailKeeper
from runtime.logging import configure_logging
from runtime.settings import Settings, load_settings
from runtime.wiring import House
from storage.audits import AuditRecord

KINDS_VI = {"damaged": "hỏng", "missing": "mất", "manifest": "sổ mã băm"}
_KEEPER = Actor("sohoa-keeper", "Sohoa keeper")
_LOOK_S = 600.0
_log = logging.getLogger("sohoa.keep")

manifest_app = typer.Typer(no_args_is_help=True, help="The manifest of all digests.")


@manifest_app.callback()
def _manifest() -> None:
    """The manifest of all digests."""


@manifest_app.command("sign")
def sign(
    today: Annotated[bool, typer.Option("--today", help="Today's too, as far as it is.")] = False, as_json: AsJson = False
) -> None:
    """Close the days that are over with the agency's signature; `sohoa keep` does it once a day."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        heads = sign_days(house, current_actor(), with_today=today)
    for head in heads:
        lines = sum(segment.lines for segment in head.segments)
        if as_json:
            print_json({"index": head.index, "day": head.day, "segments": len(head.segments), "lines": lines})
        else:
            out.print(f"Đã ký sổ mã băm ngày {head.day}: {lines} dòng (số {head.index})", markup=False)
    if not heads and not as_json:
        out.print("Không có ngày nào cần ký.")


def audit(
    rate_mb_s: Annotated[
        float | None, typer.Option("--rate-mb-s", min=0, help="Read at most so quickly; 0 unbounded. Default: audit.rate_mb_s.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an audit that was interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read everything again, verify the manifest, heal from the second copy; exit code 8 when anything was not as it was."""
    with (
        errors_as_exit_codes(as_json=as_json),
        House(load_settings()) as house,
        progress_bar("Kiểm tra", total=None) as advance,
    ):
        rate = house.settings.audit.rate_mb_s if rate_mb_s is None else rate_mb_s
        record = audit_house(house, current_actor(), rate_mb_s=rate, resume=resume, advance=advance)
    if as_json:
        print_json(record.model_dump(mode="json"))
    else:
        _print_audit(record)
    if record.findings:
        raise typer.Exit(ExitCode.INTEGRITY)


def mirror(as_json: AsJson = False) -> None:
    """Bring the second copy up to date; nothing is deleted there, nothing damaged copied over (exit code 8 if any is)."""
    with (
        errors_as_exit_codes(as_json=as_json),
        House(load_settings()) as house,
        progress_bar("Sao sang kho thứ hai", total=None) as advance,
    ):
        done = mirror_archive(house, current_actor(), lambda: advance(1))
    if as_json:
        print_json(done.to_json())
    else:
        out.print(f"Đã sao {done.copied} trong {done.objects} đối tượng, {done.copied_bytes / 1e6:.1f} MB.")
        for key, reason in done.failures:
            err.print(f"{key}: {reason}", markup=False)
    if done.failures:
        raise typer.Exit(ExitCode.INTEGRITY)


def keep(
    once: Annotated[bool, typer.Option("--once", help="One round now, then end.")] = False,
) -> None:
    """Once a day: prove the store, sign the manifest, renew permanent locks, mirror, audit when it is due, anchor the trail.

    What of the trail waits on this machine goes into the store meanwhile, an audit of hours or not.
    """
    with errors_as_exit_codes():
        settings = load_settings()
        configure_logging(verbose=True, as_json=settings.logging.as_json)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        daily = DailyRound(settings, _KEEPER)
        if once:
            daily.run_if_due(is_forced=True)
            with House(settings) as house:
                TrailKeeper(house).look()
            return
        with ThreadPoolExecutor(1, thread_name_prefix="sohoa-trail") as pool:
            trail = pool.submit(_keep_trail, settings, stop)
            while not stop.is_set():
                daily.run_if_due()
                stop.wait(_LOOK_S)
        trail.result()


def _keep_trail(settings: Settings, stop: threading.Event) -> None:
    try:
        with House(settings) as house:
            TrailKeeper(house).run(stop.is_set, stop.wait)
    finally:
        stop.set()  # a fault of the program ends the service, which is then started anew


def _print_audit(record: AuditRecord) -> None:
    megabytes = record.size_bytes / 1e6
    out.print(f"Đã đọc lại {record.objects} đối tượng, {megabytes:.1f} MB; {record.heads} ngày đã ký được kiểm tra.")
    if record.adopted:
        out.print(f"{record.adopted} phiên bản còn nguyên vẹn chưa có trong sổ, nay đã ghi vào.")
    if not record.findings:
        out.print("Tất cả nguyên vẹn.")
        return
    rows = [
        (KINDS_VI.get(one.kind, one.kind), f"{one.bucket}/{one.key}", one.detail, _tell_healed(one.not_healed_because))
        for one in record.findings
    ]
    print_table("CẢNH BÁO", ("", "đối tượng", "đã thấy", "khôi phục"), rows, whole=("",))


def _tell_healed(reason: str) -> str:
    return f"KHÔNG: {reason}" if reason else "đã khôi phục từ kho thứ hai"
