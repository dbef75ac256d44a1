"""Decides what a problem file asks: amounts of any scale as floats, one step of time, one result to make most of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.settings import Settings
from engine.vocabulary import Period
from optimizer.ask import Ask, Limit, Objective
from optimizer.calendar import running_days
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.doors.channels import Channels, read_channels
from optimizer.doors.document import read_document
from optimizer.doors.faults import Faults, shown
from optimizer.doors.table import Table, tell_unknown
from optimizer.doors.wishes import limit, read_active, read_groups, read_packages, read_ratios
from optimizer.problem import Problem, pose

RESULT = "objective"
KEYS = frozenset({"name", "budget", "channels", "groups", "ratios", "packages", "min_active", "max_active"})
IGNORED = frozenset({"best", "source", "fit_r2", "note"})  # what people write beside a problem
WEEK = Period(date(2000, 1, 3), date(2000, 1, 9))  # a week's curves over one week: spend and response as they stand


@dataclass(frozen=True, slots=True)
class ProblemFile:
    """A problem as a file asks it; ``channels`` in the order of the file."""

    name: str
    ask: Ask
    channels: tuple[str, ...]
    curves: CurveSet

    def posed(self) -> Problem:
        """The problem for the optimizer."""
        running = running_days(self.channels, (WEEK,), {})
        return pose(self.ask, (WEEK,), running, self.channels, self.curves)


def read_problem(data: bytes, file: str, limits: Settings) -> ProblemFile:
    """The problem that the bytes of ``file`` state.

    Raises ProblemFaults (an InputError) with every fault at its place, such as ``channels[3].lb``.
    """
    faults = Faults(file)
    if len(data) > limits.max_problem_bytes:
        raise faults.stop("", "too_big", **_passed(limits, "max_problem_bytes", len(data)))
    document = read_document(data, faults)
    for key in document.keys() - KEYS - IGNORED:
        tell_unknown(faults, key[:80], key, KEYS)
    budget = _budget(document, faults)
    table = Table(document, "channels", faults)
    if len(table) > limits.max_problem_channels:
        raise faults.stop("channels", "too_many", **_passed(limits, "max_problem_channels", len(table)))
    if not table.rows and not document.get("channels"):
        faults.add("channels", "no_channels")
    channels = read_channels(table, budget)
    names = channels.names
    groups = read_groups(Table(document, "groups", faults), names)
    ratios = read_ratios(Table(document, "ratios", faults), names)
    packages = read_packages(Table(document, "packages", faults), names, RESULT)
    active = read_active(document, len(names), faults)
    title = document.get("name")
    if title is not None and not isinstance(title, str):
        faults.add("name", "bad_name", found=shown(title), most=200)
    faults.raise_any()
    ask = Ask(
        budget=budget,
        objective=Objective({RESULT: 1.0}),
        bounds=_bounds(channels, budget),
        locks=channels.given("lock"),
        shares=_limits(channels, "share_floor", "share_cap"),
        groups=groups,
        ratios=ratios,
        least_if_active={name: least for name, least in channels.given("min_if_active").items() if least > 0},
        active=active,
        packages=packages,
    )
    return ProblemFile(title or file, ask, tuple(names), _curves(channels))


def _budget(document: Mapping[str, Any], faults: Faults) -> float:
    given = document.get("budget")
    if given is None:
        faults.add("budget", "missing", name="budget")
    elif type(given) is not float:
        faults.add("budget", "not_number", found=shown(given))
    elif not np.isfinite(given):
        faults.add("budget", "not_finite", found=shown(given))
    elif given <= 0:
        faults.add("budget", "not_positive", found=shown(given))
    else:
        return given
    return 1.0


def _passed(limits: Settings, setting: str, found: int) -> dict[str, Any]:
    return {"setting": f"ADCUE_{setting.upper()}", "limit": int(getattr(limits, setting)), "found": found}


def _bounds(channels: Channels, budget: float) -> dict[str, Limit]:
    """Bounds that can hold anything at all: a maximum at or above the budget is none."""
    low, high = channels.limits["lb"], channels.limits["ub"]
    low, high = np.where(low > 0, low, np.nan), np.where(high < budget, high, np.nan)
    pairs = zip(channels.names, low.tolist(), high.tolist(), strict=True)
    return {name: limit(least, most) for name, least, most in pairs if least == least or most == most}


def _limits(channels: Channels, low: str, high: str) -> dict[str, Limit]:
    lows, highs = channels.given(low), channels.given(high)
    return {name: Limit(lows.get(name), highs.get(name)) for name in {**lows, **highs}}


def _curves(channels: Channels) -> CurveSet:
    curves = {
        name: ChannelCurve(name, curve, adstock=0.0, basis="fitted", weeks_of_data=0)
        for name, curve in zip(channels.names, channels.curves, strict=True)
    }
    return CurveSet(curves, RESULT, "")
