"""Decides what is told about a flag: every number behind it, and one sentence that a planner can act on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from engine.messages import Message, Value
from engine.money import SIGNS
from engine.vocabulary import Level, Subject
from rules.condition_form import Test, tests_of
from rules.conditions import COMPARE, right_side
from rules.entities import EPOCH, TEXTS
from rules.flags import Flags, least_e_value
from rules.pack import MINIMUMS, RulePack
from rules.peer_members import told_peers
from rules.signals import SignalTable
from rules.vocabulary import signals

TEXTS_AND_KEYS = (*TEXTS, "key", "group_key", "campaign_key", "account_key")
LEAST_TOLD = 0.001  # a chance below this is told as "below 0.1%", never as 0.0%
SHOWN_NAMES = ("account", "campaign", "ad_group", "ad")


def plain(value: float) -> float | int | None:
    """A number fit for JSON: whole ones as int, missing and endless ones as null."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 10)


def rows_of(table: SignalTable, at: Sequence[int]) -> list[dict[str, str]]:
    """The texts of some entities, taken out of the frame in one go."""
    if not at:
        return []
    taken = table.facts.entities.iloc[list(at)]
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


def _condition(test: Test, table: SignalTable, at: int) -> dict[str, Any]:
    columns = table.columns
    value, threshold = float(columns[test.metric][at]), right_side(test, columns, at)
    if isinstance(threshold, list):
        met = threshold[0] <= value <= threshold[1]
    else:
        met = bool(COMPARE[test.op](value, threshold))
    of = signals()[test.metric]
    parts = {"numerator": of.numerator, "denominator": of.denominator}
    return {
        "metric": test.metric,
        "value": plain(value),
        "op": test.op,
        "threshold": threshold if isinstance(threshold, list) else plain(threshold),
        "met": met,
        **{
            name: {"metric": part, "value": plain(float(columns[part][at]))} if part else None
            for name, part in parts.items()
        },
    }


def evidence(pack: RulePack, table: SignalTable, found: Flags, at: int) -> dict[str, Any]:
    """Every number behind one flag, JSON-ready."""
    columns = table.columns
    out: dict[str, Any] = {
        "conditions": [_condition(test, table, at) for test in tests_of(pack.when)],
        "sums": {
            name: plain(float(columns[name][at]))
            for name in ("spend", "impressions", "clicks", "conversions")
            if not math.isnan(columns[name][at])
        },
        "method": pack.evidence.method,
        "guards_passed": _guards(pack),
        "judged": found.judged,
    }
    counted = found.counted
    if pack.evidence.method != "none":
        out |= _weighed(pack, found, at)
    if counted.peers is not None:
        told = told_peers(counted, counted.peers, at)
        out["peers"] = {name: plain(value) if isinstance(value, float) else value for name, value in told.items()}
    if counted.expected is not None:
        due = counted.expected
        out["target"] = {
            "cpa": plain(float(due.target_cpa[at])),
            "given": bool(due.given[at]),
            "learned_from_conversions": plain(float(due.conversions_behind[at])),
            "reported_share": plain(float(due.reported_share[at])),
            "lag_basis": due.lag_basis[at],
        }
    return out


def _weighed(pack: RulePack, found: Flags, at: int) -> dict[str, Any]:
    """How the method weighed an entity: on which days and numbers, how sure it is, and which bars were passed."""
    counted = found.counted
    return {
        "probability": plain(float(found.sure[at])),
        "false_rate": plain(float(found.false_rate[at])),
        "log_e": plain(float(found.proof.log_e[at])),
        "least_e": least_e_value(pack),
        "fdr": pack.evidence.fdr,
        "fdr_rank": plain(float(found.rank[at])),
        "certain": bool(found.certain[at]),
        "counted": {
            "start": (EPOCH + timedelta(days=counted.first_day)).isoformat(),
            "end": (EPOCH + timedelta(days=counted.last_day)).isoformat(),
            "numbers": {name: plain(float(values[at])) for name, values in found.proof.counted.items()},
        },
    }


def _guards(pack: RulePack) -> list[str]:
    minimums = [name for name in (*MINIMUMS, "min_peers") if getattr(pack.guards, name)]
    return [*minimums, *pack.guards.skip_if]


def amount(value: float, currency: str | None) -> str:
    """Money as people read it; a whole amount in a currency booked whole."""
    sign = SIGNS.get(currency or "", f"{currency} " if currency else "")
    return f"{sign}{value:,.0f}"


def reason(pack: RulePack, table: SignalTable, found: Flags, at: int, name: str, currency: str | None) -> Message:
    """One plain sentence: what, on which numbers, how sure, and how much money is in it."""
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
    return Message("rules.reason.conditions", {**values, "told": _met(pack, table, at)})


def _met(pack: RulePack, table: SignalTable, at: int) -> str:
    """The comparisons that hold, with their numbers: ``ctr_wear 0.51 <= 0.8``."""
    told = [_condition(test, table, at) for test in tests_of(pack.when)]
    return "; ".join(
        f"{one['metric']} {_short(one['value'])} {one['op']} {_short(one['threshold'])}" for one in told if one["met"]
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
