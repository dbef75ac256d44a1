"""Decides how a request is said in the optimizer's words: money of the account's currency, fractions as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from api.services.plan_request import ProposalRequest
from api.services.plan_rules import Days, LiftRule, Range
from engine.money import Money
from engine.vocabulary import Period

if TYPE_CHECKING:
    from optimizer.demand import Bounds, Demand
    from optimizer.lift_report import LiftReport


def demand_of(request: ProposalRequest, currency: str) -> Demand:
    """The request as a demand. Where it is about money on top, the budget is the running plan and that money."""
    from optimizer.demand import Demand

    said = _Said(currency)
    budget = request.budget or Decimal(0)
    if request.on_top is not None:
        budget = sum((request.current or {}).values(), start=request.on_top)
    names = sorted({*request.minimums, *request.maximums})
    return Demand(
        budget=Money.of(budget, currency),
        period=Period(request.start, request.end),
        result=request.result,
        bounds={name: said.bounds(Range(request.minimums.get(name), request.maximums.get(name))) for name in names},
        share_caps=_floats(request.share_caps),
        share_floors=_floats(request.share_floors),
        weekly=said.bounds(request.weekly),
        weekly_bounds={name: said.bounds(one) for name, one in request.weekly_bounds.items()},
        daily=said.bounds(request.daily),
        ramp=_floats(request.ramp),
        locks=said.amounts(request.locks),
        min_if_active=said.amounts(request.min_if_active),
        steps=said.amounts(request.steps),
        current=None if request.current is None else said.amounts(request.current),
        on_top=said.money(request.on_top),
        cpa=said.money(request.cpa),
        marginal_cpa=said.money(request.marginal_cpa),
        roas=_float(request.roas),
        marginal_roas=_float(request.marginal_roas),
        margin=_float(request.margin),
        weights=None if request.weights is None else _floats(request.weights),
        give=float(request.give),
        learning_reserve=float(request.learning_reserve),
        flights={name: _period(days) for name, days in request.flights.items()},
        blackouts={name: tuple(map(_period, days)) for name, days in request.blackouts.items()},
        lift_tests=tuple(lift_report(one, request.result, currency) for one in request.lift_tests),
        **said.rules(request),
        **{name: getattr(request, name) for name in _AS_IT_IS},
    )


def lift_report(test: LiftRule, result: str, currency: str) -> LiftReport:
    """The study in the optimizer's words; of ``result`` and in ``currency`` where it does not say."""
    from optimizer.lift_report import LiftReport

    return LiftReport(
        channel=test.channel,
        start=test.start,
        end=test.end,
        spend=Money.of(test.spend, test.currency or currency),
        lift=float(test.lift),
        result=test.result or result,
        spend_without=Money.of(test.spend_without, test.currency or currency),
        standard_error=_float(test.standard_error),
        low=_float(test.low),
        high=_float(test.high),
        level=float(test.level),
        coverage=float(test.coverage),
        source=test.source,
    )


_AS_IT_IS = ("fewest_channels", "most_channels", "by_day", "goal", "then", "held", "channels")


class _Said:
    """The parts of a request with money in them, in one currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def money(self, amount: Decimal | None) -> Money | None:
        return None if amount is None else Money.of(amount, self.currency)

    def amounts(self, given: Mapping[str, Decimal]) -> dict[str, Money]:
        return {name: Money.of(amount, self.currency) for name, amount in given.items()}

    def bounds(self, given: Range) -> Bounds:
        from optimizer.demand import Bounds

        return Bounds(self.money(given.min), self.money(given.max))

    def rules(self, request: ProposalRequest) -> dict[str, Any]:
        from optimizer.ask import Kpi, Pacing, Risk
        from optimizer.demand import GroupLimit, PackageOffer, RatioLimit

        pacing, risk = request.pacing, request.risk
        return {
            "groups": tuple(
                GroupLimit(
                    one.name,
                    one.channels,
                    self.money(one.min),
                    self.money(one.max),
                    _float(one.min_share),
                    _float(one.max_share),
                )
                for one in request.groups
            ),
            "ratios": tuple(
                RatioLimit(one.over, one.under, _float(one.min), _float(one.max)) for one in request.ratios
            ),
            "packages": tuple(
                PackageOffer(one.name, one.channel, Money.of(one.price, self.currency), float(one.results), one.must)
                for one in request.packages
            ),
            "targets": tuple(Kpi(one.result, float(one.least), one.channels) for one in request.targets),
            "pacing": pacing and Pacing(float(pacing.tolerance), float(pacing.weekend), float(pacing.holiday)),
            "risk": risk and Risk(float(risk.tail), float(risk.weight)),
        }


def _period(days: Days) -> Period:
    return Period(days.start, days.end)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _floats(given: Mapping[str, Decimal]) -> dict[str, float]:
    return {name: float(value) for name, value in given.items()}
