"""Decides what the product says about one sample: imported by the front door, then proposed, judged and screened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from api.sample import Truth
from compliance.findings import CopyItem, Verdict
from compliance.screening import screen
from engine.ingest.reading import read_export
from engine.money import Money
from engine.snapshot import Snapshot
from engine.store.store import Store
from engine.vocabulary import Level, Period
from optimizer.demand import Demand
from optimizer.history import weekly_history
from optimizer.propose import propose
from rules.judge import judge

BAD_CREATIVE_RULES = frozenset({"low_ctr_vs_peers", "spend_no_conv"})
SILENCE_RULE = "zero_delivery"


@dataclass(frozen=True, slots=True)
class Said:
    """The product's answers: weekly spend per channel of the truth file, names of ads, ids of copy rows."""

    plan: Mapping[str, list[float]]
    flagged: frozenset[str]
    silent: frozenset[str]
    blocked: frozenset[str]
    warnings: tuple[str, ...]


def import_sample(truth: Truth, folder: Path) -> Snapshot:
    """Every export read and recorded the morning after the last day, and the account as then known."""
    received = date.fromisoformat(truth.end) + timedelta(days=1)
    store = Store(f"sqlite:///{folder / 'store.sqlite'}")
    try:
        store.upgrade()
        account = store.account("sample", "promises")
        for path in truth.exports:
            account.record_import(read_export(path), received)
        return account.snapshot(known_on=received)
    finally:
        store.close()


def channel_names(truth: Truth) -> dict[str, str]:
    """Every name the product may give a channel -> its name in the truth file."""
    names = {}
    for channel in truth.channels:
        for kind in channel["campaign_type_names"]:
            names[f"{channel['platform']}/{kind}".casefold()] = channel["channel"]
    return names


def _plan(
    snapshot: Snapshot, truth: Truth, budget: float, weeks: int
) -> tuple[dict[str, list[float]], tuple[str, ...]]:
    start = date.fromisoformat(truth.end) + timedelta(days=1)
    history = weekly_history(snapshot.facts, "conversions")
    demand = Demand(
        budget=Money.of(str(round(budget)), "TWD"),
        period=Period(start, start + timedelta(days=7 * weeks - 1)),
        result="conversions",
    )
    proposal = propose(demand, history).as_dict()
    names = channel_names(truth)
    plan = {channel["channel"]: [0.0] * weeks for channel in truth.channels}
    for cell in proposal["weeks"]:
        week = (date.fromisoformat(cell["week_start"]) - start).days // 7
        plan[names[cell["channel"].casefold()]][week] += float(cell["spend"])
    return plan, tuple(str(warning) for warning in proposal["warnings"])


def _blocked(folder: Path) -> frozenset[str]:
    text = (folder / "copy.csv").read_text(encoding="utf-8-sig")
    items = [
        CopyItem(row["row_id"], row["text"], row["product"], json.loads(row["facts"]) if row["facts"] else {})
        for row in csv.DictReader(io.StringIO(text))
    ]
    return frozenset(one.item.row_id for one in screen(items) if one.verdict is Verdict.BLOCK)


def ask_product(truth: Truth, folder: Path, budget: float, weeks: int) -> Said:
    """What the product says about the sample in ``folder``; its store is made there too."""
    snapshot = import_sample(truth, folder)
    plan, warnings = _plan(snapshot, truth, budget, weeks)
    judgement = judge(snapshot, date.fromisoformat(truth.end) + timedelta(days=1))
    named: dict[str, set[str]] = {"bad": set(), "silent": set()}
    for one in judgement.recommendations:
        if one.subject.level is Level.AD and one.decision != "dropped":
            named["silent" if one.rule.name == SILENCE_RULE else "bad"].add(one.subject.name)
    return Said(plan, frozenset(named["bad"]), frozenset(named["silent"]), _blocked(folder), warnings)
