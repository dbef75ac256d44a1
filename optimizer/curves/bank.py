"""Decides how many curves of mixed families are evaluated together, in scaled units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.curves.curve import Array, Family


class CurveBank:
    """Curves in a fixed order, grouped by family so that each family is one numpy expression.

    Spend is counted in units of ``spend_unit`` and response in units of ``response_unit``: a solver that sees
    numbers near 1 gives the same plan whether the response is 1e-8 or 1e8 of what it was.
    """

    def __init__(self, curves: Sequence[Family], spend_unit: float = 1.0, response_unit: float = 1.0) -> None:
        self.size = len(curves)
        self.spend_unit = spend_unit
        self.response_unit = response_unit
        places: dict[type[Family], list[int]] = {}
        for place, curve in enumerate(curves):
            places.setdefault(type(curve), []).append(place)
        self._groups = [(np.array(at), kind.stacked([curves[i] for i in at])) for kind, at in places.items()]

    def _each(self, call: Callable[[Family, Array], Array], argument: Array) -> Array:
        out = np.empty(self.size)
        for at, stack in self._groups:
            out[at] = call(stack, argument[at])
        return out

    def value(self, spend: Array) -> Array:
        """Response of every curve at its own (scaled) spend; shape (size,)."""
        found = self._each(lambda curve, x: curve.value(x), np.maximum(spend, 0.0) * self.spend_unit)
        return found / self.response_unit

    def slope(self, spend: Array) -> Array:
        """Marginal response of every curve at its own (scaled) spend."""
        found = self._each(lambda curve, x: curve.slope(x), np.maximum(spend, 0.0) * self.spend_unit)
        return found * (self.spend_unit / self.response_unit)

    def spend_at(self, slope: Array) -> Array:
        """Scaled spend at which every curve's marginal response equals its own ``slope``; infinite for slope <= 0."""
        wanted = np.where(slope > 0, slope, 1.0) * (self.response_unit / self.spend_unit)
        found = self._each(lambda curve, w: curve.spend_at(w), wanted) / self.spend_unit
        return np.where(slope > 0, found, np.inf)
