"""Decides whether a budget request makes sense at all, before anything is optimised: every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.errors import DemandError
from engine.messages import Message
from optimizer.calendar import EVERY
from optimizer.check_days import day_faults
from optimizer.check_lift import lift_faults
from optimizer.check_values import value_faults
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import VALUE, Demand


def check_demand(demand: Demand, curves: CurveSet, others: Mapping[str, CurveSet] | None = None) -> tuple[str, ...]:
    """The channels to plan, sorted. Raises DemandError with every fault of the request at once."""
    known = tuple(sorted(curves.curves))
    channels = tuple(demand.channels) if demand.channels is not None else known
    faults = [
        *_channel_faults(demand, channels, known),
        *_budget_faults(demand, curves),
        *day_faults(demand, channels),
        *value_faults(demand, len(set(channels))),
        *_shape_faults(demand),
        *_result_faults(demand, set(channels) & set(known), curves, others or {}),
        *_aim_faults(demand),
        *lift_faults(demand, curves, others or {}),
    ]
    if faults:
        raise DemandError("optimizer.demand.unusable", faults, count=len(faults))
    return tuple(sorted(set(channels)))


def _channel_faults(demand: Demand, channels: Sequence[str], known: Sequence[str]) -> Iterator[Message]:
    if not channels:
        yield Message("optimizer.demand.no_channels")
    for name in _twice(channels):
        yield Message("optimizer.demand.duplicate_channel", {"channel": name})
    listed = "、".join(known) or "—"
    for name in sorted(set(channels) - set(known)):
        yield Message("optimizer.demand.unknown_channel", {"channel": name, "field": "channels", "known": listed})
    planned = "、".join(sorted(set(channels))) or "—"
    for place, names in _named(demand):
        for name in sorted(set(names) - set(channels)):
            yield Message("optimizer.demand.unknown_channel", {"channel": name, "field": place, "known": planned})


def _named(demand: Demand) -> Iterator[tuple[str, Sequence[str]]]:
    """Every field that names channels, with the names."""
    for place in (
        "bounds",
        "locks",
        "share_caps",
        "share_floors",
        "min_if_active",
        "weekly_bounds",
        "ramp",
        "flights",
        "held",
        "steps",
    ):
        yield place, tuple(getattr(demand, place))
    yield "blackouts", tuple(set(demand.blackouts) - {EVERY})
    yield "current", tuple(demand.current or ())
    for group in demand.groups:
        yield f"groups/{group.name}", group.channels
    for ratio in demand.ratios:
        yield f"ratios/{ratio.over}:{ratio.under}", (ratio.over, ratio.under)
    for package in demand.packages:
        yield f"packages/{package.name}", (package.channel,)
    for target in demand.targets:
        yield f"targets/{target.result}", target.channels or ()


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if list(names).count(name) > 1})


def _budget_faults(demand: Demand, curves: CurveSet) -> Iterator[Message]:
    if demand.budget.micros <= 0:
        yield Message("optimizer.demand.budget_not_positive", {"budget": str(demand.budget)})
    if demand.budget.currency != curves.currency:
        values = {"budget": demand.budget.currency, "history": curves.currency}
        yield Message("optimizer.demand.other_currency", values)


def _shape_faults(demand: Demand) -> Iterator[Message]:
    """Groups, ratios and packages that cannot be what was meant."""
    for place, names in (
        ("groups", [group.name for group in demand.groups]),
        ("packages", [package.name for package in demand.packages]),
    ):
        for name in _twice(names):
            yield Message("optimizer.demand.duplicate_name", {"field": place, "name": name})
    for group in demand.groups:
        if not group.channels:
            yield Message("optimizer.demand.no_channel_inside", {"field": f"groups/{group.name}"})
    for target in demand.targets:
        if target.channels is not None and not target.channels:
            yield Message("optimizer.demand.no_channel_inside", {"field": f"targets/{target.result}"})
    for ratio in demand.ratios:
        if ratio.over == ratio.under:
            yield Message("optimizer.demand.ratio_with_itself", {"channel": ratio.over})


def _result_faults(
    demand: Demand, channels: set[str], curves: CurveSet, others: Mapping[str, CurveSet]
) -> Iterator[Message]:
    if demand.result != curves.result:
        yield Message("optimizer.demand.other_result", {"result": demand.result, "curves": curves.result})
    listed = "、".join(sorted({curves.result, *others}))
    for result in demand.results:
        if result == demand.result:
            continue
        if result != curves.result and result not in others:
            yield Message("optimizer.demand.unknown_result", {"result": result, "known": listed})
        elif result in others:
            for name in sorted(channels - set(others[result].curves)):
                yield Message("optimizer.demand.no_curve", {"channel": name, "result": result})
            if others[result].currency != curves.currency:
                values = {"budget": others[result].currency, "history": curves.currency}
                yield Message("optimizer.demand.other_currency", values)
    for place in ("roas", "marginal_roas"):
        if getattr(demand, place) is not None and demand.result != VALUE:
            yield Message("optimizer.demand.needs_value", {"field": place, "result": demand.result})


def _aim_faults(demand: Demand) -> Iterator[Message]:
    """What is made most of must be one thing, and what is asked beside it must fit."""
    aims, averages = (
        [name for name in names if getattr(demand, name) is not None]
        for names in (("margin", "weights", "marginal_cpa", "marginal_roas"), ("cpa", "roas"))
    )
    least = ["goal"] if demand.goal == "least_spend" else []
    for together in ([*least, *aims], averages):
        if len(together) > 1:
            yield Message("optimizer.demand.one_of", {"fields": "、".join(together)})
    if least and not demand.targets:
        yield Message("optimizer.demand.needs_targets")
    if demand.on_top is not None and demand.current is None:
        yield Message("optimizer.demand.needs_current")
    # Both need the objective to be the one result of the request: "then" keeps what it reached, draws are its curves'.
    for place in ("then", "risk"):
        if getattr(demand, place) and (least or aims):
            yield Message("optimizer.demand.needs_plain_aim", {"field": place, "other": "、".join([*least, *aims])})
    if demand.then and demand.risk is not None:
        yield Message("optimizer.demand.needs_plain_aim", {"field": "then", "other": "risk"})
