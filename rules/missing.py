"""Decides what is said where a rule cannot answer: which number is missing, or how much more data would settle it."""

from __future__ import annotations

import math

import numpy as np

from engine.messages import Message, Value
from rules.condition_form import columns_of
from rules.entities import Floats, Ints
from rules.explain import Texts, amount
from rules.flags import Flags, least_of
from rules.judgement import NoData
from rules.pack import RulePack
from rules.peers import LEAST_PEERS
from rules.signals import SignalTable
from rules.vocabulary import signals

MOST_TOLD = 500


def no_answers(
    pack: RulePack, table: SignalTable, found: Flags, texts: Texts, currency: str | None = None
) -> list[NoData]:
    """The "no data" answers with the most spend, at most ``MOST_TOLD``; ``Flags`` counts them all."""
    untold = untold_sources(pack, table)
    if untold:
        return _once_an_account(pack, table, found, texts, untold[0])
    spend = np.nan_to_num(table.columns["spend"])
    at = np.flatnonzero(found.unanswered)
    at = at[np.argsort(-spend[at], kind="stable")][:MOST_TOLD]
    more = _more(pack, found, at)
    unit = found.proof.unit
    answers = []
    told = zip(at.tolist(), texts.column("key", at), texts.subjects_of(at), more.tolist(), strict=True)
    for entity, key, who, wanted in told:
        reason = _reason(pack, table, found, entity, {"name": who.name}, (wanted, currency))
        count = int(wanted) if math.isfinite(wanted) and wanted > 0 else None
        answers.append(NoData(pack.id, key, who, reason, float(spend[entity]), count, unit if count else None))
    return answers


def untold_sources(pack: RulePack, table: SignalTable) -> list[str]:
    """What would have to be imported or entered first: the sources of signals that no entity of the level has."""
    lacking = [name for name in pack.metrics if signals()[name].source != "facts"]
    return [signals()[name].source for name in lacking if len(table.columns[name]) and _all_missing(table, name)]


def _all_missing(table: SignalTable, name: str) -> bool:
    return bool(np.isnan(table.columns[name]).all())


def _once_an_account(pack: RulePack, table: SignalTable, found: Flags, texts: Texts, source: str) -> list[NoData]:
    """One answer for each account, not for each of its ads: what the rule cannot see, it cannot see of any of them."""
    at = np.flatnonzero(found.unanswered)
    account = table.facts.entities["account"].to_numpy(dtype=np.int64)[at]
    spent = np.bincount(account, weights=np.nan_to_num(table.columns["spend"])[at])
    numbers, first = np.unique(account, return_index=True)
    answers = []
    keys, subjects = texts.column("account_key", at[first]), texts.accounts_of(at[first])
    for key, who, spend in zip(keys, subjects, spent[numbers].tolist(), strict=True):
        reason = Message(f"rules.no_data.source_{source}", {"name": who.name, "rule": pack.id})
        answers.append(NoData(pack.id, key, who, reason, spend))
    return answers


def _more(pack: RulePack, found: Flags, at: Ints) -> Floats:
    """How much more the entities ``at`` want, in the unit of the method; NaN where that is not what is missing.

    It is an estimate, so it is rounded up to two digits: 12,439 would sound as if it were known.
    """
    wanted = found.proof.more(at, pack.evidence)
    if found.proof.unit == "impressions":
        wanted = np.fmax(wanted, pack.guards.min_impressions - found.counted.columns["impressions"][at])
    wanted = np.where(found.unknown[at], np.nan, wanted)
    known = np.isfinite(wanted) & (wanted > 0)
    step = 10.0 ** np.fmax(np.floor(np.log10(np.where(known, wanted, 1.0))) - 1.0, 0.0)
    rounded: Floats = np.where(known, np.ceil(wanted / step) * step, wanted)
    return rounded


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
        # Where every metric itself is known, it is the other side of a comparison that is not.
        lacking = lacking or [name for name in columns_of(pack.when) if math.isnan(columns[name][at])]
        return Message("rules.no_data.missing", {**who, "metrics": ", ".join(lacking)})
    for least, name in least_of(pack.guards) if found.thin[at] else ():
        got = float(np.nan_to_num(columns[name][at]))
        if got < least:
            said = {"got": f"{got:,.0f}", "more": f"{least - got:,.0f}"}
            return Message(f"rules.no_data.thin_{name}", {**who, **said})
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
