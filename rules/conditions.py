"""Decides which entities meet a condition: every distinct comparison once, packed to bits, in three values.

A comparison with a missing number is neither true nor false: ``all`` is false as soon as one part is known to be
false, ``any`` true as soon as one is known to be true, and what remains unknown is answered "no data".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.condition_form import All, Condition, Not, Test
from rules.entities import Floats, Ints
from rules.windows import Bools

Bits = NDArray[np.uint8]
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Packed bits, one an entity: known to be true, known to be false; neither means no data."""

    yes: Bits
    no: Bits


@dataclass(slots=True)
class Conditions:
    """Answers conditions over the columns of one level and window; equal comparisons are computed once."""

    columns: Mapping[str, Floats]
    count: int
    _seen: dict[Test, Answer] = field(default_factory=dict)

    def masks(self, when: Condition) -> tuple[Bools, Bools]:
        """Which entities meet ``when``, and for which that is unknown."""
        answer = self._answer(when)
        yes = np.unpackbits(answer.yes, count=self.count).astype(bool)
        no = np.unpackbits(answer.no, count=self.count).astype(bool)
        return yes, ~(yes | no)

    def _answer(self, when: Condition) -> Answer:
        if isinstance(when, Test):
            if when not in self._seen:
                self._seen[when] = self._compare(when)
            return self._seen[when]
        if isinstance(when, Not):
            inner = self._answer(when.negated)
            return Answer(inner.no, inner.yes)
        parts = [self._answer(part) for part in (when.all if isinstance(when, All) else when.any)]
        yes, no = [part.yes for part in parts], [part.no for part in parts]
        if isinstance(when, All):
            return Answer(np.bitwise_and.reduce(yes), np.bitwise_or.reduce(no))
        return Answer(np.bitwise_or.reduce(yes), np.bitwise_and.reduce(no))

    def _compare(self, test: Test) -> Answer:
        left = self.columns[test.metric]
        known = ~np.isnan(left)
        if isinstance(test.value, tuple):
            met = (left >= test.value[0]) & (left <= test.value[1])
        elif test.than is not None:
            right = self.columns[test.than.column] * test.than.times
            known &= ~np.isnan(right)
            met = COMPARE[test.op](left, right)
        else:
            met = COMPARE[test.op](left, test.value)
        return Answer(np.packbits(met & known), np.packbits(~met & known))


def right_sides(test: Test, columns: Mapping[str, Floats], at: Ints) -> Floats:
    """The number a comparison holds its metric against, for the entities ``at``; NaN where that is a range."""
    if test.than is not None:
        out: Floats = columns[test.than.column][at] * test.than.times
        return out
    one = test.value if isinstance(test.value, int | float) else np.nan
    return np.full(len(at), one, dtype=np.float64)
