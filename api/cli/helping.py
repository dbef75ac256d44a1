"""Decides how ``--help`` reads: the fixed words of the library in the reader's language, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from api.cli.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASIDE = re.compile(r"  \[([^\[\]]*)\]$")
_EXTRA = re.compile(r"[{}]|(?<=…})\.{3}")
_RANGE = re.compile(r"^(\d+)<=x<=(\d+)$")
# What an option without a name of its own for its value is shown with, in the manner of DATE and AMOUNT.
_KINDS = {"<str>": "TEXT", "<int>": "NUMBER", "<int range>": "NUMBER", "<path>": "PATH"}


class Verb(TyperCommand):
    """A verb whose help is told in one language throughout."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that shows how to type it."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options, each with its help, default and whether it must be given."""
        _write_parameters(self, ctx, formatter)


class Verbs(TyperGroup):
    """A group of verbs whose help is told in one language throughout."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that shows how to type it."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options, then the verbs."""
        _write_parameters(self, ctx, formatter)
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, verb.help or "") for name, verb in verbs if verb is not None and not verb.hidden]
        _write_section(formatter, "verbs", rows)


def _write_usage(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    pieces = [word("usage.any")]
    for parameter in command.params:
        pieces += [_EXTRA.sub("", piece) for piece in parameter.get_usage_pieces(ctx)]
    if isinstance(command, TyperGroup):
        pieces.append(word("usage.verb"))
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=word("usage.prefix"))


def _write_parameters(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        typed, told = record
        kind = parameter.param_type_name
        is_help = kind == "option" and "--help" in parameter.opts
        rows[kind].append((_typed(typed, kind), word("usage.help") if is_help else _ASIDE.sub(_aside, told)))
    for kind, found in rows.items():
        _write_section(formatter, f"{kind}s", found)


def _typed(typed: str, kind: str) -> str:
    """An argument by its name alone; an option with the name of its value."""
    if kind == "argument":
        return typed.partition(" ")[0]
    for shown, name in _KINDS.items():
        typed = typed.replace(f" {shown}", f" {name}")
    return typed


def _aside(found: re.Match[str]) -> str:
    """``[default: 26; required]`` in the reader's language."""
    told = []
    for part in found[1].split("; "):
        if part == "required":
            told.append(word("usage.required"))
        elif part.startswith("default: "):
            told.append(word("usage.default", value=part.removeprefix("default: ")))
        else:
            told.append(_RANGE.sub(r"\1–\2", part))
    return word("usage.aside", text=word("usage.between").join(told))


def _write_section(formatter: Any, name: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    formatter.write_paragraph()
    formatter.write(word(f"usage.{name}") + "\n")
    with formatter.indentation():
        formatter.write_dl(rows)
