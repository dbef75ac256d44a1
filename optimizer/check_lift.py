"""Decides whether lift tests can move a curve, each on its own and as pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from engine.messages import Message
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.lift_report import LiftReport


def lift_faults(demand: Demand, curves: CurveSet, others: Mapping[str, CurveSet]) -> Iterator[Message]:
    """Every fault of the demand's lift tests, which are named by their place, counted from 1."""
    for number, report in enumerate(demand.lift_tests, start=1):
        place = f"lift_tests/{number}"
        known = others.get(report.result, curves).curves
        if report.channel not in known:
            values = {"channel": report.channel, "field": place, "known": "、".join(sorted(known)) or "—"}
            yield Message("optimizer.demand.unknown_channel", values)
        yield from report_faults(report, demand.budget.currency, place)
    yield from overlap_faults(demand.lift_tests)


def report_faults(report: LiftReport, currency: str, place: str = "") -> Iterator[Message]:
    """What is wrong with one report; ``place`` stands before the names of its fields."""
    before = f"{place}/" if place else ""
    if report.end < report.start:
        days = {"start": report.start.isoformat(), "end": report.end.isoformat()}
        yield Message("optimizer.demand.lift_backwards", {"field": f"{before}start", **days})
    yield from _spend_faults(report, currency, before)
    for name, value, allowed in (
        ("standard_error", report.standard_error, "positive"),
        ("level", report.level, "inside"),
        ("coverage", report.coverage, "part"),
    ):
        if value is not None and not _is_allowed(value, allowed):
            yield Message(f"optimizer.demand.number_not_{allowed}", {"field": f"{before}{name}", "value": str(value)})
    yield from _range_faults(report, before)


def _is_allowed(value: float, allowed: str) -> bool:
    within = {"positive": value > 0, "inside": 0 < value < 1, "part": 0 < value <= 1}
    return math.isfinite(value) and within[allowed]


def _spend_faults(report: LiftReport, currency: str, before: str) -> Iterator[Message]:
    for name, amount in (("spend", report.spend), ("spend_without", report.spend_without)):
        if amount is None:
            continue
        values = {"field": f"{before}{name}", "amount": str(amount)}
        if amount.currency != currency:
            if name == "spend" or amount.currency != report.spend.currency:  # told once
                yield Message("optimizer.demand.mixed_currency", values | {"currency": currency})
        elif amount.micros < 0:
            yield Message("optimizer.demand.negative_amount", values)
    if report.spend.micros == (0 if report.spend_without is None else report.spend_without.micros):
        yield Message("optimizer.demand.lift_same_spend", {"field": f"{before}spend", "amount": str(report.spend)})


def _range_faults(report: LiftReport, before: str) -> Iterator[Message]:
    """Lift and its range: numbers, one kind of range, and the lift inside."""
    finite = True
    for name, value in (("lift", report.lift), ("low", report.low), ("high", report.high)):
        if value is not None and not math.isfinite(value):
            yield Message("optimizer.demand.number_not_finite", {"field": f"{before}{name}", "value": str(value)})
            finite = False
    low, high = report.low, report.high
    if (low is None) is not (high is None) or (low is None) is (report.standard_error is None):
        yield Message("optimizer.demand.lift_one_range", {"field": f"{before}standard_error"})
    elif low is not None and high is not None and finite and not (low <= report.lift <= high and low < high):
        ends = {"low": f"{low:,.10g}", "high": f"{high:,.10g}", "lift": f"{report.lift:,.10g}"}
        yield Message("optimizer.demand.lift_outside_range", {"field": f"{before}lift", **ends})


def overlap_faults(reports: Sequence[LiftReport]) -> Iterator[Message]:
    """Tests of one channel and result that share days would count the same lift twice."""
    for number, later in enumerate(reports, start=1):
        for before, earlier in enumerate(reports[: number - 1], start=1):
            same = (earlier.channel, earlier.result) == (later.channel, later.result)
            if same and earlier.start <= later.end and later.start <= earlier.end:
                yield Message("optimizer.demand.lift_overlap", {"field": f"lift_tests/{number}", "number": before})
