"""Decides what a plan truly brings, and which plan is truly best, from the truth file alone.

Everything is computed a second time here, from the parameters in truth.json: nothing of the generator and nothing of
the optimizer takes part. A plan is spend per channel and week; each week's spend falls on its days in weekday shares,
carries over geometrically from the last day of the exports on, and answers at an ordinary season.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
Plan = Mapping[str, Sequence[float]]


def _respond(curve: Mapping[str, Any], spend: Floats) -> Floats:
    if curve["family"] == "hill":
        filled = (spend / curve["half"]) ** curve["shape"]
        return np.asarray(curve["scale"] * filled / (1 + filled))
    return np.asarray(curve["scale"] * spend ** curve["exponent"])


def _slope(curve: Mapping[str, Any], spend: Floats) -> Floats:
    spend = np.maximum(spend, 1e-9)
    if curve["family"] == "hill":
        u = spend / curve["half"]
        rise = curve["shape"] * u ** (curve["shape"] - 1) / (1 + u ** curve["shape"]) ** 2
        return np.asarray(curve["scale"] / curve["half"] * rise)
    return np.asarray(curve["scale"] * curve["exponent"] * spend ** (curve["exponent"] - 1))


class TrueResponse:
    """The true conversions of one channel over ``weeks`` weeks after the exports."""

    def __init__(self, channel: Mapping[str, Any], season: Mapping[str, Any], weeks: int) -> None:
        self.curve = channel["curve"]
        self.weeks = weeks
        self._carry = channel["carry_over_daily"]
        self._start = channel["effective_spend_at_end"]
        self._share = np.array(season["weekday_spend_share"])
        self._demand = np.tile(np.array(season["weekday_demand"]), weeks)

    def _effective(self, daily: Floats, start: float) -> Floats:
        effective, level = np.empty_like(daily), start
        for day, spend in enumerate(daily):
            level = (1 - self._carry) * spend + self._carry * level
            effective[day] = level
        return effective

    def conversions(self, weekly: Sequence[float]) -> float:
        """True expected conversions of these weekly spends."""
        daily = (np.asarray(weekly, dtype=np.float64)[:, None] * self._share).reshape(-1)
        return float((_respond(self.curve, self._effective(daily, self._start)) * self._demand).sum())

    def even_spend(self, slope: float, budget: float) -> float:
        """The total, spread evenly over the weeks, at which the next NT$ brings ``slope`` conversions."""
        unit = self._effective(np.tile(self._share / self.weeks, self.weeks), 0.0)
        carried = self._effective(np.zeros(7 * self.weeks), self._start)

        def rest(total: float) -> float:
            return float((_slope(self.curve, total * unit + carried) * unit * self._demand).sum()) - slope

        if rest(0.0) <= 0:
            return 0.0
        return budget if rest(budget) >= 0 else float(brentq(rest, 0.0, budget, xtol=0.01))


def best_plan(responses: Mapping[str, TrueResponse], budget: float) -> dict[str, list[float]]:
    """The even plan of ``budget`` with equal true slopes: no plan of even weeks brings more."""

    def over(log_slope: float) -> float:
        return sum(one.even_spend(float(np.exp(log_slope)), budget) for one in responses.values()) - budget

    slope = float(np.exp(brentq(over, np.log(1e-9), np.log(10.0), xtol=1e-10)))
    totals = {name: one.even_spend(slope, budget) for name, one in responses.items()}
    scale = budget / sum(totals.values())
    return {name: [total * scale / responses[name].weeks] * responses[name].weeks for name, total in totals.items()}


def value(responses: Mapping[str, TrueResponse], plan: Plan) -> float:
    """True conversions of a plan over all channels."""
    return sum(response.conversions(plan[name]) for name, response in responses.items())
