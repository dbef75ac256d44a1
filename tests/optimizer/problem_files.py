"""Small problem files as dicts, and what comes of reading them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.settings import Settings
from optimizer.doors.faults import ProblemFaults
from optimizer.doors.solution import Solution, solve_file
from optimizer.problem_file import ProblemFile, read_problem

LIMITS = Settings()


def log(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "family": "log", "a": 100.0, "b": 50.0, **more}


def base(**more: Any) -> dict[str, Any]:
    return {"name": "p", "budget": 1000, "channels": [log("甲", a=100), log("b", a=80.5), log("c", a=60)], **more}


def read(document: Any, limits: Settings = LIMITS) -> ProblemFile:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_problem(data, "p.json", limits)


def solved(document: Any) -> Solution:
    return solve_file(read(document))


def faults(document: Any, limits: Settings = LIMITS) -> dict[str, str]:
    """Place -> the name of the fault there."""
    with pytest.raises(ProblemFaults) as caught:
        read(document, limits)
    for language in ("zh-TW", "en"):
        assert len(caught.value.text(language).splitlines()) == 1 + len(caught.value.faults)
    return {fault.column or "": fault.message.id.removeprefix("optimizer.problem.") for fault in caught.value.faults}


def one(**more: Any) -> dict[str, Any]:
    return base(channels=[log("甲") | more, log("b")])


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


TABLE = {"name": "t", "family": "tabulated", "points": [1, 2, 3], "values": [1, 2, 2.5]}
