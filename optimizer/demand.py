"""Decides what a budget request holds; ``optimizer.checking`` decides whether it makes sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.money import Money
from engine.vocabulary import Period
from optimizer.ask import Goal, Kpi, Pacing, Risk
from optimizer.lift_report import LiftReport

VALUE = "conversions_value"  # the one result that is money itself


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most money, both included; None is no limit."""

    min: Money | None = None
    max: Money | None = None


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """Channels taken together (a platform, a funnel stage, a region, a brand), in money and in shares of the budget."""

    name: str
    channels: Sequence[str]
    min: Money | None = None
    max: Money | None = None
    min_share: float | None = None
    max_share: float | None = None


@dataclass(frozen=True, slots=True)
class RatioLimit:
    """Spend of channel ``over`` is at least ``min`` and at most ``max`` times the spend of channel ``under``."""

    over: str
    under: str
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """A fixed buy (檔購) on a channel: all of ``price`` for ``results`` of the demand's result, or nothing."""

    name: str
    channel: str
    price: Money
    results: float
    must: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """A request to plan ``budget`` (net media money, at most) over ``period`` for one ``result``.

    Attributes:
        bounds: per channel, over the whole period; ``locks``: its money is exactly this.
        share_caps, share_floors: per channel, the largest and the least share of the budget, 0 to 1.
        groups, ratios: channels taken together, and one channel against another.
        min_if_active: per channel, the least it gets if it gets anything.
        fewest_channels, most_channels: how many channels spend at all.
        packages: fixed buys on offer; those that ``must`` be bought are.
        weekly, daily: all channels together, per full week (partial weeks in proportion to their days) and per day.
        weekly_bounds: per channel and full week; partial weeks in proportion to the days the channel runs.
        by_day: the plan's steps are days, not weeks.
        pacing: how far each step may stray from its even share of the money.
        ramp: per channel, the largest relative change of its daily money from step to step, the first against now.
        flights: per channel, the days it runs; the whole period where not given.
        blackouts: per channel (``*``: every one), stretches of days without spend.
        targets: results the plan must bring at least; ``cpa``, ``roas``: what they may cost on average.
        marginal_cpa, marginal_roas: stop where the next result would cost more, or the next money return less.
        goal: most results for the budget, or the least money that meets ``targets``.
        margin: share of conversion value that is earned; the plan makes most of earnings less spend.
        weights: several results at once, by what a unit of each is worth.
        then: results made most of afterwards, in order; ``give`` is the share of each that the next may cost.
        current: the running plan, per channel for the period; the last four complete weeks scaled where not given.
        on_top: plan only this much more than the running plan, of which nothing is taken away.
        held: channels with flagged creatives; they get no more than in the running plan.
        learning_reserve: share of the budget kept for channels whose curves are assumed or weak.
        risk: how much the worst outcomes weigh.
        steps: per channel, the smallest amount its platform books.
        channels: what to plan; every channel with a curve where not given.
        lift_tests: incrementality studies that the curves are calibrated with.
    """

    budget: Money
    period: Period
    result: str = "conversions"
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    locks: Mapping[str, Money] = field(default_factory=dict)
    share_caps: Mapping[str, float] = field(default_factory=dict)
    share_floors: Mapping[str, float] = field(default_factory=dict)
    groups: Sequence[GroupLimit] = ()
    ratios: Sequence[RatioLimit] = ()
    min_if_active: Mapping[str, Money] = field(default_factory=dict)
    fewest_channels: int | None = None
    most_channels: int | None = None
    packages: Sequence[PackageOffer] = ()
    weekly: Bounds = field(default_factory=Bounds)
    weekly_bounds: Mapping[str, Bounds] = field(default_factory=dict)
    daily: Bounds = field(default_factory=Bounds)
    by_day: bool = False
    pacing: Pacing | None = None
    ramp: Mapping[str, float] = field(default_factory=dict)
    flights: Mapping[str, Period] = field(default_factory=dict)
    blackouts: Mapping[str, Sequence[Period]] = field(default_factory=dict)
    targets: Sequence[Kpi] = ()
    cpa: Money | None = None
    roas: float | None = None
    marginal_cpa: Money | None = None
    marginal_roas: float | None = None
    goal: Goal = "most"
    margin: float | None = None
    weights: Mapping[str, float] | None = None
    then: Sequence[str] = ()
    give: float = 0.0
    current: Mapping[str, Money] | None = None
    on_top: Money | None = None
    held: Sequence[str] = ()
    learning_reserve: float = 0.0
    risk: Risk | None = None
    steps: Mapping[str, Money] = field(default_factory=dict)
    channels: Sequence[str] | None = None
    lift_tests: Sequence[LiftReport] = ()

    @property
    def money(self) -> Money:
        """What may be spent in all: the budget, or the running plan and what comes on top of it."""
        if self.on_top is None or self.current is None:
            return self.budget
        return sum(self.current.values(), start=self.on_top)

    @property
    def results(self) -> tuple[str, ...]:
        """Every result the request speaks of, sorted."""
        named = {self.result, *(self.weights or {}), *self.then, *(target.result for target in self.targets)}
        return tuple(sorted(named if self.margin is None else named | {VALUE}))


def group_by_platform(channels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Channels by platform, the part of a name before its first ``/``; both sorted."""
    platforms: dict[str, list[str]] = {}
    for name in sorted(channels):
        platforms.setdefault(name.partition("/")[0], []).append(name)
    return {platform: tuple(names) for platform, names in sorted(platforms.items())}
