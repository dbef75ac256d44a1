"""Decides how the command line shows things: tables that align in Chinese, money with its sign, progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.cli.words import language
from api.cli.wrapping import wrapped
from engine.errors import AdcueError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH_WITHOUT_TERMINAL = 118
_AROUND = 3  # blanks that a column of a table has around it


def out() -> Console:
    """Standard output; without a terminal and COLUMNS the width is fixed, so that files look the same anywhere."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False, soft_wrap=False)


def say(text: str, style: str = "") -> None:
    """One line of text, never read as markup."""
    out().print(text, style=style, markup=False, soft_wrap=True)


def say_wrapped(text: str, style: str = "", indent: int = 0, hang: int = 0) -> None:
    """A sentence broken to the width: ``indent`` columns before it, ``hang`` more before its later lines."""
    console = out()
    told = wrapped(text, console.width, " " * indent, " " * (indent + hang))
    console.print(told, style=style, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(text + "\n")


def say_json(document: object) -> None:
    """The document as JSON on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


def tell_error(error: AdcueError, *, as_json: bool = False) -> None:
    """The error in the reader's language on standard error; for programs also as a problem document."""
    warn(error.text(language()))
    if as_json:
        from api.problems import problem

        say_json(problem(error, language()))


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], spare: Sequence[int] = ()) -> Table:
    """A table of text; each column is its title and ``left`` or ``right``.

    On a narrow terminal the columns ``spare`` are left out, the first of them first, rather than numbers cut short.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    left_out = _left_out(columns, rows, spare, out().width)
    columns = [column for at, column in enumerate(columns) if at not in left_out]
    rows = [[cell for at, cell in enumerate(row) if at not in left_out] for row in rows]
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 1))
    for at, (title, side) in enumerate(columns):
        whole = side == "right" or at == 0
        grid.add_column(title, justify="right" if side == "right" else "left", no_wrap=whole, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _left_out(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], spare: Sequence[int], width: int
) -> set[int]:
    """The columns of ``spare`` that must go for the rest to fit."""
    from rich.cells import cell_len

    widths = [
        _AROUND + max([cell_len(title), *(cell_len(row[at]) for row in rows)]) for at, (title, _) in enumerate(columns)
    ]
    gone: set[int] = set()
    for at in spare:
        if sum(taken for other, taken in enumerate(widths) if other not in gone) <= width:
            break
        gone.add(at)
    return gone


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while something runs, on a terminal only; call what it gives with (done, total)."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)


def facts(lines: Mapping[str, str]) -> Any:
    """Name and value pairs, one a line, aligned."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in lines.items():
        grid.add_row(Text("  " + name, style="dim"), Text(value))
    return grid
