"""Decides the numbers a plan is asked for: limits and wishes as floats in units, one currency, nothing to check.

A checked ``Demand`` becomes an ``Ask``; so does a problem file, whose amounts may be of any scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Goal = Literal["most", "least_spend"]


@dataclass(frozen=True, slots=True)
class Limit:
    """Least and most, both included; None is no limit."""

    low: float | None = None
    high: float | None = None


NONE = Limit()


@dataclass(frozen=True, slots=True)
class Group:
    """Channels taken together (a platform, a funnel stage, a region, a brand), in money and in shares of the budget."""

    name: str
    channels: tuple[str, ...]
    money: Limit = NONE
    share: Limit = NONE


@dataclass(frozen=True, slots=True)
class Ratio:
    """Spend of ``over`` is between ``times.low`` and ``times.high`` times the spend of ``under``."""

    over: str
    under: str
    times: Limit


@dataclass(frozen=True, slots=True)
class Package:
    """A fixed buy (檔購): all of ``price`` or nothing, bringing ``worth`` of each result; spread over its days."""

    name: str
    channel: str
    price: float
    worth: Mapping[str, float]
    must: bool = False


@dataclass(frozen=True, slots=True)
class Pacing:
    """How far each step may stray from its even share of the money; days may weigh more or less than a working day."""

    tolerance: float
    weekend: float = 1.0
    holiday: float = 1.0


@dataclass(frozen=True, slots=True)
class Kpi:
    """At least ``least`` of ``result`` from ``channels`` (all where None)."""

    result: str
    least: float
    channels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Efficiency:
    """On average, a unit of ``result`` costs at most ``price`` units of money (a ROAS of r is a price of 1 / r)."""

    result: str
    price: float


@dataclass(frozen=True, slots=True)
class Risk:
    """``weight`` (0 to 1) of the objective is the mean of the worst ``tail`` share of the curves' draws."""

    tail: float
    weight: float


@dataclass(frozen=True, slots=True)
class Objective:
    """What is made most of: results by weight, and what a unit of money spent weighs against them."""

    weights: Mapping[str, float]
    spend: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Everything asked of a plan. Channel limits are over the whole period unless they say otherwise.

    Attributes:
        objective: what the plan makes most of (or, for ``least_spend``, what its KPIs count).
        goal: most of the objective under the budget, or the least money that meets ``kpis``.
        weekly, weekly_bounds: per full week; shorter weeks in proportion to their days. ``daily``: per day.
        ramp: per channel, the largest relative change of its daily spend from one step to the next.
        running: the running plan per channel; ``on_top``: nothing of it is taken away; ``held``: nothing is added.
        learning: channels that have little data, and the share of the budget reserved for them together.
        steps: per channel, the smallest amount its platform books.
        then: results made most of afterwards, in order; ``give`` is the share of each that the next may cost.
    """

    budget: float
    objective: Objective
    goal: Goal = "most"
    bounds: Mapping[str, Limit] = field(default_factory=dict)
    locks: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, Limit] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    least_if_active: Mapping[str, float] = field(default_factory=dict)
    active: Limit = NONE
    packages: tuple[Package, ...] = ()
    weekly: Limit = NONE
    weekly_bounds: Mapping[str, Limit] = field(default_factory=dict)
    daily: Limit = NONE
    pacing: Pacing | None = None
    ramp: Mapping[str, float] = field(default_factory=dict)
    kpis: tuple[Kpi, ...] = ()
    efficiency: Efficiency | None = None
    running: Mapping[str, float] | None = None
    on_top: bool = False
    held: tuple[str, ...] = ()
    learning: tuple[tuple[str, ...], float] = ((), 0.0)
    risk: Risk | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    then: tuple[str, ...] = ()
    give: float = 0.0
