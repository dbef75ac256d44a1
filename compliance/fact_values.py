"""Decides which stated facts are written so that no rule can use them; a reviewer is told, nobody else decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.facts import KNOWN, NUMBERED, denies, health_food_licence
from engine.messages import Message

_USABLE = (str, bool)  # what every fact may be; a number is taken for the few that count something
_COUNTS = frozenset({"distance", "public_ratio", "price", "pay"})


def unusable_values(facts: Mapping[str, Any]) -> tuple[Message, ...]:
    """Known facts whose value is neither text nor true or false, and numbers that have no known format."""
    remarks = []
    for name in KNOWN:
        value = facts.get(name)
        if value is None or (name in _COUNTS and isinstance(value, int | float)):
            continue
        if not isinstance(value, _USABLE):
            remarks.append(Message("compliance.specs.fact_type", {"name": name}))
        elif isinstance(value, str) and value.strip() and not denies(value) and not _has_format(name, value):
            remarks.append(Message("compliance.specs.fact_format", {"name": name}))
    return tuple(remarks)


def _has_format(name: str, value: str) -> bool:
    """True for a fact that is no number, and for one whose number any rule knows."""
    patterns = [pattern for field, pattern in NUMBERED.values() if field == name]
    if not patterns:
        return True
    if name == "licence_no" and health_food_licence({name: value}) is not None:
        return True
    return any(pattern.search(value) for pattern in patterns)
