"""Generated response curves of every family, at any scale of money and of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from optimizer.curves.curve import Array, Family, curve_from
from optimizer.curves.families.hill_average import HillAverage

Draw = Callable[[st.SearchStrategy[Any]], Any]
ONE = st.floats(0.2, 5.0)
SHAPE = st.one_of(st.floats(0.1, 8.0), st.just(1.0))


@dataclass(frozen=True)
class Case:
    """A curve, its parameters as stored, and an amount of money at which it does something."""

    curve: Family
    params: dict[str, Any]
    money: float
    results: float

    @property
    def spend(self) -> Array:
        """Spend from a thousandth to thirty times the usual, on both sides of the inflection."""
        usual = self.money * np.geomspace(1e-3, 30.0, 60)
        turn = float(self.curve.inflection())
        return np.sort(np.concatenate([usual, turn * np.array([0.5, 0.9, 0.999, 1.001, 1.1, 2.0])])) if turn else usual

    @property
    def convex_before(self) -> bool:
        """Whether the curve promises to be convex all the way up to its inflection."""
        return not isinstance(self.curve, HillAverage) or bool(self.curve.turns_once())


def _hill(draw: Draw, money: float, results: float) -> dict[str, Any]:
    params = {"a": draw(ONE) * results, "k": draw(ONE) * money, "s": draw(SHAPE)}
    offset = draw(st.one_of(st.none(), st.just(0.0), st.floats(1e-6, 2.0)))
    return params if offset is None else params | {"c": offset * money}


def _hill_average(draw: Draw, money: float, results: float) -> dict[str, Any]:
    draws = draw(st.lists(st.tuples(ONE, ONE, SHAPE), min_size=1, max_size=6))
    a, k, s = zip(*draws, strict=True)
    return {"a": [one * results for one in a], "k": [one * money for one in k], "s": list(s)}


def _tabulated(draw: Draw, money: float, results: float) -> dict[str, Any]:
    """Slopes that rise and then fall, over steps of any length; sometimes from spend 0, with a value there."""
    widths = np.array(draw(st.lists(ONE, min_size=1, max_size=12)))
    slopes = np.sort(draw(st.lists(st.floats(0.01, 5.0), min_size=len(widths), max_size=len(widths))))
    fall = draw(st.integers(0, len(widths)))
    slopes = np.concatenate([slopes[fall:], slopes[:fall][::-1]])
    points, values = np.cumsum(widths), np.cumsum(widths * slopes)
    if draw(st.booleans()):
        points, values = np.append(0.0, points), draw(st.floats(0.0, 2.0)) + np.append(0.0, values)
    return {"a": list(values * results), "x": list(points * money)}


PARAMS: dict[str, Callable[[Draw, float, float], dict[str, Any]]] = {
    "hill": _hill,
    "hill_average": _hill_average,
    "log": lambda draw, money, results: {"a": draw(ONE) * results, "b": draw(ONE) * money},
    "logistic": lambda draw, money, results: {"a": draw(ONE) * results, "l": draw(ONE) / money},
    "michaelis_menten": lambda draw, money, results: {"a": draw(ONE) * results, "k": draw(ONE) * money},
    "power": lambda draw, money, results: (
        {"p": (p := draw(st.floats(0.05, 0.95))), "a": draw(ONE) * results / money**p}
    ),
    "tabulated": _tabulated,
    "tanh": lambda draw, money, results: {"a": draw(ONE) * results, "b": draw(ONE) * money},
}


@st.composite
def cases(draw: Draw, family: str) -> Case:
    """A case of ``family`` with money and results in units from 1e-8 to 1e8."""
    money, results = (10.0 ** draw(st.floats(-8.0, 8.0)) for _ in range(2))
    params = PARAMS[family](draw, money, results)
    return Case(curve_from(family, params), params, money, results)
