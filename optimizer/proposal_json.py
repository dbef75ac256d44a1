"""Decides how a proposal is kept as JSON: plain numbers, and every sentence in every language."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.messages import LANGUAGES, Message, render
from engine.money import CASH_STEP
from optimizer.proposal import Binding, CellProposal, ChannelProposal, PackageProposal, Proposal, Shift, WholeChange


def proposal_json(plan: Proposal) -> dict[str, Any]:
    """The document of a proposal."""
    currency = plan.budget.currency
    budget = plan.budget.micros / 1_000_000
    return {
        "budget": amount(budget, currency),
        "allocated": amount(plan.allocated, currency),
        "unspent": amount(budget - plan.allocated, currency),
        "currency": currency,
        "result": plan.result,
        "period": {"start": plan.period.start.isoformat(), "end": plan.period.end.isoformat()},
        "channels": [_channel(channel, currency) for channel in plan.channels],
        "weeks": [_cell(cell, currency) for cell in plan.weeks],
        "packages": [_package(package, currency) for package in plan.packages],
        "package_spend": amount(plan.package_spend, currency),
        "package_results": plan.package_results,
        "objective": plan.objective,
        "objective_low": plan.objective_low,
        "objective_high": plan.objective_high,
        "interval": 0.9,
        "objective_name": plan.aim,
        "objective_value": plan.objective_value,
        "objective_current": plan.objective_current,
        "upper_bound": plan.upper_bound,
        "gap": plan.gap,
        "current_objective": plan.current_objective,
        "current_given": plan.current_given,
        "current_keeps_rules": plan.current_keeps_rules,
        "uplift": plan.uplift,
        "change": _whole_change(plan.change, currency),
        "chance_better": plan.chance_better,
        "rounding_loss": plan.rounding_loss,
        "rounding_text": None if plan.rounding_text is None else spoken(plan.rounding_text),
        "marginal_per_1000": plan.marginal_per_1000,
        "prices_local": plan.prices_local,
        "what_would_change": [_shift(shift, currency) for shift in plan.what_would_change],
        "warnings": [spoken(warning) for warning in plan.warnings],
        "credit": dict(plan.credit),
        "data": {"start": _iso(plan.data[0]), "end": _iso(plan.data[1])},
        "curves_hash": plan.curves_hash,
        "proof": None if plan.proof is None else plan.proof.as_dict(),
        "versions": dict(plan.versions),
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
        "change": {
            "spend": amount(channel.change.spend, currency),
            "expected": channel.change.expected,
            "per_1000": channel.change.per_1000,
            "text": spoken(channel.change.text),
        },
        "marginal_per_1000": channel.marginal_per_1000,
        "hurdle_per_1000": channel.hurdle_per_1000,
        "basis": known.basis,
        "source": known.source,
        "weeks_of_data": known.weeks_of_data,
        "effective_results": known.effective_results,
        "information": known.information,
        "elasticity": {"mean": known.elasticity[0], "low": known.elasticity[1], "high": known.elasticity[2]},
        "curve": {"family": known.curve.family, "params": known.curve.params(), "adstock": known.adstock},
        "binding": [_binding(one) for one in channel.binding],
        "why": spoken(channel.why),
        "weekly": {
            "proposed": channel.spend / channel.weeks_running if channel.weeks_running else 0.0,
            "current": channel.current_spend / channel.weeks_running if channel.weeks_running else 0.0,
            "observed_max": known.observed_max,
        },
        "points": [{"spend": p.spend, "expected": p.expected, "low": p.low, "high": p.high} for p in channel.points],
    }


def _binding(one: Binding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "side": one.side,
        "price_per_1000": one.price_per_1000,
        "unit": one.unit,
        "local": one.local,
        "name": spoken(one.name),
        "without": one.without,
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


def _package(package: PackageProposal, currency: str) -> dict[str, Any]:
    return {
        "name": package.name,
        "channel": package.channel,
        "price": amount(package.price, currency),
        "bought": package.bought,
        "must": package.must,
        "results": package.results,
        "toggled": package.toggled,
        "why": spoken(package.why),
    }


def _whole_change(change: WholeChange, currency: str) -> dict[str, Any]:
    return {
        "moved": amount(change.moved, currency),
        "added": amount(change.added, currency),
        "gained": change.gained,
        "gained_low": change.gained_low,
        "gained_high": change.gained_high,
        "gained_per_1000": change.gained_per_1000,
        "text": spoken(change.text),
    }


def _shift(shift: Shift, currency: str) -> dict[str, Any]:
    money = shift.step is not None and shift.rule not in ("kpi_targets", "active_channels")
    return {
        "kind": shift.kind,
        "channel": shift.channel,
        "rule": shift.rule,
        "side": shift.side,
        "step": amount(shift.step, currency) if money and shift.step is not None else shift.step,
        "results": shift.results,
        "per_1000": shift.per_1000,
        "holds": shift.holds,
        "factor": shift.factor,
        "chance": shift.chance,
        "text": spoken(shift.text),
    }
