"""Decides which rules hold the plan of a problem file where it is, and what a unit of money more would bring there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.solve.rules import RowName
from optimizer.solve.solving import Answer
from optimizer.wording import side_of

TELLING = 1e-7  # of the dearest price: smaller ones are rounding
HELD = 1e-9  # of the budget: nearer to its limit than this, money stands on it
COUNTS = "active_channels"


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that binds: ``price`` is the objective gained where it gives way by one unit of money."""

    row: RowName
    side: str
    limit: float
    price: float

    def as_dict(self, posed: Posed) -> dict[str, Any]:
        """JSON-ready, with the channel, group, pair or fixed buy that the rule is about under its name."""
        ask = posed.problem.ask
        out = {"rule": self.row.constraint, "side": self.side, "limit": self.limit, "price": self.price}
        numbers = [int(key) for key in self.row.index if isinstance(key, int)]
        match self.row.constraint:
            case "total_budget" | "active_channels":
                return out
            case "groups":
                return out | {"group": ask.groups[numbers[0]].name}
            case "ratios":
                return out | {"over": ask.ratios[numbers[0]].over, "under": ask.ratios[numbers[0]].under}
            case "packages":
                return out | {"package": ask.packages[numbers[0]].name}
            case _:
                return out | {"channel": posed.problem.channels[numbers[0]]}


def held_by(posed: Posed, answer: Answer, spend: Array) -> list[Held]:
    """The binding rules at ``spend`` (one a cell), the dearest first."""
    rules, task = posed.rules, posed.task
    unit = posed.problem.budget
    found = []
    activity = rules.matrix @ answer.point
    floor = TELLING * np.abs(answer.prices).max(initial=0.0)
    for row in np.flatnonzero(np.abs(answer.prices) > floor):
        price, name = float(answer.prices[row]), rules.rows[row]
        limit = float(rules.row_upper[row] if price > 0 else rules.row_lower[row])
        if abs(activity[row] - limit) <= 1e-6 * max(abs(limit), HELD * unit) and "switch" not in name.index:
            found.append(Held(name, side_of(name, price), limit, abs(price)))
    gain = task.banks[0].slope(spend) - answer.hurdles
    low, high = rules.lower[posed.spend], rules.upper[posed.spend]
    at = {"min": spend <= low + HELD * unit, "max": spend >= high - HELD * unit}
    worth = {"min": -gain, "max": gain}
    floor = TELLING * float(np.abs(answer.hurdles).max(initial=0.0))
    for (cell, side), name in posed.owners.items():
        if at[side][cell] and worth[side][cell] > floor and high[cell] > 0:
            limit = float((low if side == "min" else high)[cell])
            found.append(Held(name, side, limit, float(worth[side][cell])))
    least = task.least
    for cell in np.flatnonzero((least > 0) & (np.abs(spend - least) <= HELD * unit) & (-gain > floor)).tolist():
        name = RowName("min_if_active", (posed.problem.cells[cell][0],))
        found.append(Held(name, "min", float(least[cell]), float(-gain[cell])))
    return sorted(found, key=lambda one: -one.price)
