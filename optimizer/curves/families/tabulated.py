"""Decides the response that another tool gives as a table: straight between its points, flat beyond the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from optimizer.curves.curve import Array, Family

BREAK = 1e-9  # relative rise of the slope that counts as convex
ROUNDING = 8 * float(np.finfo(np.float64).eps)  # of the largest value: what rounding alone does to a table


@dataclass(frozen=True, slots=True)
class Pieces:
    """The straight pieces of tables, the start at spend 0 included; the last axis runs over their left ends.

    ``slope`` is the slope to the right of each end, 0 after the last; ``turn`` the spend from which it only falls.
    """

    start: Array
    value: Array
    slope: Array
    turn: Array

    def at(self, spend: Array) -> npt.NDArray[np.int64]:
        """Index of the piece to the right of every spend."""
        return np.asarray(np.maximum((self.start <= spend[..., None]).sum(axis=-1) - 1, 0))


@dataclass(frozen=True, slots=True)
class Tabulated(Family):
    """Values ``a`` at points ``x``; the last axis of both runs over points.

    Below the first point the response is the line from the origin; ``check_table`` says what a table must be.
    """

    family: ClassVar[str] = "tabulated"
    x: Any
    _pieces: Pieces | None = field(default=None, init=False, repr=False, compare=False)

    def shape(self) -> tuple[int, ...]:
        """Shape of the parameters without the axis of the points."""
        return np.broadcast_shapes(np.shape(self.a), np.shape(self.x))[:-1]

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        spend, pieces = np.asarray(spend, dtype=np.float64), self._cut()
        at = pieces.at(spend)
        return np.asarray(_pick(pieces.value, at) + _pick(pieces.slope, at) * (spend - _pick(pieces.start, at)))

    def slope(self, spend: Array) -> Array:
        """Marginal response: the slope of the piece to the right."""
        pieces = self._cut()
        return _pick(pieces.slope, pieces.at(np.asarray(spend, dtype=np.float64)))

    def inflection(self) -> Array:
        """The last point at which the slope rises (by more than rounding), 0 where it never does."""
        return self._cut().turn

    def spend_at(self, slope: Array) -> Array:
        """The first point, on the concave branch, after which the marginal response is below ``slope``."""
        pieces = self._cut()
        reached = (pieces.slope < np.asarray(slope)[..., None]) & (pieces.start >= pieces.turn[..., None])
        return np.asarray(np.where(reached, pieces.start, np.inf).min(axis=-1))

    def scaled(self, factor: Any) -> Self:
        """The curve with its response multiplied by ``factor`` (one factor a curve)."""
        return replace(self, a=self.a * np.asarray(factor)[..., None])

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, x=self.x * np.asarray(factor)[..., None])

    @classmethod
    def stacked(cls, curves: Sequence[Self]) -> Self:
        """Many tables as one; shorter ones repeat their last point."""
        longest = max(np.size(curve.x) for curve in curves)

        def filled(columns: list[Array]) -> Array:
            return np.stack([np.pad(one, (0, longest - one.size), mode="edge") for one in columns])

        return cls(
            a=filled([np.atleast_1d(one.a) for one in curves]), x=filled([np.atleast_1d(one.x) for one in curves])
        )

    def hull(self, low: float, high: float, jump_from_zero: bool = False) -> Tabulated:
        """The least concave curve above this one on [low, high], as a table; for a single curve.

        With ``jump_from_zero`` the spend is 0 or in [low, high], so the origin belongs to the hull. Below ``low``
        (without the jump) and beyond ``high`` the table says nothing of this curve.
        """
        given = np.asarray(self.x, dtype=np.float64)
        high = min(high, max(low, float(given[-1])))
        inside = given[(given > low) & (given < high)]
        points = np.unique(np.concatenate([[0.0] if jump_from_zero else [], [low], inside, [high]]))
        values = self.value(points)
        kept: list[int] = []
        for new in range(len(points)):
            while len(kept) > 1 and _under(points, values, kept[-2], kept[-1], new):
                kept.pop()
            kept.append(new)
        return Tabulated(a=values[kept], x=points[kept])

    def _cut(self) -> Pieces:
        """Found once and kept: the solver asks for them at every price."""
        if self._pieces is not None:
            return self._pieces
        points, values = np.broadcast_arrays(np.asarray(self.x, np.float64), np.asarray(self.a, np.float64))
        first = np.where(points[..., :1] > 0.0, 0.0, values[..., :1])
        start = np.concatenate([np.zeros_like(first), points], axis=-1)
        value = np.concatenate([first, values], axis=-1)
        slope = _slopes(start, value)
        found = Pieces(start, value, slope, _turn(start, value, slope))
        object.__setattr__(self, "_pieces", found)
        return found


def check_table(points: Array, values: Array) -> None:
    """Raises ValueError, saying what is wrong, unless the table is a non-decreasing response over rising spend."""
    points, values = np.asarray(points, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if points.ndim != 1 or points.shape != values.shape:
        raise ValueError(f"a table needs as many values as points, not {values.size} and {points.size}")
    if not (points.size and np.isfinite(points).all() and np.isfinite(values).all()):
        raise ValueError("a table needs at least one point, and every point and value finite")
    if points[0] < 0.0 or points[-1] <= 0.0:
        raise ValueError("points are amounts of spend: none below 0, the last one above")
    if (at := np.flatnonzero(np.diff(points) <= 0.0)).size:
        raise ValueError(f"points must rise: {points[at[0] + 1]:g} follows {points[at[0]]:g}")
    if values[0] < 0.0:
        raise ValueError(f"a response is never below 0: {values[0]:g} at {points[0]:g}")
    if (at := np.flatnonzero(np.diff(values) < 0.0)).size:
        fall = f"{values[at[0]]:g} to {values[at[0] + 1]:g} at {points[at[0] + 1]:g}"
        raise ValueError(f"values must not fall with spend: from {fall}")


def _slopes(start: Array, value: Array) -> Array:
    """Slope right of every point, 0 after the last; a first point at spend 0 has no piece before it."""
    length = np.diff(start, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = np.where(length > 0.0, np.diff(value, axis=-1) / length, 0.0)
    slope = np.concatenate([rising, np.zeros_like(value[..., :1])], axis=-1)
    slope[..., 0] = np.where(length[..., 0] > 0.0, slope[..., 0], slope[..., 1])
    return slope


def _turn(start: Array, value: Array, slope: Array) -> Array:
    """The last point at which the slope rises, by more than values in double precision can say."""
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = ROUNDING * value[..., -1:] / np.diff(start, axis=-1, append=np.inf)
    rise = np.diff(slope, axis=-1) > BREAK * slope[..., 1:] + noise[..., 1:] + noise[..., :-1]
    return np.asarray(np.where(rise, start[..., 1:], 0.0).max(axis=-1))


def _pick(table: Array, piece: npt.NDArray[np.int64]) -> Array:
    """``table[piece]`` along the last axis, curve by curve."""
    wide = np.broadcast_to(table, (*piece.shape, table.shape[-1]))
    return np.asarray(np.take_along_axis(wide, piece[..., None], axis=-1)[..., 0])


def _under(points: Array, values: Array, left: int, middle: int, right: int) -> bool:
    """Whether the middle point lies on or below the line between its neighbours."""
    rise = (values[middle] - values[left]) * (points[right] - points[left])
    return bool(rise <= (values[right] - values[left]) * (points[middle] - points[left]))
