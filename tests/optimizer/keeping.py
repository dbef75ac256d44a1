"""How far a plan breaks each constraint, by plain arithmetic on its days: nothing of this passes through the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from engine.money import Money
from engine.vocabulary import Period
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Bounds, Demand

HOLIDAYS = {date(2025, 10, 6), date(2025, 10, 10)}  # Mid-Autumn Festival and National Day, of the days used here
NONE = float("-inf")


@dataclass(frozen=True)
class Plan:
    """A solved plan: spend by (channel, step number), and the packages that are bought."""

    demand: Demand
    curves: CurveSet
    spend: dict[tuple[str, int], float]
    bought: frozenset[str]

    @cached_property
    def channels(self) -> list[str]:
        return sorted(self.curves.curves)

    @cached_property
    def days(self) -> list[date]:
        period = self.demand.period
        return [period.start + timedelta(days=ahead) for ahead in range(period.days)]

    @cached_property
    def steps(self) -> list[list[date]]:
        """Days by step: single ones, or those of a calendar week."""
        if self.demand.by_day:
            return [[day] for day in self.days]
        return list(self.weeks.values())

    @cached_property
    def weeks(self) -> dict[tuple[int, int], list[date]]:
        weeks: dict[tuple[int, int], list[date]] = {}
        for day in self.days:
            weeks.setdefault(day.isocalendar()[:2], []).append(day)
        return weeks

    def runs(self, channel: str, day: date) -> bool:
        gaps = (*self.demand.blackouts.get("*", ()), *self.demand.blackouts.get(channel, ()))
        return self.flies(channel, day) and not any(inside(day, gap) for gap in gaps)

    def flies(self, channel: str, day: date) -> bool:
        return channel not in self.demand.flights or inside(day, self.demand.flights[channel])

    @cached_property
    def daily(self) -> dict[tuple[str, date], float]:
        """Money of every channel and day, without packages: a step's spend is even over the days it runs."""
        out = {}
        for channel in self.channels:
            for number, step in enumerate(self.steps):
                on = [day for day in step if self.runs(channel, day)]
                for day in step:
                    out[channel, day] = self.spend[channel, number] / len(on) if day in on else 0.0
        return out

    def bought_by(self, channel: str) -> float:
        return sum(
            units(one.price) for one in self.demand.packages if one.name in self.bought and one.channel == channel
        )

    def total(self, channel: str) -> float:
        return sum(self.spend[channel, number] for number in range(len(self.steps))) + self.bought_by(channel)

    @cached_property
    def everything(self) -> float:
        return sum(self.total(channel) for channel in self.channels)

    def on_day(self, day: date) -> float:
        packages = sum(self.bought_by(channel) for channel in self.channels) / len(self.days)
        return sum(self.daily[channel, day] for channel in self.channels) + packages

    def results(self, channel: str) -> float:
        """Expected results of a channel: its stock day by day, its curve at the mean stock of a step's active days."""
        known = self.curves.curves[channel]
        stock, out = known.carry, 0.0
        for step in self.steps:
            felt = []
            for day in step:
                stock = known.adstock * stock + (1.0 - known.adstock) * 7.0 * self.daily[channel, day]
                if self.runs(channel, day):
                    felt.append(stock)
            if felt:
                out += float(known.curve.value(sum(felt) / len(felt))) * len(felt) / 7.0
        packages = (one for one in self.demand.packages if one.name in self.bought and one.channel == channel)
        return out + sum(one.results for one in packages)

    def running(self, channel: str) -> float:
        """Money of the running plan, or of the weeks before for as many days."""
        if self.demand.current is not None:
            return units(self.demand.current[channel])
        return self.curves.curves[channel].recent / 7.0 * sum(self.runs(channel, day) for day in self.days)


def units(money: Money) -> float:
    return float(money.amount)


def inside(day: date, period: Period) -> bool:
    return period.start <= day <= period.end


def outside(value: float, bounds: Bounds, times: float = 1.0) -> float:
    low = NONE if bounds.min is None else units(bounds.min) * times - value
    high = NONE if bounds.max is None else value - units(bounds.max) * times
    return max(low, high)


def beyond(value: float, low: float | None, high: float | None) -> float:
    return max(NONE if low is None else low - value, NONE if high is None else value - high)


def total_budget(plan: Plan) -> Iterator[float]:
    yield plan.everything - units(plan.demand.money)


def channel_bounds(plan: Plan) -> Iterator[float]:
    for channel, bounds in plan.demand.bounds.items():
        yield outside(plan.total(channel), bounds)


def locks(plan: Plan) -> Iterator[float]:
    for channel, amount in plan.demand.locks.items():
        yield abs(plan.total(channel) - units(amount))


def shares(plan: Plan) -> Iterator[float]:
    budget = units(plan.demand.money)
    for channel, cap in plan.demand.share_caps.items():
        yield plan.total(channel) - cap * budget
    for channel, floor in plan.demand.share_floors.items():
        yield floor * budget - plan.total(channel)


def groups(plan: Plan) -> Iterator[float]:
    for group in plan.demand.groups:
        money = sum(plan.total(channel) for channel in group.channels)
        yield outside(money, Bounds(group.min, group.max))
        budget = units(plan.demand.money)
        yield beyond(money / budget, group.min_share, group.max_share) * budget


def ratios(plan: Plan) -> Iterator[float]:
    for ratio in plan.demand.ratios:
        over, under = plan.total(ratio.over), plan.total(ratio.under)
        yield beyond(
            over,
            None if ratio.min is None else ratio.min * under,
            None if ratio.max is None else ratio.max * under,
        )


def min_if_active(plan: Plan) -> Iterator[float]:
    for channel, least in plan.demand.min_if_active.items():
        yield min(plan.total(channel), units(least) - plan.total(channel))


def active_channels(plan: Plan) -> Iterator[float]:
    spending = sum(plan.total(channel) >= 0.999 for channel in plan.channels)
    yield beyond(spending, plan.demand.fewest_channels, plan.demand.most_channels)


def packages(plan: Plan) -> Iterator[float]:
    for package in plan.demand.packages:
        yield float(package.must and package.name not in plan.bought)


def weekly_total(plan: Plan) -> Iterator[float]:
    for days in plan.weeks.values():
        yield outside(sum(plan.on_day(day) for day in days), plan.demand.weekly, len(days) / 7.0)


def weekly_bounds(plan: Plan) -> Iterator[float]:
    for channel, bounds in plan.demand.weekly_bounds.items():
        for days in plan.weeks.values():
            on = sum(plan.runs(channel, day) for day in days)
            yield outside(sum(plan.daily[channel, day] for day in days), bounds, on / 7.0)


def daily_total(plan: Plan) -> Iterator[float]:
    for day in plan.days:
        if any(plan.runs(channel, day) for channel in plan.channels):
            yield outside(plan.on_day(day), plan.demand.daily)


def pacing(plan: Plan) -> Iterator[float]:
    asked = plan.demand.pacing
    if asked is None:
        return
    weights = {
        day: asked.holiday if day in HOLIDAYS else asked.weekend if day.isoweekday() > 5 else 1.0
        for day in plan.days
        if any(plan.runs(channel, day) for channel in plan.channels)
    }
    for step in plan.steps:
        even = plan.everything * sum(weights.get(day, 0.0) for day in step) / sum(weights.values())
        money = sum(plan.on_day(day) for day in step)
        yield beyond(money, (1.0 - asked.tolerance) * even, (1.0 + asked.tolerance) * even)


def ramp(plan: Plan) -> Iterator[float]:
    for channel, change in plan.demand.ramp.items():
        now = plan.curves.curves[channel].recent / 7.0
        heights = [now] if now > 0 else []
        for step in plan.steps:
            heights += [plan.daily[channel, day] for day in step if plan.runs(channel, day)][:1]
        for before, after in pairwise(heights):
            yield beyond(after, (1.0 - change) * before, (1.0 + change) * before)


def flights(plan: Plan) -> Iterator[float]:
    for (channel, number), money in plan.spend.items():
        yield money * (not any(plan.flies(channel, day) for day in plan.steps[number]))


def black_outs(plan: Plan) -> Iterator[float]:
    for (channel, number), money in plan.spend.items():
        yield money * (not any(plan.runs(channel, day) for day in plan.steps[number]))


def carry_over(plan: Plan) -> Iterator[float]:
    return iter(())  # no rule that a plan could break: see test_results_are_those_of_every_day


def kpi_targets(plan: Plan) -> Iterator[float]:
    for target in plan.demand.targets:
        yield target.least - sum(plan.results(channel) for channel in target.channels or plan.channels)


def efficiency(plan: Plan) -> Iterator[float]:
    results = sum(plan.results(channel) for channel in plan.channels)
    if plan.demand.cpa is not None:
        yield plan.everything - units(plan.demand.cpa) * results
    if plan.demand.roas is not None:
        yield plan.everything - results / plan.demand.roas


def hold_flagged(plan: Plan) -> Iterator[float]:
    for channel in plan.demand.held:
        yield plan.total(channel) - plan.running(channel)


def running_floor(plan: Plan) -> Iterator[float]:
    if plan.demand.on_top is not None:
        yield from (plan.running(channel) - plan.total(channel) for channel in plan.channels)


def learning_reserve(plan: Plan) -> Iterator[float]:
    weak = [name for name, known in plan.curves.curves.items() if known.basis == "assumed" or known.information < 0.1]
    if plan.demand.learning_reserve and weak:
        yield plan.demand.learning_reserve * units(plan.demand.money) - sum(plan.total(name) for name in weak)


RULES: dict[str, Callable[[Plan], Iterator[float]]] = {
    rule.__name__: rule
    for rule in (
        active_channels,
        black_outs,
        carry_over,
        channel_bounds,
        daily_total,
        efficiency,
        flights,
        groups,
        hold_flagged,
        kpi_targets,
        learning_reserve,
        locks,
        min_if_active,
        pacing,
        packages,
        ramp,
        ratios,
        running_floor,
        shares,
        total_budget,
        weekly_bounds,
        weekly_total,
    )
}


def broken(plan: Plan, rule: str) -> float:
    """The worst amount by which ``plan`` breaks ``rule``."""
    return max(RULES[rule](plan), default=NONE)
