"""Decides how every number of one level and window is made, each once and only when a rule asks for it.

A column is a metric (``ctr``), a signal (``ctr_wear``) or a side of a comparison (``ctr@previous``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.metrics import additive
from rules import comparisons
from rules.account_signals import ACCOUNT_SIGNALS, account_signals
from rules.delivery import Delivery
from rules.entities import Floats, LevelFacts
from rules.expected import Expected, expected_conversions, told_target
from rules.given import Given
from rules.judgement import Targets
from rules.lagging import brought_down, matured, power_of
from rules.maturity import reported_share
from rules.pacing import pace, planned_between
from rules.peers import PeerRates, peer_rates
from rules.reporting_lag import LagCurve
from rules.roas import below_target
from rules.told_signals import told_signal
from rules.trend import trend
from rules.usual import deviations
from rules.vocabulary import signals
from rules.wear import wear
from rules.windows import add_up, divide, inside, ratios_of, span, sums, sums_of

ASSUMED_ONCE = 1.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the columns of one level and window are made from; days are numbers since 1970-01-01.

    ``told`` is the state of every entity, where any is told.
    """

    facts: LevelFacts
    first_day: int
    last_day: int
    day: int
    targets: Targets
    given: Given
    delivered: Delivery
    told: pd.DataFrame | None


class Columns(dict[str, Floats]):
    """One float64 per entity for every column read so far; a missing one is made when it is first read."""

    def __init__(self, setting: Setting) -> None:
        rows = span(setting.facts, setting.first_day, setting.last_day)
        super().__init__(sums_of(setting.facts, rows, additive()))
        self.setting = setting
        self._expected: Expected | None = None
        self._peers: PeerRates | None = None
        self._reported: tuple[Floats, list[LagCurve]] | None = None
        self._matured: LevelFacts | None = None

    def __missing__(self, name: str) -> Floats:
        """The column ``name``, computed. Raises KeyError for a name that is no metric."""
        metric, _, side = name.partition("@")
        made = {name: self._side(metric, side)} if side else MAKERS[signals()[name].needs](self, name)
        for key, column in made.items():
            self.setdefault(key, column)
        return self[name]

    @property
    def expected(self) -> Expected:
        """Conversions due, computed once."""
        if self._expected is None:
            at, targets = self.setting, self.setting.targets
            share, lag = self.reported
            self._expected = expected_conversions(at.facts.entities, self, targets.target_cpa, share, lag)
        return self._expected

    @property
    def reported(self) -> tuple[Floats, list[LagCurve]]:
        """Which share of the window's conversions is reported, and how that is known, per entity; computed once."""
        if self._reported is None:
            at, count = self.setting, len(self.setting.facts.entities)
            if at.targets.reported_share != ASSUMED_ONCE:
                told = at.targets.reported_share
                self._reported = np.full(count, told), [LagCurve("", (told,), 0, "given")] * count
            else:
                self._reported = reported_share(at.facts, at.first_day, at.last_day, at.day, at.given.lag)
        return self._reported

    @property
    def matured(self) -> LevelFacts:
        """The facts with conversions as they will have come in, computed once."""
        if self._matured is None:
            self._matured = matured(self.setting.facts, self.setting.day, self.setting.given.lag)
        return self._matured

    @property
    def peers(self) -> PeerRates:
        """Whom click rates are compared with, computed once."""
        if self._peers is None:
            self._peers = peer_rates(self.setting.facts.entities, self)
        return self._peers

    def _side(self, name: str, side: str) -> Floats:
        at = self.setting
        if side == "plan":
            return planned_between(at.facts, at.given.plan, at.first_day, at.last_day)
        if side == "target":
            # What a target comes to while only a part of the conversions is reported.
            share = self["reported_share"] if name == "cpa" else self.reported[0]
            return brought_down(self["target_cpa" if name == "cpa" else "target_roas"], name, share)
        if not power_of(name):
            return self._of_others(at.facts, name, side)
        return brought_down(self._of_others(self.matured, name, side), name, self.reported[0])

    def _of_others(self, facts: LevelFacts, name: str, side: str) -> Floats:
        """A side of other days, or of other entities in the same window."""
        at = self.setting
        if side == "previous":
            return comparisons.previous(facts, at.first_day, at.last_day, name)
        if side == "same_weekday":
            return comparisons.median_of_weeks(comparisons.earlier_weeks(facts, at.first_day, at.last_day, name))
        if side == "first_days":
            return comparisons.first_days(facts, at.delivered, at.first_day, name)
        # Of the facts as exported the window's sums are columns already.
        window = self if facts is at.facts else sums(facts, at.first_day, at.last_day)
        if side in ("parent", "rest"):
            return comparisons.above(facts, window, name, own=side == "parent")
        return comparisons.peers(facts, window, name)


Made = dict[str, Floats]


def _ratio(columns: Columns, name: str) -> Made:
    return ratios_of(columns, [name])


def _expected(columns: Columns, name: str) -> Made:
    at, due = columns.setting, columns.expected
    return {
        "expected_conversions": due.expected,
        "target_cpa": due.target_cpa,
        "reported_share": due.reported_share,
        "target_roas": told_target(at.facts.entities, at.targets.target_roas),
    }


def _lag(columns: Columns, name: str) -> Made:
    return {name: columns.reported[0]}


def _peers(columns: Columns, name: str) -> Made:
    peers = columns.peers
    versus = divide(columns["ctr"], peers.rate)
    return {"peer_ctr": peers.rate, "peer_count": peers.count, "ctr_vs_peers": versus}


def _delivery(columns: Columns, name: str) -> Made:
    return columns.setting.delivered.columns


def _share(columns: Columns, name: str) -> Made:
    share = divide(columns["spend"], columns["spend@parent"])
    return {"spend_share": share, "parent_conversions": columns["conversions@parent"]}


def _reach(columns: Columns, name: str) -> Made:
    at = columns.setting
    reach, count = at.facts.reach, len(at.facts.entities)
    if reach is None:
        missing = np.full(count, np.nan)
        return {"frequency": missing, "reach_days": missing}
    rows = inside(at.facts, at.first_day, at.last_day) & ~np.isnan(reach)
    owner, shown = at.facts.entity[rows], at.facts.values["impressions"][rows]
    people = add_up(reach[rows], owner, count)
    return {"frequency": divide(add_up(shown, owner, count), people), "reach_days": people}


def _trend(columns: Columns, name: str) -> Made:
    at, metric = columns.setting, name.removesuffix("_z").removesuffix("_trend")
    facts = columns.matured if power_of(metric) else at.facts
    change, score = trend(facts, at.first_day, at.last_day, metric)
    return {f"{metric}_trend": change, f"{metric}_trend_z": score}


def _usual(columns: Columns, name: str) -> Made:
    at, metric = columns.setting, name.removesuffix("_mads")
    facts = columns.matured if power_of(metric) else at.facts
    weeks = brought_down(
        comparisons.earlier_weeks(facts, at.first_day, at.last_day, metric), metric, columns.reported[0]
    )
    side = comparisons.median_of_weeks(weeks)
    return {name: deviations(columns[metric], weeks, metric), f"{metric}@same_weekday": side}


def _wear(columns: Columns, name: str) -> Made:
    at = columns.setting
    worn = wear(at.facts, at.delivered, at.first_day, at.last_day)
    return {"ctr_first_days": worn.first_rate, "ctr_wear": worn.ratio, "ctr_wear_z": worn.score}


def _roas(columns: Columns, name: str) -> Made:
    at = columns.setting
    return {name: below_target(at.facts, at.first_day, at.last_day, columns["roas@target"])}


def _plan(columns: Columns, name: str) -> Made:
    at = columns.setting
    told = pace(at.facts, at.given.plan, at.last_day)
    ratio = divide(told.spent, told.planned)
    return {"pace": ratio, "plan_to_date": told.planned, "spend_to_date": told.spent, "period_gone": told.gone}


def _states(columns: Columns, name: str) -> Made:
    at = columns.setting
    if name in ACCOUNT_SIGNALS and at.told is not None and at.facts.level == "account":
        return account_signals(at.facts, at.told, name, at.day)
    return {name: told_signal(at.facts, at.told, name, at.last_day)}


MAKERS: dict[str, Callable[[Columns, str], Made]] = {
    "sums": _ratio,
    "expected": _expected,
    "lag": _lag,
    "peers": _peers,
    "delivery": _delivery,
    "share": _share,
    "reach": _reach,
    "trend": _trend,
    "usual": _usual,
    "wear": _wear,
    "roas": _roas,
    "plan": _plan,
    "states": _states,
}
