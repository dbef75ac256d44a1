"""The wrapper with one rule that keeps what it sees, as the tests of the library's defects and limits ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.inference import Pattern, Rule, Ruleset

FIELDS: dict[str, type] = {"k": int, "g": int}


def keep(firing: Any) -> None:
    """Keeps the one fact of the pattern."""
    firing.decide("one", "kept")


KEEP: Rule[str] = Rule("keep", 100, (Pattern("one", {"k": 1}),), keep, last=True)


def decide(facts: Sequence[dict[str, Any]], rules: Sequence[Rule[str]] = (KEEP,)) -> list[str]:
    """What the rules come to, facts of one ``g`` together."""
    return Ruleset("r", FIELDS, rules).decide(facts, "g")
