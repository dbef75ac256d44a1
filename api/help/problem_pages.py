"""Decides what is explained of each problem code: its status, its sentence, what to do, and how a program sees it."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from api.problems import BY_CODE, TABLE, FieldFaults
from api.rates import RateError
from engine import errors
from engine.errors import AdcueError, DemandError, FileFaults, InputError, PackError
from engine.messages import Language, Message, render, sentence_ids
from engine.packs import load_yaml, package_path

# What to do about a class of errors, the most specific first; a code may have advice of its own.
_ADVICE: tuple[tuple[type[AdcueError], str], ...] = (
    (RateError, "rate"),
    (FieldFaults, "fields"),
    (FileFaults, "file"),
    (DemandError, "demand"),
    (PackError, "pack"),
    (errors.SettingError, "setting"),
    (InputError, "input"),
    (errors.NotFoundError, "not_found"),
    (errors.ConflictError, "conflict"),
    (errors.AccessError, "access"),
    (errors.StoreError, "store"),
    (errors.MissingPartError, "missing_part"),
    (AdcueError, "other"),
)
_OURS: dict[str, type[AdcueError]] = {"RateError": RateError, "FieldFaults": FieldFaults}


@dataclass(frozen=True, slots=True)
class Explained:
    """One problem code; ``sentence`` is in pieces, each with whether it stands for a value."""

    code: str
    status: int
    title: str
    sentence: tuple[tuple[str, bool], ...]
    advice: str
    example: str


@cache
def codes() -> dict[str, type[AdcueError]]:
    """Every code with the class of its error, as ``codes.yaml`` has them."""
    listed: dict[str, list[str]] = load_yaml(package_path("api") / "help" / "codes.yaml")
    return {code: _OURS.get(name) or getattr(errors, name) for name, named in listed.items() for code in named}


def explained(code: str, language: Language) -> Explained | None:
    """What is told of a code in ``language``; None where there is none of that name."""
    kind = codes().get(code)
    if kind is None:
        return None
    status = BY_CODE.get(code) or next(status for row, status, _ in TABLE if issubclass(kind, row))
    title = render(Message(f"api.status.{status}"), language)
    sentence = tuple(_pieces(code, language))
    example = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": "".join(f"⟨{text}⟩" if is_value else text for text, is_value in sentence),
        "errors": _errors(kind),
    }
    shown = json.dumps(example, ensure_ascii=False, indent=2)
    return Explained(code, status, title, sentence, _advice(code, kind, language), shown)


def by_status(language: Language) -> list[tuple[int, str, list[Explained]]]:
    """Every code under its status, both in rising order."""
    known = [found for code in sorted(codes()) if (found := explained(code, language)) is not None]
    known.sort(key=lambda one: one.status)
    groups = [(status, list(found)) for status, found in groupby(known, key=lambda one: one.status)]
    return [(status, found[0].title, found) for status, found in groups]


def _pieces(code: str, language: Language) -> list[tuple[str, bool]]:
    package, _, name = code.partition(".")
    found: list[tuple[str, bool]] = []
    for text, value, _, _ in string.Formatter().parse(sentence_ids(package)[name][language]):
        found += [(text, False)] if text else []
        found += [(value, True)] if value else []
    return found


def _advice(code: str, kind: type[AdcueError], language: Language) -> str:
    own = f"help.about.{code}"
    if own in sentence_ids("api"):
        return render(Message(f"api.{own}"), language)
    name = next(name for row, name in _ADVICE if issubclass(kind, row))
    return render(Message(f"api.help.do.{name}"), language)


def _errors(kind: type[AdcueError]) -> list[dict[str, Any]]:
    """The form of the list of faults, for the classes that have one."""
    if issubclass(kind, FieldFaults):
        return [{"code": "api.field", "field": "⟨field⟩", "detail": "⟨sentence⟩"}]
    if issubclass(kind, FileFaults):
        return [{"code": "⟨code⟩", "detail": "⟨sentence⟩", "row": 12, "column": "⟨header⟩"}]
    if issubclass(kind, PackError):
        return [{"code": "⟨code⟩", "field": "⟨field⟩", "detail": "⟨sentence⟩"}]
    if issubclass(kind, DemandError):
        return [{"code": "⟨code⟩", "detail": "⟨sentence⟩"}]
    return []
