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
from rules.entities import Bools, Floats, Ints

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
    _unknown: dict[str, Bits] = field(default_factory=dict)

    def masks(self, when: Condition) -> tuple[Bools, Bools]:
        """Which entities meet ``when``, and for which that is unknown."""
        answer = self._answer(when)
        return self._each(answer.yes), self._each(~(answer.yes | answer.no))

    def _each(self, bits: Bits) -> Bools:
        out: Bools = np.unpackbits(bits, count=self.count).view(np.bool_)
        return out

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
        missing = self._missing(test.metric, left)
        if isinstance(test.value, tuple):
            met = (left >= test.value[0]) & (left <= test.value[1])
        elif test.than is not None:
            right = self.columns[test.than.column]
            met = COMPARE[test.op](left, right * test.than.times)
            missing = missing | self._missing(test.than.column, right)
        else:
            met = COMPARE[test.op](left, test.value)
        yes = np.packbits(met) & ~missing
        return Answer(yes, ~(yes | missing))

    def _missing(self, name: str, column: Floats) -> Bits:
        """Where a column has no number; looked up once for all comparisons of it."""
        if name not in self._unknown:
            self._unknown[name] = np.packbits(np.isnan(column))
        return self._unknown[name]


def right_sides(test: Test, columns: Mapping[str, Floats], at: Ints) -> Floats:
    """The number a comparison holds its metric against, for the entities ``at``; NaN where that is a range."""
    if test.than is not None:
        out: Floats = columns[test.than.column][at] * test.than.times
        return out
    one = test.value if isinstance(test.value, int | float) else np.nan
    return np.full(len(at), one, dtype=np.float64)
