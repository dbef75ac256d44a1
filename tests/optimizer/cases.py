"""Small curve sets and demands for tests of the plan itself, with known curves."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from engine.money import Money
from engine.vocabulary import Period
from optimizer.curves.curve import Family
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.curves.families.hill import Hill
from optimizer.curves.families.log import Log
from optimizer.curves.families.power import Power
from optimizer.demand import Demand

FOUR_WEEKS = Period(date(2025, 7, 7), date(2025, 8, 3))
TWELVE_DAYS = Period(date(2025, 7, 9), date(2025, 7, 20))
EXAMPLES = Path(__file__).resolve().parents[1] / "cases" / "optimizer" / "constraints.yaml"


def twd(amount: int) -> Money:
    return Money.of(amount, "TWD")


def known(
    name: str, curve: Family, *, adstock: float = 0.0, recent: float = 30_000.0, information: float = 0.5
) -> ChannelCurve:
    return ChannelCurve(
        channel=name,
        curve=curve,
        adstock=adstock,
        basis="fitted",
        weeks_of_data=26,
        carry=recent,
        recent=recent,
        observed_max=4 * recent,
        information=information,
    )


def three_curves(factor: float = 1.0, adstock: float = 0.5, result: str = "conversions") -> CurveSet:
    """Channels a, b, c with different families, c hardly known; ``factor`` scales every response."""
    curves = [
        known("a", Hill(a=400.0 * factor, k=60_000.0, s=0.8), adstock=adstock),
        known("b", Power(a=0.05 * factor, p=0.7), recent=60_000.0),
        known("c", Log(a=90.0 * factor, b=20_000.0), adstock=adstock, recent=10_000.0, information=0.05),
    ]
    return CurveSet({c.channel: c for c in curves}, result, "TWD", date(2025, 1, 6), date(2025, 7, 6))


def demand(budget: int = 400_000, period: Period = FOUR_WEEKS, **more: Any) -> Demand:
    return Demand(twd(budget), period, **more)


@dataclass(frozen=True, slots=True)
class Example:
    """A constraint's example: what is asked, the same without the rule, and the curves of both."""

    means: str
    demand: Demand
    without: Demand
    curves: CurveSet
    curves_without: CurveSet


def examples() -> dict[str, Example]:
    """The example of every constraint."""
    return {name: _example(entry) for name, entry in yaml.safe_load(EXAMPLES.read_text(encoding="utf-8")).items()}


def _example(entry: Mapping[str, Any]) -> Example:
    common = {"budget": entry.get("budget", 200_000), "period": entry.get("period", _days(TWELVE_DAYS))}
    return Example(
        entry["means"],
        read_demand(common | entry["demand"]),
        read_demand(common | entry.get("without", {})),
        three_curves(),
        three_curves(adstock=entry.get("adstock_without", 0.5)),
    )


def _days(period: Period) -> list[date]:
    return [period.start, period.end]


def read_demand(written: Mapping[str, Any]) -> Demand:
    """A demand from plain values: amounts in NT$ (or as ``USD 5``), days as [first, last]."""
    hints = typing.get_type_hints(Demand)
    return Demand(**{name: _read(value, hints[name]) for name, value in written.items()})


def _read(value: Any, hint: Any) -> Any:
    """``value`` as the type that a field is declared with."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _read(value, next(one for one in inside if one is not type(None)))
    if hint is Money:
        return twd(value) if isinstance(value, int) else Money.of(value[4:], value[:3])
    if hint is Period:
        return Period(*value)
    if origin is Mapping:
        return {key: _read(one, inside[1]) for key, one in value.items()}
    if origin in (Sequence, tuple):
        return tuple(_read(one, inside[0]) for one in value)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{f.name: _read(value[f.name], hints[f.name]) for f in fields(hint) if f.name in value})
    return value
