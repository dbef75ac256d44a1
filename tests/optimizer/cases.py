"""Small curve sets and demands for tests of the plan itself, with known curves."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.money import Money
from engine.vocabulary import Period
from optimizer.curves.curve import Family
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.curves.families.hill import Hill
from optimizer.curves.families.log import Log
from optimizer.curves.families.power import Power
from optimizer.demand import Demand

FOUR_WEEKS = Period(date(2025, 7, 7), date(2025, 8, 3))


def twd(amount: int) -> Money:
    return Money.of(amount, "TWD")


def known(name: str, curve: Family, *, adstock: float = 0.0, recent: float = 30_000.0) -> ChannelCurve:
    return ChannelCurve(
        channel=name,
        curve=curve,
        adstock=adstock,
        basis="fitted",
        weeks_of_data=26,
        carry=recent,
        recent=recent,
        observed_max=4 * recent,
    )


def three_curves(factor: float = 1.0, adstock: float = 0.5) -> CurveSet:
    """Three channels a, b, c with different families; ``factor`` scales every response."""
    curves = [
        known("a", Hill(a=400.0 * factor, k=60_000.0, s=0.8), adstock=adstock),
        known("b", Power(a=0.05 * factor, p=0.7), recent=60_000.0),
        known("c", Log(a=90.0 * factor, b=20_000.0), adstock=adstock, recent=10_000.0),
    ]
    return CurveSet({c.channel: c for c in curves}, "conversions", "TWD", date(2025, 1, 6), date(2025, 7, 6))


def demand(budget: int = 400_000, period: Period = FOUR_WEEKS, **more: Any) -> Demand:
    return Demand(twd(budget), period, **more)
