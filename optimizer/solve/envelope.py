"""Decides the smallest concave curves above the true ones: what a price alone can reach of an S-shape or a jump.

Between its start and its touching point the envelope is a straight line; no spend in there is worth its price, and a
plan that stands there is what the whole-number step has to settle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.curves.families.tabulated import Tabulated
from optimizer.solve.regions import table_of

STEPS = 60
CLOSE = 1e-14  # of the response, or of the interval: nearer than this a tangent touches


class EnvelopeBank:
    """Concave envelopes of a bank's curves over their domains.

    A domain is [low, high], or {0} and [least, high] where there is a least amount. Analytic families turn at most
    once from convex to concave, so the line from the start touches once; tables get the upper hull of their points.
    """

    def __init__(self, bank: CurveBank, low: Array, high: Array, least: Array) -> None:
        self.size = bank.size
        self.start = np.where(least > 0, 0.0, low)
        self._bank = _with_hulls(bank, low, high, least)
        self._base = bank.value(self.start)
        self.touch = self._touch(bank, np.where(least > 0, np.maximum(least, low), low), high)
        rise = self._bank.value(self.touch) - self._base
        width = self.touch - self.start
        self.chord = np.where(width > 0, rise / np.where(width > 0, width, 1.0), np.inf)

    def _touch(self, bank: CurveBank, first: Array, high: Array) -> Array:
        """Where the line from the start touches: its slope is the curve's there, or it ends at the first or last."""
        hulls = self._bank is not bank
        turn = np.minimum(np.maximum(bank.inflection(), first), high)
        flat = (turn <= self.start) | (high <= self.start)
        if hulls:
            flat = flat | self._tables(bank)
        first_excess, last_excess = (_excess(bank, self.start, self._base, at) for at in (turn, high))
        steep = first_excess <= 0  # the chord is already steeper than the curve
        short = last_excess > 0  # the curve still climbs faster than the chord
        open_ = ~(flat | steep | short)
        found = self._root(bank, turn, high, first_excess, last_excess, open_) if open_.any() else turn
        return np.where(flat, self.start, np.where(steep, turn, np.where(short, high, found)))

    def _root(
        self, bank: CurveBank, low: Array, up: Array, at_low: Array, at_up: Array, open_: npt.NDArray[np.bool_]
    ) -> Array:
        """Where the excess of the open curves is 0: a secant that halves the end it keeps (Illinois), in a bracket."""
        last, least = np.zeros(self.size), CLOSE * np.abs(self._base + bank.value(up))
        for _ in range(STEPS):
            spread = at_low - at_up
            guess = low + (up - low) * np.where(spread > 0, at_low / np.where(spread > 0, spread, 1.0), 0.5)
            excess = _excess(bank, self.start, self._base, guess)
            above = excess > 0
            side = np.where(above, 1.0, -1.0)
            weight = np.where(side == last, 0.5, 1.0)
            at_low, at_up = np.where(above, excess, weight * at_low), np.where(above, weight * at_up, excess)
            low, up, last = np.where(above, guess, low), np.where(above, up, guess), side
            if not np.any(open_ & (np.abs(excess) > least) & (up - low > CLOSE * up)):
                break
        return up

    @staticmethod
    def _tables(bank: CurveBank) -> npt.NDArray[np.bool_]:
        out = np.zeros(bank.size, dtype=bool)
        for at, stack in bank.groups:
            out[at] = isinstance(stack, Tabulated)
        return out

    def value(self, spend: Array) -> Array:
        """Envelope at every curve's own spend."""
        inside = (spend > self.start) & (spend < self.touch)
        line = self._base + np.where(inside, self.chord, 0.0) * (spend - self.start)
        return np.where(inside, line, self._bank.value(spend))

    def slope(self, spend: Array) -> Array:
        """Marginal response of the envelope."""
        inside = (spend >= self.start) & (spend < self.touch)
        return np.where(inside, self.chord, self._bank.slope(spend))

    def spend_at(self, slope: Array) -> Array:
        """Spend from which the envelope's slope is no more than ``slope``."""
        found = np.maximum(self._bank.spend_at(slope), self.touch)
        return np.where((self.touch > self.start) & (slope >= self.chord) & (slope > 0), self.start, found)


def _excess(bank: CurveBank, start: Array, base: Array, spend: Array) -> Array:
    """How much more the curve's tangent climbs back to the start than the curve did."""
    width = spend - start
    with np.errstate(invalid="ignore"):
        rise = np.where(width > 0, bank.slope(spend) * width, 0.0)
    return np.asarray(np.nan_to_num(rise, posinf=np.inf) - (bank.value(spend) - base))


def _with_hulls(bank: CurveBank, low: Array, high: Array, least: Array) -> CurveBank:
    """The bank with every table replaced by its upper hull over the domain."""
    tables = [(at, stack) for at, stack in bank.groups if isinstance(stack, Tabulated)]
    if not tables:
        return bank
    unit = bank.spend_unit
    groups = [(at, stack) for at, stack in bank.groups if not isinstance(stack, Tabulated)]
    for at, stack in tables:
        hulls = []
        for place, cell in enumerate(at):
            jump = bool(least[cell] > 0)
            first = max(least[cell], low[cell]) if jump else low[cell]
            single = table_of(stack, place)
            hulls.append(single.hull(float(first * unit), float(high[cell] * unit), jump_from_zero=jump))
        groups.append((at, Tabulated.stacked(hulls)))
    return bank.with_groups(groups)
