"""Decides what is said where a rule cannot answer: which number is missing, or how much more data would settle it."""

from __future__ import annotations

import math

import numpy as np

from engine.messages import Message, Value
from rules.entities import Floats, Ints
from rules.explain import amount, rows_of, subject
from rules.flags import Flags
from rules.judgement import NoData
from rules.pack import RulePack
from rules.peers import LEAST_PEERS
from rules.signals import SignalTable

MOST_TOLD = 500


def no_answers(pack: RulePack, table: SignalTable, found: Flags, currency: str | None = None) -> list[NoData]:
    """The "no data" answers with the most spend, at most ``MOST_TOLD``; ``Flags`` counts them all."""
    spend = np.nan_to_num(table.columns["spend"])
    at = np.flatnonzero(found.unanswered)
    at = at[np.argsort(-spend[at], kind="stable")][:MOST_TOLD]
    more = _more(pack, found, at)
    unit = found.proof.unit
    answers = []
    for entity, row, wanted in zip(at.tolist(), rows_of(table, at.tolist()), more.tolist(), strict=True):
        who = subject(table.facts.level, row)
        reason = _reason(pack, table, found, entity, {"name": who.name}, (wanted, currency))
        count = math.ceil(wanted) if math.isfinite(wanted) and wanted > 0 else None
        shown = count if unit == "impressions" else None
        answers.append(NoData(pack.id, row["key"], who, reason, float(spend[entity]), shown))
    return answers


def _more(pack: RulePack, found: Flags, at: Ints) -> Floats:
    """How much more the entities ``at`` want, in the unit of the method; NaN where that is not what is missing."""
    wanted = found.proof.more(at, pack.evidence)
    if found.proof.unit == "impressions":
        wanted = np.fmax(wanted, pack.guards.min_impressions - found.counted.columns["impressions"][at])
    return np.where(found.unknown[at], np.nan, wanted)


def _reason(
    pack: RulePack, table: SignalTable, found: Flags, at: int, who: dict[str, Value], more: tuple[float, str | None]
) -> Message:
    columns, (wanted, currency) = table.columns, more
    if found.unknown[at]:
        lacking = [name for name in pack.metrics if math.isnan(columns[name][at])]
        if "ctr_vs_peers" in lacking and not math.isnan(columns["ctr"][at]):
            return Message("rules.no_data.peers", {**who, "peers": _others(table, at), "least": LEAST_PEERS})
        if "conversions" in lacking:
            return Message("rules.no_data.conversions", who)
        if "expected_conversions" in lacking:
            return Message("rules.no_data.target", who)
        return Message("rules.no_data.missing", {**who, "metrics": ", ".join(lacking)})
    shown = float(np.nan_to_num(columns["impressions"][at]))
    if found.thin[at] and shown < pack.guards.min_impressions:
        needed = f"{pack.guards.min_impressions - shown:,.0f}"
        return Message("rules.no_data.thin", {**who, "impressions": f"{shown:,.0f}", "more": needed})
    if found.thin[at]:
        return Message("rules.no_data.peers", {**who, "peers": _others(table, at), "least": pack.guards.min_peers})
    if math.isfinite(wanted) and wanted > 0:
        told = amount(wanted, currency) if found.proof.unit == "spend" else f"{wanted:,.0f}"
        return Message(f"rules.no_data.unproven_{found.proof.unit}", {**who, "more": told})
    if math.isnan(found.sure[at]):
        return Message("rules.no_data.unweighed", who)
    return Message("rules.no_data.unproven", {**who, "sure": f"{min(found.sure[at], 0.999):.1%}"})


def _others(table: SignalTable, at: int) -> int:
    """How many others of the account an ad could be compared with at most."""
    if table.peers is None:
        return 0
    return int(table.peers.most[at])
