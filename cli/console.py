"""What every command shares: JSON or tables, errors in words, exit codes, the actor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.exit_codes import ExitCode, exit_code_of
from dossiers.errors import SohoaError
from dossiers.model import Actor
from operations.results import ErrorFacts
from runtime.settings import current_user

_WIDTH_IN_A_FILE = 200


def _make_console(*, stderr: bool = False) -> Console:
    """Tables in a file or a pipe get room; a terminal says its own width."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDTH_IN_A_FILE)


out = _make_console()
err = _make_console(stderr=True)


def current_actor() -> Actor:
    """Return whoever runs the command, as the operating system knows them."""
    login, name = current_user()
    return Actor(id=login, name=name)


def print_json(value: Any) -> None:
    """Print one JSON value on one line of standard output, UTF-8, unwrapped."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, whole: Collection[str] = ()) -> None:
    """Print a table; cells are shown as they are, never as markup.

    The columns named in ``whole`` are never broken, however narrow the terminal: a date over two lines is hard to read.
    """
    table = Table(
        title=title, title_justify="left", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(columns)
    )
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    out.print(table)


@contextmanager
def errors_as_exit_codes(*, as_json: bool = False) -> Iterator[None]:
    """Turn an error of the domain's tree into a sentence in both languages on standard error and its exit code, once."""
    try:
        yield
    except SohoaError as error:
        if as_json:
            print_json({"error": ErrorFacts.of(error).to_json()})
        err.print(Text(f"{error.message_vi}\n{error.message_en} [{error.code}]", style="red"))
        raise typer.Exit(exit_code_of(error)) from None
    except BrokenPipeError:
        raise typer.Exit(ExitCode.OK) from None
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


@contextmanager
def progress_bar(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere; yields a function that advances it."""
    if not err.is_terminal:
        yield lambda _steps: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda steps: progress.advance(task, steps)
