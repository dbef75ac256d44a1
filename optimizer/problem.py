"""Decides the allocation problem: what is asked, channels, steps in time and carry-over as numbers for the constraints.

Spend is in units of the currency; a *stock* is spend per week as the audience still feels it. The steps of a plan are
weeks (``weeks``), or single days where it is made by day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.money import Money
from engine.vocabulary import Period
from optimizer.ask import Ask
from optimizer.calendar import Running, gap_days
from optimizer.curves.curve import Array, Family
from optimizer.curves.curve_set import ChannelCurve, CurveSet


@dataclass(frozen=True, slots=True)
class CarrySteps:
    """How a week's mean stock (as money over its active days) and last stock follow from the stock before and spend."""

    from_stock: Array
    from_spend: Array
    keep: Array
    add: Array


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the constraints and the solver need; arrays run over (channels, weeks)."""

    ask: Ask
    currency: str
    channels: tuple[str, ...]
    weeks: tuple[Period, ...]
    curves: Mapping[str, ChannelCurve]
    others: Mapping[str, Mapping[str, ChannelCurve]]  # curves of further results, by result
    result: str
    running: Running
    carry_in: Array  # stock of each channel before the first day
    steps: CarrySteps
    cells: tuple[tuple[int, int], ...]  # (channel, week) pairs in which money can be spent, in row order
    of_channel: Mapping[int, tuple[tuple[int, int], ...]]
    of_week: Mapping[int, tuple[tuple[int, int], ...]]
    number_of: Mapping[str, int]  # channel number by name
    carries: npt.NDArray[np.bool_]  # which channels have carry-over at all

    @property
    def budget(self) -> float:
        """The budget in units."""
        return self.ask.budget

    def week_share(self, week: int) -> float:
        """A week's days as a share of seven: what is asked per week is asked in proportion."""
        return self.weeks[week].days / 7.0

    def even(self, totals: Array) -> Array:
        """``totals`` per channel spread evenly over the days each channel runs."""
        days = self.running.active.astype(np.float64)
        whole = days.sum(axis=1, keepdims=True)
        return np.asarray(totals[:, None] * np.divide(days, whole, out=np.zeros_like(days), where=whole > 0))

    def felt(self, spend: Array) -> tuple[Array, Array]:
        """Mean stock per cell (as money over the active days) and last stock per week, of a plan (channels, weeks)."""
        mean, last = np.zeros_like(spend), np.zeros_like(spend)
        stock, steps = self.carry_in, self.steps
        for week in range(len(self.weeks)):
            mean[:, week] = steps.from_stock[:, week] * stock + steps.from_spend[:, week] * spend[:, week]
            stock = steps.keep[:, week] * stock + steps.add[:, week] * spend[:, week]
            last[:, week] = stock
        return mean, last

    def curves_of(self, result: str) -> Mapping[str, ChannelCurve]:
        """The curves of one result."""
        return self.curves if result == self.result else self.others[result]

    def cell_curve(self, channel: int, week: int, result: str | None = None) -> Family:
        """The response of one cell to the money felt over its active days."""
        known = self.curves_of(result or self.result)[self.channels[channel]]
        days = int(self.running.active[channel, week])
        return known.curve if days == 7 else known.curve.lasting(days / 7.0)

    def expected(self, spend: Array, result: str | None = None) -> Array:
        """Expected results per cell of a plan (channels, weeks), carry-over included; packages not."""
        curves = self.curves_of(result or self.result)
        mean, _ = self.felt(spend)
        out = np.zeros_like(spend)
        share = self.running.active / 7.0
        for channel, name in enumerate(self.channels):
            runs = share[channel] > 0
            weekly = curves[name].curve.value(mean[channel, runs] / share[channel, runs])
            out[channel, runs] = weekly * share[channel, runs]
        return out


def units(money: Money) -> float:
    """Money as float units of its currency."""
    return money.micros / 1_000_000


def carry_steps(thetas: Array, running: Running) -> CarrySteps:
    """Coefficients of the carry-over rows per (channel, week), day by day: gaps inside a week count as they are.

    A week's spend is even over its active days. On the others the stock only decays, and nobody is counted as reached.
    """
    shape = running.active.shape
    out = CarrySteps(*(np.zeros(shape) for _ in range(4)))
    for week in range(shape[1]):
        daily = np.divide(7.0, running.active[:, week], out=np.zeros(shape[0]), where=running.active[:, week] > 0)
        kept, added = np.ones(shape[0]), np.zeros(shape[0])
        for day in running.days(week):
            on = running.on[:, day]
            kept = thetas * kept
            added = thetas * added + (1.0 - thetas) * daily * on
            out.from_stock[:, week] += on * kept / 7.0
            out.from_spend[:, week] += on * added / 7.0
        out.keep[:, week], out.add[:, week] = kept, added
    return out


def pose(
    ask: Ask,
    weeks: Sequence[Period],
    running: Running,
    channels: Sequence[str],
    curves: CurveSet,
    others: Mapping[str, CurveSet] | None = None,
) -> Problem:
    """The problem of what is asked. Spending is taken to have gone on as before between data and plan."""
    carry = []
    for name in channels:
        known = curves.curves[name]
        kept = known.adstock ** gap_days(curves.data_end, weeks[0].start)
        carry.append(kept * known.carry + (1.0 - kept) * known.recent)
    cells = tuple((int(c), int(w)) for c, w in np.argwhere(running.active > 0))
    of_channel: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(channels))}
    of_week: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(weeks))}
    for cell in cells:
        of_channel[cell[0]].append(cell)
        of_week[cell[1]].append(cell)
    return Problem(
        ask=ask,
        currency=curves.currency,
        channels=tuple(channels),
        weeks=tuple(weeks),
        curves={name: curves.curves[name] for name in channels},
        others={result: {name: one.curves[name] for name in channels} for result, one in (others or {}).items()},
        result=curves.result,
        running=running,
        steps=carry_steps(np.array([curves.curves[name].adstock for name in channels]), running),
        carry_in=np.array(carry, dtype=np.float64),
        cells=cells,
        of_channel={key: tuple(value) for key, value in of_channel.items()},
        of_week={key: tuple(value) for key, value in of_week.items()},
        number_of={name: number for number, name in enumerate(channels)},
        carries=np.array([curves.curves[name].adstock > 0 for name in channels], dtype=bool),
    )
