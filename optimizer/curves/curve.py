"""Decides what every response curve can do: value, slope and the spend at which the slope falls to a given value.

A curve's parameters are floats for one channel or arrays for many curves of one family; every method
broadcasts, so a thousand curves cost one numpy expression.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """An increasing response: concave, or S-shaped (convex up to its inflection, concave from there on).

    ``a`` scales the response. What all families share: naming, storing, scaling and stacking of their parameters.
    """

    family: ClassVar[str]
    a: Any

    def params(self) -> dict[str, Any]:
        """JSON-ready parameters; arrays become lists."""
        return {name: np.asarray(getattr(self, name)).tolist() for name in _names(type(self))}

    def shape(self) -> tuple[int, ...]:
        """Shape of the parameters: one entry a curve, () for a single one."""
        return np.broadcast_shapes(*(np.shape(getattr(self, name)) for name in _names(type(self))))

    def scaled(self, factor: Any) -> Self:
        """The curve with its response multiplied by ``factor``."""
        return dataclasses.replace(self, a=self.a * factor)

    def lasting(self, weeks: float) -> Self:
        """A weekly curve over a stretch of ``weeks`` at the same daily rate: spend and response in proportion."""
        return self.stretched(weeks).scaled(weeks)

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        raise NotImplementedError

    def value_draws(self, spend: Array) -> Array:
        """Response of every draw at ``spend``; shape (spends, draws), one draw for a curve without uncertainty."""
        return self.value(spend)[..., None]

    def slope(self, spend: Array) -> Array:
        """Marginal response at ``spend`` (may be infinite at 0)."""
        raise NotImplementedError

    def inflection(self) -> Array:
        """Spend from which the curve is concave, one a curve (``shape()``); 0 where it is so throughout."""
        return np.zeros(self.shape())

    def spend_at(self, slope: Array) -> Array:
        """Spend, on the concave branch, at which the marginal response equals ``slope``: the inverse of the slope.

        The inflection where the slope is never so high (0 for a concave curve whose first unit returns less),
        infinite where it never falls so low. Decreasing in ``slope``.
        """
        raise NotImplementedError

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        raise NotImplementedError

    @classmethod
    def stacked(cls, curves: Sequence[Self]) -> Self:
        """Many curves of this family as one with array parameters."""
        columns = {name: [getattr(curve, name) for curve in curves] for name in _names(cls)}
        return cls(**{name: np.array(column, dtype=np.float64) for name, column in columns.items()})


def _names(kind: type[Family]) -> list[str]:
    return [f.name for f in dataclasses.fields(kind) if f.init]


@cache
def families() -> dict[str, type[Family]]:
    """Every family by name: one file of ``optimizer/curves/families`` each."""
    found: dict[str, type[Family]] = {}
    for entry in sorted(files("optimizer.curves.families").iterdir(), key=lambda e: e.name):
        stem, dot, suffix = entry.name.rpartition(".")
        if suffix == "py" and dot and not stem.startswith("_"):
            module = import_module(f"optimizer.curves.families.{stem}")
            (family,) = (
                thing
                for thing in vars(module).values()
                if isinstance(thing, type) and issubclass(thing, Family) and thing.__module__ == module.__name__
            )
            found[family.family] = family
    return found


def curve_from(family: str, params: Mapping[str, Any]) -> Family:
    """The curve that ``params()`` described; a parameter with a default may be missing.

    Raises KeyError for an unknown family and TypeError for a parameter that the family does not have.
    """
    made = {
        name: np.array(value, dtype=np.float64) if isinstance(value, list) else float(value)
        for name, value in params.items()
    }
    return families()[family](**made)
