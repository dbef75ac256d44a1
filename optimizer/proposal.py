"""Decides what a proposal holds: spend and expected outcome per channel and week, its proof and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.messages import LANGUAGES, Message, render
from engine.money import CASH_STEP, Money
from engine.vocabulary import Period
from optimizer.curves.curve_set import ChannelCurve


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule that holds a channel: ``price_per_1000`` is the result gained by giving way by 1,000 units of money."""

    rule: str
    side: str
    price_per_1000: float


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point of a channel's weekly response at steady spend, with its 90 % range."""

    spend: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChannelProposal:
    """One channel of the plan. ``expected_low`` to ``expected_high`` holds the outcome nine times out of ten."""

    channel: str
    spend: float
    current_spend: float
    expected: float
    expected_low: float
    expected_high: float
    current_expected: float
    marginal_per_1000: float
    curve: ChannelCurve
    binding: tuple[Binding, ...]
    why: Message
    points: tuple[ChartPoint, ...]
    weeks_running: float


@dataclass(frozen=True, slots=True)
class CellProposal:
    """One channel in one week of the plan."""

    week: Period
    channel: str
    spend: float
    expected: float
    expected_low: float
    expected_high: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan with its certificate: no plan under the same rules brings more than ``upper_bound`` expected results."""

    budget: Money
    period: Period
    result: str
    channels: tuple[ChannelProposal, ...]
    weeks: tuple[CellProposal, ...]
    objective: float
    objective_low: float
    objective_high: float
    upper_bound: float
    gap: float
    current_objective: float
    current_given: bool
    chance_better: float
    rounding_loss: float
    marginal_per_1000: float
    warnings: tuple[Message, ...]
    data: tuple[date | None, date | None]
    curves_hash: str
    credit: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def allocated(self) -> float:
        """Money placed, in units."""
        return sum(channel.spend for channel in self.channels)

    @property
    def uplift(self) -> float:
        """Expected results gained against the current plan, relative."""
        return self.objective / self.current_objective - 1.0 if self.current_objective > 0 else 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready. Money in units of ``currency``, whole numbers where the currency is booked in whole units."""
        currency = self.budget.currency
        budget = self.budget.micros / 1_000_000
        return {
            "budget": amount(budget, currency),
            "allocated": amount(self.allocated, currency),
            "unspent": amount(budget - self.allocated, currency),
            "currency": currency,
            "result": self.result,
            "period": {"start": self.period.start.isoformat(), "end": self.period.end.isoformat()},
            "channels": [_channel(channel, currency) for channel in self.channels],
            "weeks": [_cell(cell, currency) for cell in self.weeks],
            "objective": self.objective,
            "objective_low": self.objective_low,
            "objective_high": self.objective_high,
            "interval": 0.9,
            "upper_bound": self.upper_bound,
            "gap": self.gap,
            "current_objective": self.current_objective,
            "current_given": self.current_given,
            "uplift": self.uplift,
            "chance_better": self.chance_better,
            "rounding_loss": self.rounding_loss,
            "marginal_per_1000": self.marginal_per_1000,
            "warnings": [spoken(warning) for warning in self.warnings],
            "credit": dict(self.credit),
            "data": {"start": _iso(self.data[0]), "end": _iso(self.data[1])},
            "curves_hash": self.curves_hash,
            "versions": dict(self.versions),
        }


def amount(value: float, currency: str) -> int | float:
    """Money for JSON: an int where the currency is booked in whole units."""
    return round(value) if currency in CASH_STEP else round(value, 2)


def spoken(message: Message) -> dict[str, Any]:
    """A message for JSON: its id, its values and the sentence in every language."""
    texts = {language: render(message, language) for language in LANGUAGES}
    return {"id": message.id, "values": dict(message.values), "text": texts}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _channel(channel: ChannelProposal, currency: str) -> dict[str, Any]:
    known = channel.curve
    return {
        "channel": channel.channel,
        "spend": amount(channel.spend, currency),
        "current_spend": amount(channel.current_spend, currency),
        "expected": channel.expected,
        "expected_low": channel.expected_low,
        "expected_high": channel.expected_high,
        "current_expected": channel.current_expected,
        "marginal_per_1000": channel.marginal_per_1000,
        "basis": known.basis,
        "source": known.source,
        "weeks_of_data": known.weeks_of_data,
        "effective_results": known.effective_results,
        "information": known.information,
        "elasticity": {"mean": known.elasticity[0], "low": known.elasticity[1], "high": known.elasticity[2]},
        "curve": {"family": known.curve.family, "params": known.curve.params(), "adstock": known.adstock},
        "binding": [{"rule": b.rule, "side": b.side, "price_per_1000": b.price_per_1000} for b in channel.binding],
        "why": spoken(channel.why),
        "weekly": {
            "proposed": channel.spend / channel.weeks_running if channel.weeks_running else 0.0,
            "current": channel.current_spend / channel.weeks_running if channel.weeks_running else 0.0,
            "observed_max": known.observed_max,
        },
        "points": [{"spend": p.spend, "expected": p.expected, "low": p.low, "high": p.high} for p in channel.points],
    }


def _cell(cell: CellProposal, currency: str) -> dict[str, Any]:
    return {
        "week_start": cell.week.start.isoformat(),
        "week_end": cell.week.end.isoformat(),
        "channel": cell.channel,
        "spend": amount(cell.spend, currency),
        "expected": cell.expected,
        "expected_low": cell.expected_low,
        "expected_high": cell.expected_high,
    }
