"""What the three peers are given: the same facts one by one and the same conditions, of the rules on ads.

A fact is a flat record of the columns that the conditions read, a missing number left as None. Every peer counts its
matches, which must be those of the yardstick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rules.condition_form import All, Condition, Test
from tests.bench.rules.product import Asked


@dataclass(frozen=True)
class Work:
    """Columns by flat name, and a condition a rule over them: nested ("all" | "any", parts) and flat comparisons."""

    columns: dict[str, np.ndarray]
    rules: list[Any]

    def facts(self, count: int) -> list[dict[str, float | None]]:
        """The first ``count`` facts."""
        names = list(self.columns)
        rows = zip(*(self.columns[name][:count].tolist() for name in names), strict=True)
        return [
            {name: None if value != value else value for name, value in zip(names, row, strict=True)} for row in rows
        ]

    def text(self, rule: Any, both: str, either: str) -> str:
        """A rule as an infix expression, in the words of a peer for AND and OR."""
        kind, *rest = rule
        if kind in ("all", "any"):
            joined = f" {both if kind == 'all' else either} ".join(self.text(part, both, either) for part in rest[0])
            return f"({joined})"
        left, op, right, times = rest
        told = right if isinstance(right, str) else repr(float(right))
        known = [f"{left} != null", *([f"{right} != null"] if isinstance(right, str) else [])]
        return f" {both} ".join([*known, f"{left} {op} {told}{f' * {times}' if times != 1.0 else ''}"])


def work_of(asked: Sequence[Asked]) -> Work:
    """The rules on ads, their columns named by span."""
    columns: dict[str, np.ndarray] = {}
    rules = []
    for one in asked:
        if one.level != "ad":
            continue
        mark = f"_{one.span[0]}_{one.span[1]}"
        ready = one.ready()
        flat = {name: name.replace("@", "_of_") + mark for name in ready}
        columns |= {flat[name]: values for name, values in ready.items()}
        rules += [_flat(when, flat) for when in one.conditions]
    return Work(columns, rules)


def _flat(when: Condition, names: dict[str, str]) -> Any:
    if isinstance(when, Test):
        left = names[when.metric]
        if isinstance(when.value, tuple):
            return ("all", [("test", left, ">=", when.value[0], 1.0), ("test", left, "<=", when.value[1], 1.0)])
        if when.than is not None:
            return ("test", left, when.op, names[when.than.column], when.than.times)
        return ("test", left, when.op, when.value, 1.0)
    if isinstance(when, All):
        return ("all", [_flat(part, names) for part in when.all])
    return ("any", [_flat(part, names) for part in when.any])  # type: ignore[union-attr]  # no rule of the bench negates
