"""What kinds of long work there are: one module a kind, each with ``run(account, request, live)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome
from engine.store.account import AccountStore

Work = Callable[[AccountStore, Mapping[str, Any], Live], Outcome]


@cache
def kinds() -> tuple[str, ...]:
    """The name of every kind."""
    return tuple(sorted(entry.name for entry in iter_modules(__path__)))


def work_of(kind: str) -> Work:
    """What does a kind of work. KeyError where there is none of that name."""
    if kind not in kinds():
        raise KeyError(kind)
    done: Work = import_module(f"{__name__}.{kind}").run
    return done


def clear_up(kind: str, request: Mapping[str, Any]) -> None:
    """What a kind leaves behind once its run is over, such as an uploaded file, is taken away."""
    if kind not in kinds():
        return
    tidy = getattr(import_module(f"{__name__}.{kind}"), "clear_up", None)
    if tidy is not None:
        tidy(request)
