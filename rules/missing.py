"""Decides what is said where a rule cannot answer: which number is missing, or how much more data would settle it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, Value
from rules.click_ratio import impressions_until_sure
from rules.entities import Floats
from rules.explain import rows_of, subject
from rules.flags import Flags
from rules.judgement import NoData
from rules.pack import RulePack
from rules.peers import LEAST_PEERS
from rules.signals import SignalTable

MOST_TOLD = 500


def no_answers(pack: RulePack, table: SignalTable, found: Flags) -> list[NoData]:
    """The "no data" answers with the most spend, at most ``MOST_TOLD``; ``Flags`` counts them all."""
    spend = np.nan_to_num(table.columns["spend"])
    at = np.flatnonzero(found.unanswered)
    at = at[np.argsort(-spend[at], kind="stable")][:MOST_TOLD]
    more = _more(pack, table, found, at)
    answers = []
    for entity, row, wanted in zip(at.tolist(), rows_of(table, at.tolist()), more.tolist(), strict=True):
        who = subject(table.facts.level, row)
        reason = _reason(pack, table, found, entity, {"name": who.name}, wanted)
        count = math.ceil(wanted) if math.isfinite(wanted) and wanted > 0 else None
        answers.append(NoData(pack.id, row["key"], who, reason, float(spend[entity]), count))
    return answers


def _more(pack: RulePack, table: SignalTable, found: Flags, at: NDArray[np.intp]) -> Floats:
    """Impressions still wanted per entity of ``at``; NaN where impressions are not what is missing."""
    out = np.full(len(at), np.nan)
    ratios, peers, columns = found.ratios, table.peers, table.columns
    if ratios is None or peers is None:
        return out
    for number, spread in ratios.spreads.items():
        own = (ratios.platform[at] == number) & ~np.isnan(ratios.sure[at])
        some = at[own]
        clicks, shown = columns["clicks"][some], columns["impressions"][some]
        until = impressions_until_sure(clicks, shown, ratios.due[some], peers.log_error[some], spread)
        out[own] = np.fmax(until, pack.guards.min_impressions - shown)
    return out


def _reason(pack: RulePack, table: SignalTable, found: Flags, at: int, who: dict[str, Value], more: float) -> Message:
    columns = table.columns
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
    if math.isfinite(more) and more > 0:
        return Message("rules.no_data.unproven_more", {**who, "more": f"{more:,.0f}"})
    return Message("rules.no_data.unproven", {**who, "sure": f"{min(found.sure[at], 0.999):.1%}"})


def _others(table: SignalTable, at: int) -> int:
    """How many others of the account an ad could be compared with at most."""
    if table.peers is None:
        return 0
    return int(table.peers.most[at])
