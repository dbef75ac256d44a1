"""Decides the one plain sentence that is told of a flag: what, on which numbers, how sure, and how much money is in it.

The numbers of all flags of a rule are taken out of their columns at once; a sentence is made when it is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.messages import Message, Value
from rules.entities import Floats, Ints
from rules.explain import amount
from rules.flags import Flags
from rules.pack import RulePack
from rules.signals import SignalTable

LEAST_TOLD = 0.001  # a chance below this is told as "below 0.1%", never as 0.0%
ZERO = ("expected_conversions", "target_cpa")
CTR = ("ctr", "peer_ctr", "peer_count", "impressions")
STOPPED = ("days_since_delivery", "impressions_per_day_before")
Values = dict[str, Value]


class Reasons:
    """The sentences of the flags of one rule on one level, which are counted from 0."""

    def __init__(self, pack: RulePack, table: SignalTable, found: Flags, at: Ints, currency: str | None) -> None:
        self._pack, self._currency = pack, currency
        self._spend: list[float] = table.columns["spend"][at].tolist()
        self._sure: list[float] = found.sure[at].tolist()
        self._chance: list[float] = found.false_rate[at].tolist()
        self._counted_days = found.counted.last_day - found.counted.first_day + 1
        self._numbers: dict[str, list[float]] = {}
        self._tell = self._chosen(table, found, at)

    def of(self, number: int, name: str, conditions: Iterable[Mapping[str, Any]]) -> Message:
        """The sentence of one flag, of the entity called ``name``; ``conditions`` are its comparisons as evidence."""
        spend = self._spend[number]
        values: Values = {
            "name": name,
            "days": self._pack.window.days,
            "spend": "—" if math.isnan(spend) else amount(spend, self._currency),
        }
        if self._tell is None:
            return Message("rules.reason.conditions", {**values, "told": _met(conditions)})
        return self._tell(number, values)

    def _chosen(self, table: SignalTable, found: Flags, at: Ints) -> Callable[[int, Values], Message] | None:
        """How this rule tells its flags, None where by its comparisons; takes the numbers that this needs."""
        method, counted = self._pack.evidence.method, found.counted
        if method == "poisson_zero":
            self._take({name: table.columns[name] for name in ZERO}, at)
            return self._no_conversion
        if method == "cpa_gamma":
            self._take({name: found.proof.counted[name] for name in ("spend", "conversions", "conversions_due")}, at)
            # What a conversion may cost is the target itself, not what it comes to with some still to be reported.
            if counted.expected is not None and self._pack.evidence.against == "target":
                self._take({"paid": counted.expected.target_cpa}, at)
            return self._cost
        if method == "ctr_below_peers" and counted.peers is not None:
            self._take({name: counted.columns[name] for name in CTR}, at)
            return self._click_rate
        if "days_since_delivery" in self._pack.metrics:
            self._take({name: table.columns[name] for name in STOPPED}, at)
            return self._stopped
        return None

    def _take(self, columns: Mapping[str, Floats], at: Ints) -> None:
        self._numbers |= {name: values[at].tolist() for name, values in columns.items()}

    def _no_conversion(self, number: int, values: Values) -> Message:
        due, cpa = (self._numbers[name][number] for name in ZERO)
        values |= {"due": f"{due:.1f}", "cpa": amount(cpa, self._currency)}
        if self._chance[number] < LEAST_TOLD:
            return Message("rules.reason.spend_no_conv_certain", values)
        return Message("rules.reason.spend_no_conv", {**values, "chance": f"{self._chance[number]:.1%}"})

    def _cost(self, number: int, values: Values) -> Message:
        spend, got, due = (self._numbers[name][number] for name in ("spend", "conversions", "conversions_due"))
        paid = self._numbers["paid"][number] if "paid" in self._numbers else spend / due
        evidence, sure = self._pack.evidence, math.floor(self._sure[number] * 1000) / 1000
        side = "above" if evidence.tail == "above" else "below"
        told: Values = {
            "days": self._counted_days,
            "spend": amount(spend, self._currency),
            "conversions": f"{got:,.4g}",
            "due": f"{due:,.1f}",
            "cpa": amount(paid, self._currency),
            "ratio": f"{evidence.ratio:g}",
            "sure": f"{min(sure, 1 - LEAST_TOLD):.1%}",
        }
        against = "rest" if evidence.against == "rest" else "target"
        return Message(f"rules.reason.cpa_{side}_{against}", {**values, **told})

    def _click_rate(self, number: int, values: Values) -> Message:
        ctr, peer_ctr, peers, shown = (self._numbers[name][number] for name in CTR)
        values |= {
            "ctr": f"{ctr:.2%}",
            "peer_ctr": f"{peer_ctr:.2%}",
            "peers": int(peers),
            "impressions": f"{shown:,.0f}",
            "ratio": f"{self._pack.evidence.ratio:g}",
            "days": self._counted_days,
        }
        if self._sure[number] > 1 - LEAST_TOLD:
            return Message("rules.reason.low_ctr_certain", values)
        return Message("rules.reason.low_ctr", {**values, "sure": f"{self._sure[number]:.1%}"})

    def _stopped(self, number: int, values: Values) -> Message:
        days, before = (self._numbers[name][number] for name in STOPPED)
        return Message("rules.reason.zero_delivery", {**values, "stopped": int(days), "before": f"{before:,.0f}"})


def _met(conditions: Iterable[Mapping[str, Any]]) -> str:
    """The comparisons that hold, with their numbers: ``ctr_wear 0.51 <= 0.8``."""
    return "; ".join(
        f"{one['metric']} {_short(one['value'])} {one['op']} {_short(one['threshold'])}"
        for one in conditions
        if one["met"]
    )


def _short(value: float | list[float] | None) -> str:
    if isinstance(value, list):
        return "–".join(_short(end) for end in value)
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
