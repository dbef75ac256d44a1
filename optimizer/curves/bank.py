"""Decides how many curves of mixed families are evaluated together, in scaled units."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np

from optimizer.curves.curve import Array, Family, Index
from optimizer.curves.inverting import invert_slope


class Bank(Protocol):
    """Concave responses evaluated together; the last axis of every array runs over the curves."""

    size: int

    def value(self, spend: Array) -> Array:
        """Response of every curve at its own spend."""

    def slope(self, spend: Array) -> Array:
        """Marginal response of every curve at its own spend."""

    def spend_at(self, slope: Array) -> Array:
        """Spend at which every curve's marginal response equals its own ``slope``; infinite for slope <= 0."""


class CurveBank:
    """Curves in a fixed order, grouped by family so that each family is one numpy expression.

    Spend is counted in units of ``spend_unit`` and response in units of ``response_unit``: a solver that sees
    numbers near 1 gives the same plan whether the response is 1e-8 or 1e8 of what it was.
    """

    def __init__(self, curves: Sequence[Family], spend_unit: float = 1.0, response_unit: float = 1.0) -> None:
        self.curves = tuple(curves)
        self.size = len(curves)
        self.spend_unit = spend_unit
        self.response_unit = response_unit
        places: dict[type[Family], list[int]] = {}
        for place, curve in enumerate(curves):
            places.setdefault(type(curve), []).append(place)
        self._group([(np.array(at), kind.stacked([curves[i] for i in at])) for kind, at in places.items()])

    def _group(self, groups: list[tuple[Index, Family]]) -> None:
        # Families stand side by side while they are evaluated: two gathers a call instead of two a family.
        self.groups = groups
        self._order = np.concatenate([np.zeros(0, dtype=np.int64), *(at for at, _ in groups)])
        self._place = np.argsort(self._order)

    def with_groups(self, groups: list[tuple[Index, Family]]) -> Self:
        """The same cells with other curves, given by family with their places."""
        out = copy.copy(self)
        out._group(groups)
        return out

    def in_units(self, spend_unit: float, response_unit: float) -> Self:
        """The same curves in other units; what is worked out of their parameters is shared."""
        out = copy.copy(self)
        out.spend_unit, out.response_unit = spend_unit, response_unit
        return out

    def _each(self, call: Callable[[Family, Array], Array], argument: Array) -> Array:
        if len(self.groups) == 1:
            return call(self.groups[0][1], argument)
        sorted_, first = argument.take(self._order, axis=-1), 0
        for at, stack in self.groups:
            part = sorted_[..., first : (first := first + len(at))]
            part[...] = call(stack, part)
        return sorted_.take(self._place, axis=-1)

    def value(self, spend: Array) -> Array:
        """Response of every curve at its own (scaled) spend; the last axis runs over curves."""
        found = self._each(lambda curve, x: curve.value(x), np.maximum(spend, 0.0) * self.spend_unit)
        return found / self.response_unit

    def slope(self, spend: Array) -> Array:
        """Marginal response of every curve at its own (scaled) spend."""
        found = self._each(lambda curve, x: curve.slope(x), np.maximum(spend, 0.0) * self.spend_unit)
        return found * (self.spend_unit / self.response_unit)

    def spend_at(self, slope: Array) -> Array:
        """Scaled spend, on the concave branch, at which every curve's marginal response equals its own ``slope``."""
        wanted = np.where(slope > 0, slope, 1.0) * (self.response_unit / self.spend_unit)
        found = self._each(lambda curve, w: curve.spend_at(w), wanted) / self.spend_unit
        return np.where(slope > 0, found, np.inf)

    def inflection(self) -> Array:
        """Scaled spend from which every curve is concave; 0 where it is so throughout."""
        out = np.zeros(self.size)
        for at, stack in self.groups:
            if type(stack).inflection is not Family.inflection:
                out[at] = stack.inflection()
        return out / self.spend_unit


class Blend:
    """The sum of several results of the same cells under non-negative weights, as one bank.

    ``weights`` has shape (results, size). One result keeps its closed inverse; several are inverted numerically.
    """

    def __init__(self, banks: Sequence[Bank], weights: Array) -> None:
        self.size = banks[0].size
        self._banks, self._weights = banks, np.maximum(weights, 0.0)
        # One result that counts everywhere, which is nearly every plan, is only scaled.
        self._only = banks[0] if len(banks) == 1 and bool(np.all(self._weights > 0)) else None

    def value(self, spend: Array) -> Array:
        """Weighted response of every cell."""
        if self._only is not None:
            return np.asarray(self._weights[0] * self._only.value(spend))
        return np.asarray(sum(w * bank.value(spend) for w, bank in zip(self._weights, self._banks, strict=True)))

    def slope(self, spend: Array) -> Array:
        """Weighted marginal response of every cell; a weight of 0 counts for nothing, even times infinity."""
        if self._only is not None:
            return np.asarray(self._weights[0] * self._only.slope(spend))
        out = np.zeros(spend.shape)
        for weight, bank in zip(self._weights, self._banks, strict=True):
            out += np.where(weight > 0, weight * bank.slope(spend), 0.0) if np.any(weight > 0) else 0.0
        return out

    def spend_at(self, slope: Array) -> Array:
        """Spend at which every cell's weighted marginal response equals its own ``slope``."""
        if self._only is not None:
            return self._only.spend_at(slope / self._weights[0])
        wanted = np.where(slope > 0, slope, 1.0)
        first = self._inverse(0, wanted)
        if len(self._banks) > 1:
            starts = [self._inverse(k, wanted) for k in range(len(self._banks))]
            usable = [np.where(np.isfinite(s) & (s > 0), np.log(np.maximum(s, 1e-300)), np.nan) for s in starts]
            with np.errstate(invalid="ignore"):
                counted = np.isfinite(usable).sum(axis=0)
                mean = np.nansum(usable, axis=0) / np.maximum(counted, 1)
            first = invert_slope(self.slope, wanted, np.where(counted > 0, np.exp(mean), 1.0))
        return np.where(slope > 0, first, np.inf)

    def _inverse(self, result: int, wanted: Array) -> Array:
        weight = self._weights[result]
        live = weight > 0
        found = self._banks[result].spend_at(np.where(live, wanted / np.where(live, weight, 1.0), 1.0))
        return np.where(live, found, 0.0)
