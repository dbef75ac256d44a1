"""Decides whether a condition can be met at all: every branch of it is held against the bounds of its numbers.

A condition is read as alternatives of comparisons (disjunctive form). An alternative is impossible when one number
would have to lie in an empty interval: ``conversions == 0`` and ``conversions > 3``, or ``cpa > 1.2 x target_cpa`` and
``cpa < target_cpa``. A condition that only fails on impossible alternatives is always met, which is a fault as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rules.condition_form import All, AnyOf, Condition, Not, Test
from rules.vocabulary import signals

Order = Literal["<", "<=", ">", ">=", "==", "!="]
INVERSE: dict[Order, Order] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
TURNED: dict[Order, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
MOST_BRANCHES = 2048


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison of one quantity: a column, or a column as a multiple of another (``per``)."""

    column: str
    per: str
    op: Order
    value: float

    def __str__(self) -> str:
        right = f"{self.value:g}" if not self.per else f"{self.value:g} × {self.per}"
        return f"{self.column} {self.op} {right}"


Branch = tuple[Atom, ...]


class _TooMany(Exception):
    """More alternatives than are worth listing; the condition is then taken to be possible."""


def clash(when: Condition, *, negated: bool = False) -> Branch | None:
    """The comparisons that exclude each other when ``when`` (or its negation) can never be met, else None."""
    first: Branch | None = None
    try:
        for branch in _branches(when, negated):
            found = _clash_in(branch)
            if found is None:
                return None
            first = first or found
    except _TooMany:
        return None
    return first


def implies(narrow: Condition, wide: Condition) -> bool:
    """Whether ``wide`` is met wherever ``narrow`` is, as far as it can be told from the comparisons alone."""
    return clash(All(all=(narrow, Not.model_validate({"not": wide})))) is not None


def excludes(one: Condition, other: Condition) -> bool:
    """Whether no entity can meet both conditions."""
    return clash(All(all=(one, other))) is not None


def impossible_parts(when: Condition, path: str = "when") -> Iterator[tuple[str, Branch]]:
    """The innermost parts of a condition that can never be met: where each stands, and what excludes each other."""
    own = clash(when)
    inner: list[tuple[str, Branch]] = []
    if isinstance(when, All | AnyOf):
        name, parts = ("all", when.all) if isinstance(when, All) else ("any", when.any)
        inner = [found for at, part in enumerate(parts) for found in impossible_parts(part, f"{path}.{name}.{at}")]
    elif isinstance(when, Not):
        always = clash(when.negated, negated=True)
        own = always if always is not None else own
    if inner:
        yield from inner
    elif own is not None:
        yield path, own


def _atoms(test: Test) -> list[Atom]:
    """The comparisons that one test asks for, all of them together."""
    if isinstance(test.value, tuple):
        low, high = test.value
        return [Atom(test.metric, "", ">=", low), Atom(test.metric, "", "<=", high)]
    order: Order = "==" if test.op == "between" else test.op
    if test.than is None:
        return [Atom(test.metric, "", order, float(test.value if test.value is not None else math.nan))]
    other = test.than.column
    if other < test.metric:
        return [Atom(other, test.metric, TURNED[order], 1.0 / test.than.times)]
    return [Atom(test.metric, other, order, test.than.times)]


def _branches(when: Condition, negated: bool) -> list[Branch]:
    """Every alternative of ``when``; of those with a clash only one is kept, as the others add nothing."""
    if isinstance(when, Not):
        return _branches(when.negated, not negated)
    if isinstance(when, Test):
        atoms = _atoms(when)
        if not negated:
            return [tuple(atoms)]
        return [(Atom(atom.column, atom.per, INVERSE[atom.op], atom.value),) for atom in atoms]
    parts = when.all if isinstance(when, All) else when.any
    each = [_branches(part, negated) for part in parts]
    if isinstance(when, All) == negated:
        return _kept([branch for branches in each for branch in branches])
    product: list[Branch] = [()]
    for branches in each:
        product = _kept([(*one, *other) for one in product for other in branches])
    return product


def _kept(branches: list[Branch]) -> list[Branch]:
    possible = [branch for branch in branches if _clash_in(branch) is None]
    if len(possible) > MOST_BRANCHES:
        raise _TooMany
    return possible or branches[:1]


def _clash_in(branch: Branch) -> Branch | None:
    """The atoms of one alternative that leave a quantity no value."""
    by_quantity: dict[tuple[str, str], list[Atom]] = {}
    for atom in branch:
        by_quantity.setdefault((atom.column, atom.per), []).append(atom)
    for (column, per), atoms in by_quantity.items():
        found = _empty(atoms, *_bounds(column, per))
        if found is not None and (not per or any(atom.op in ("<", ">", "!=") for atom in found)):
            return found  # two that are not strict still meet where both numbers are 0
    return None


def _bounds(column: str, per: str) -> tuple[float, float]:
    own = signals()[column.partition("@")[0]]
    least = -math.inf if own.least is None else own.least
    if per:
        other = signals()[per.partition("@")[0]]
        return (0.0 if least >= 0 and other.least is not None and other.least >= 0 else -math.inf), math.inf
    return least, math.inf if own.most is None else own.most


def _empty(atoms: list[Atom], least: float, most: float) -> Branch | None:
    """The atoms between which no value is left, at most two of them, else None."""
    low: tuple[float, bool, Atom | None] = (least, False, None)
    high: tuple[float, bool, Atom | None] = (most, False, None)
    for atom in atoms:
        strict = atom.op in ("<", ">")
        if atom.op in (">", ">=", "==") and (atom.value, strict) > low[:2]:
            low = (atom.value, strict, atom)
        if atom.op in ("<", "<=", "==") and (-atom.value, strict) > (-high[0], high[1]):
            high = (atom.value, strict, atom)
    if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
        return tuple(dict.fromkeys(atom for atom in (low[2], high[2]) if atom is not None))
    for atom in atoms:
        if atom.op == "!=" and low[0] == high[0] == atom.value:
            return tuple(dict.fromkeys(one for one in (low[2] or high[2], atom) if one is not None))
    return None
