"""``sohoa backup`` and ``sohoa restore``: what is not in the buckets, into a file and back (docs/recovery.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json, progress_bar
from cli.options import AsJson
from dossiers.errors import ConfigurationError
from operations.backing_up import back_up
from operations.restoring import lay_out_backup, rebuild_from_backup, require_empty
from runtime.settings import load_settings
from runtime.wiring import House
from storage.files import hash_file

PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the passphrase of the sealed keys and secrets.")
]


def backup(
    to: Annotated[Path, typer.Argument(help="The file to write, e.g. /media/usb/sohoa-2026-11-28.tar.", metavar="TO")],
    passphrase_file: PassphraseFile = None,
    without_inbox: Annotated[bool, typer.Option("--without-inbox", help="Leave out the scans that lie in the inbox.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what is not in the buckets into a file; keys and secrets only, sealed, when there is a passphrase."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        passphrase = _read_passphrase(passphrase_file)
        made = back_up(house, to.absolute(), current_actor(), passphrase=passphrase, with_inbox=not without_inbox)
        sha256 = hash_file(made.path)
    if as_json:
        print_json(
            {
                "path": str(made.path),
                "sha256": sha256,
                "history_rows": made.history_rows,
                "files": made.files,
                "secrets": made.has_secrets,
            }
        )
        return
    out.print(f"Đã sao lưu: {made.path} ({made.history_rows} dòng lịch sử, {made.files} tệp)", markup=False, soft_wrap=True)
    out.print(f"SHA-256: {sha256}", soft_wrap=True)
    if not made.has_secrets:
        err.print("Khóa ký và mật khẩu KHÔNG có trong bản sao lưu; hãy dùng --passphrase-file.", style="yellow")
        err.print("Keys and secrets are NOT in this backup; give --passphrase-file.", style="yellow")


def restore(
    backup_file: Annotated[Path, typer.Argument(help="A file that `sohoa backup` wrote.", metavar="FROM")],
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty home and catalog, then build the catalog from the buckets."""
    with errors_as_exit_codes(as_json=as_json):
        passphrase = _read_passphrase(passphrase_file)
        with House(load_settings()) as house:
            require_empty(house)
            with house.temporary_folder() as folder:
                laid_out = lay_out_backup(house.settings, backup_file, folder, passphrase=passphrase)
                with House(load_settings()) as restored, progress_bar("Phục hồi", total=None) as advance:
                    require_empty(restored)
                    report = rebuild_from_backup(restored, laid_out, current_actor(), lambda: advance(1))
    if as_json:
        print_json(
            {
                "history_rows": report.history_rows,
                "documents": report.rebuilt.documents,
                "submissions": report.rebuilt.submissions,
                "inbox_files": report.inbox_files,
                "inbox_known": report.inbox_known,
                "secrets": laid_out.has_secrets,
                "kept_settings": laid_out.kept_settings,
                "trail": {"sequence": report.rebuilt.trail_head.sequence, "hash": report.rebuilt.trail_head.hash},
            }
        )
        return
    rebuilt = report.rebuilt
    out.print(f"Đã phục hồi: {rebuilt.documents} tài liệu, {rebuilt.submissions} tệp đã nhận.")
    out.print(f"{report.history_rows} dòng lịch sử; {report.inbox_files} tệp trở lại hộp quét.")
    if laid_out.kept_settings:
        out.print("Giữ nguyên sohoa.toml đang có. The settings that were there were kept.")
    if not laid_out.has_secrets:
        err.print("Khóa ký và mật khẩu chưa được phục hồi. Keys and secrets were not restored.", style="yellow")


def _read_passphrase(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConfigurationError(detail=f"cannot read {path}: {error.strerror}") from error
