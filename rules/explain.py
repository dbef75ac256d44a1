"""Decides what is told about a flag: every number behind it, and one sentence that a planner can act on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from engine.messages import Message, Value
from engine.money import SIGNS
from engine.vocabulary import Level, Subject
from rules.entities import TEXTS
from rules.flags import Flags
from rules.pack import RulePack
from rules.signals import SignalTable

TEXTS_AND_KEYS = (*TEXTS, "key", "group_key", "campaign_key", "account_key")
LEAST_TOLD = 0.001  # a chance below this is told as "below 0.1%", never as 0.0%
Conditions = Callable[[], Iterable[Mapping[str, Any]]]
SHOWN_NAMES = ("account", "campaign", "ad_group", "ad")


def rows_of(entities: pd.DataFrame, at: Sequence[int]) -> list[dict[str, str]]:
    """The texts of some entities, taken out of the frame in one go."""
    if not at:
        return []
    taken = entities.iloc[list(at)]
    texts = zip(*(taken[name].tolist() for name in TEXTS_AND_KEYS), strict=True)
    return [dict(zip(TEXTS_AND_KEYS, row, strict=True)) for row in texts]


def subject(level: str, row: Mapping[str, str]) -> Subject:
    """Who an entity is, with ids and names from the account down to itself."""
    known = SHOWN_NAMES[: SHOWN_NAMES.index("campaign" if level == "placement" else level) + 1]
    ids = {name: row[f"{name}_id"] for name in known if row[f"{name}_id"]}
    names = {name: row[f"{name}_name"] for name in known if row[f"{name}_name"]}
    if level == "placement":
        names["placement"] = row["breakdown_value"]
    return Subject(Level(level), row["platform"], ids, names)


class Texts:
    """The texts of the entities of one level, and who each is: taken out once for all rules that flag it."""

    def __init__(self, level: str, entities: pd.DataFrame) -> None:
        self._level, self._entities = level, entities
        self._met: dict[int, tuple[dict[str, str], Subject]] = {}

    def of(self, at: Sequence[int]) -> list[tuple[dict[str, str], Subject]]:
        """Texts and subject of the entities ``at``."""
        new = [one for one in at if one not in self._met]
        for one, row in zip(new, rows_of(self._entities, new), strict=True):
            self._met[one] = row, subject(self._level, row)
        return [self._met[one] for one in at]


def amount(value: float, currency: str | None) -> str:
    """Money as people read it; a whole amount in a currency booked whole."""
    sign = SIGNS.get(currency or "", f"{currency} " if currency else "")
    return f"{sign}{value:,.0f}"


def reason(
    pack: RulePack, table: SignalTable, found: Flags, at: int, name: str, currency: str | None, numbers: Conditions
) -> Message:
    """One plain sentence: what, on which numbers, how sure, and how much money is in it.

    ``numbers`` gives the comparisons of the flag, where the sentence is made of them.
    """
    columns = table.columns
    values: dict[str, Value] = {
        "name": name,
        "days": pack.window.days,
        "spend": amount(float(columns["spend"][at]), currency) if not math.isnan(columns["spend"][at]) else "—",
    }
    if pack.evidence.method == "poisson_zero":
        due = columns["expected_conversions"][at]
        values |= {"due": f"{due:.1f}", "cpa": amount(float(columns["target_cpa"][at]), currency)}
        if found.false_rate[at] < LEAST_TOLD:
            return Message("rules.reason.spend_no_conv_certain", values)
        return Message("rules.reason.spend_no_conv", {**values, "chance": f"{found.false_rate[at]:.1%}"})
    counted = found.counted
    if pack.evidence.method == "cpa_gamma":
        return Message(f"rules.reason.{_cpa_sentence(pack)}", {**values, **_cpa(pack, found, at, currency)})
    if pack.evidence.method == "ctr_below_peers" and counted.peers is not None:
        values |= {**_ctr(counted, at), "ratio": f"{pack.evidence.ratio:g}", "days": _days(counted)}
        if found.sure[at] > 1 - LEAST_TOLD:
            return Message("rules.reason.low_ctr_certain", values)
        return Message("rules.reason.low_ctr", {**values, "sure": f"{found.sure[at]:.1%}"})
    if "days_since_delivery" in pack.metrics:
        days = int(columns["days_since_delivery"][at])
        before = f"{columns['impressions_per_day_before'][at]:,.0f}"
        return Message("rules.reason.zero_delivery", {**values, "stopped": days, "before": before})
    return Message("rules.reason.conditions", {**values, "told": _met(numbers())})


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


def _days(counted: SignalTable) -> int:
    return counted.last_day - counted.first_day + 1


def _cpa_sentence(pack: RulePack) -> str:
    costly = pack.evidence.tail == "above"
    if pack.evidence.against == "rest":
        return "cpa_above_rest" if costly else "cpa_below_rest"
    return "cpa_above_target" if costly else "cpa_below_target"


def _cpa(pack: RulePack, found: Flags, at: int, currency: str | None) -> Mapping[str, Value]:
    spend, got, due = (float(found.proof.counted[name][at]) for name in ("spend", "conversions", "conversions_due"))
    return {
        "days": _days(found.counted),
        "spend": amount(spend, currency),
        "conversions": f"{got:,.4g}",
        "due": f"{due:,.1f}",
        "cpa": amount(_paid(pack, found, at, spend / due), currency),
        "ratio": f"{pack.evidence.ratio:g}",
        "sure": f"{min(math.floor(found.sure[at] * 1000) / 1000, 1 - LEAST_TOLD):.1%}",
    }


def _paid(pack: RulePack, found: Flags, at: int, learned: float) -> float:
    """What a conversion may cost: the target itself, not what it comes to with conversions still to be reported."""
    due = found.counted.expected
    return float(due.target_cpa[at]) if due is not None and pack.evidence.against == "target" else learned


def _ctr(table: SignalTable, at: int) -> Mapping[str, Value]:
    columns = table.columns
    return {
        "ctr": f"{columns['ctr'][at]:.2%}",
        "peer_ctr": f"{columns['peer_ctr'][at]:.2%}",
        "peers": int(columns["peer_count"][at]),
        "impressions": f"{columns['impressions'][at]:,.0f}",
    }
