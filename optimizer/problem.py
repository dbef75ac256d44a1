"""Decides the allocation problem: demand, channels, weeks and carry-over as numbers the constraints can use.

Spend is in units of the currency; a *stock* is spend per week as the audience still feels it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.money import Money
from engine.vocabulary import Period
from optimizer.calendar import Running, gap_days, plan_weeks, running_days
from optimizer.curves.adstock import end_share, mean_share
from optimizer.curves.curve import Array, Family
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.demand import Demand


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the constraints and the solver need; arrays run over (channels, weeks)."""

    demand: Demand
    channels: tuple[str, ...]
    weeks: tuple[Period, ...]
    curves: Mapping[str, ChannelCurve]
    running: Running
    carry_in: Array  # stock of each channel before the first day
    cells: tuple[tuple[int, int], ...]  # (channel, week) pairs in which money can be spent, in row order
    of_channel: Mapping[int, tuple[tuple[int, int], ...]]
    of_week: Mapping[int, tuple[tuple[int, int], ...]]

    @property
    def budget(self) -> float:
        """The budget in units."""
        return units(self.demand.budget)

    @property
    def carries(self) -> npt.NDArray[np.bool_]:
        """Which channels have carry-over at all."""
        return np.array([self.curves[name].adstock > 0 for name in self.channels], dtype=bool)

    def week_share(self, week: int) -> float:
        """A week's days as a share of seven: what is asked per week is asked in proportion."""
        return self.weeks[week].days / 7.0

    def even(self, totals: Array) -> Array:
        """``totals`` per channel spread evenly over the days each channel runs."""
        days = self.running.active.astype(np.float64)
        whole = days.sum(axis=1, keepdims=True)
        return np.asarray(totals[:, None] * np.divide(days, whole, out=np.zeros_like(days), where=whole > 0))

    def carry_steps(self, channel: int, week: int) -> tuple[float, float, float, float]:
        """How a week's mean stock (as money over its active days) and its last stock follow from stock and spend.

        Returns (mean from stock, mean from spend, last from stock, last from spend).
        """
        theta = self.curves[self.channels[channel]].adstock
        days = int(self.running.active[channel, week])
        before = end_share(theta, int(self.running.before[channel, week]))
        after = end_share(theta, int(self.running.after[channel, week]))
        if days == 0:
            return 0.0, 0.0, before * after, 0.0
        mean, end = mean_share(theta, days), end_share(theta, days)
        return (
            mean * before * days / 7.0,
            1.0 - mean,
            end * before * after,
            (1.0 - end) * 7.0 / days * after,
        )

    def felt(self, spend: Array) -> tuple[Array, Array]:
        """Mean stock per cell (as money over the active days) and last stock per week, of a plan (channels, weeks)."""
        mean, last = np.zeros_like(spend), np.zeros_like(spend)
        for channel in range(len(self.channels)):
            stock = float(self.carry_in[channel])
            for week in range(len(self.weeks)):
                from_stock, from_spend, keep, add = self.carry_steps(channel, week)
                mean[channel, week] = from_stock * stock + from_spend * spend[channel, week]
                stock = keep * stock + add * spend[channel, week]
                last[channel, week] = stock
        return mean, last

    def cell_curve(self, channel: int, week: int) -> Family:
        """The response of one cell to the money felt over its active days."""
        return self.curves[self.channels[channel]].curve.lasting(float(self.running.active[channel, week]) / 7.0)

    def expected(self, spend: Array) -> Array:
        """Expected results per cell of a plan (channels, weeks), carry-over included."""
        mean, _ = self.felt(spend)
        out = np.zeros_like(spend)
        share = self.running.active / 7.0
        for channel, name in enumerate(self.channels):
            runs = share[channel] > 0
            weekly = self.curves[name].curve.value(mean[channel, runs] / share[channel, runs])
            out[channel, runs] = weekly * share[channel, runs]
        return out


def units(money: Money) -> float:
    """Money as float units of its currency."""
    return money.micros / 1_000_000


def pose(demand: Demand, channels: Sequence[str], curves: CurveSet) -> Problem:
    """The problem of a checked demand. Spending is taken to have gone on as before between data and plan."""
    weeks = plan_weeks(demand.period)
    carry = []
    for name in channels:
        known = curves.curves[name]
        kept = end_share(known.adstock, gap_days(curves.data_end, demand.period.start))
        carry.append(kept * known.carry + (1.0 - kept) * known.recent)
    running = running_days(channels, weeks, demand.flights)
    cells = tuple((int(c), int(w)) for c, w in np.argwhere(running.active > 0))
    of_channel: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(channels))}
    of_week: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(weeks))}
    for cell in cells:
        of_channel[cell[0]].append(cell)
        of_week[cell[1]].append(cell)
    return Problem(
        demand=demand,
        channels=tuple(channels),
        weeks=weeks,
        curves={name: curves.curves[name] for name in channels},
        running=running,
        carry_in=np.array(carry, dtype=np.float64),
        cells=cells,
        of_channel={key: tuple(value) for key, value in of_channel.items()},
        of_week={key: tuple(value) for key, value in of_week.items()},
    )
