"""Decides what is said where a rule cannot answer: which number is missing, or how much more data would settle it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.messages import Message, Value
from rules.evidence import impressions_until_sure
from rules.explain import subject
from rules.flags import Flags
from rules.judgement import NoData
from rules.pack import RulePack
from rules.signals import SignalTable
from rules.vocabulary import signals


def no_answers(pack: RulePack, table: SignalTable, found: Flags) -> Iterator[NoData]:
    """One "no data" answer per entity that spent or delivered in the window and could not be judged."""
    columns = table.columns
    open_ended = np.flatnonzero(found.unknown | found.thin | found.unproven)
    more = _more(pack, table, open_ended)
    spend = np.nan_to_num(columns["spend"])
    keys = table.facts.entities["key"]
    for place, at in enumerate(open_ended.tolist()):
        who = subject(table, at)
        wanted = more[place]
        reason = _reason(pack, table, found, at, {"name": who.name}, wanted)
        count = math.ceil(wanted) if math.isfinite(wanted) and wanted > 0 else None
        yield NoData(pack.id, str(keys.iat[at]), who, reason, float(spend[at]), count)


def _more(
    pack: RulePack, table: SignalTable, at: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Impressions still wanted per entity of ``at``; NaN where impressions are not what is missing."""
    peers = table.peers
    if pack.evidence.method != "ctr_below_peers" or peers is None or not len(at):
        return np.full(len(at), np.nan)
    shown, clicks = np.nan_to_num(table.columns["impressions"][at]), np.nan_to_num(table.columns["clicks"][at])
    until = impressions_until_sure(
        clicks, shown, peers.rate[at], peers.log_error[at], peers.shape[at], pack.evidence.ratio
    )
    until[np.isnan(peers.rate[at])] = np.nan
    return np.fmax(until, pack.guards.min_impressions - shown)


def _reason(pack: RulePack, table: SignalTable, found: Flags, at: int, who: dict[str, Value], more: float) -> Message:
    columns = table.columns
    if found.unknown[at]:
        lacking = [signals()[name].label for name in pack.metrics if math.isnan(columns[name][at])]
        texts = {
            "metrics_zh": "、".join(n["zh-TW"] for n in lacking),
            "metrics_en": ", ".join(n["en"] for n in lacking),
        }
        return Message("rules.no_data.missing", {**who, **texts})
    shown = float(np.nan_to_num(columns["impressions"][at]))
    if found.thin[at] and shown < pack.guards.min_impressions:
        needed = f"{pack.guards.min_impressions - shown:,.0f}"
        return Message("rules.no_data.thin", {**who, "impressions": f"{shown:,.0f}", "more": needed})
    if found.thin[at]:
        count = int(np.nan_to_num(columns.get("peer_count", np.zeros(at + 1))[at]))
        return Message("rules.no_data.peers", {**who, "peers": count, "least": pack.guards.min_peers})
    if math.isfinite(more) and more > 0:
        return Message("rules.no_data.unproven_more", {**who, "more": f"{more:,.0f}"})
    return Message("rules.no_data.unproven", {**who, "sure": f"{found.sure[at]:.0%}"})
