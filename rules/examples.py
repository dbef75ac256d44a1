"""Decides which facts an example of a rule stands for, so that the example can be judged like an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS
from rules.example_form import Example, ExampleAd
from rules.given import Given, PlanLine
from rules.judgement import Targets

ACCOUNT = "A1"
METRICS = ("impressions", "clicks", "spend", "conversions", "conversions_value", "reach")


def _rows(ad: ExampleAd, name: str, as_of: date) -> list[dict[str, Any]]:
    fixed = dict.fromkeys(DIMENSIONS, "") | {
        "platform": ad.platform,
        "account_id": ACCOUNT,
        "account_name": ACCOUNT,
        "grain": "ad",
        "breakdown": "placement" if ad.placement else "",
        "breakdown_value": ad.placement or "",
        "campaign_name": ad.campaign,
        "campaign_type": ad.campaign_type,
        "ad_group_name": ad.ad_group,
        "ad_name": name,
    }
    numbers = {metric: getattr(ad, metric) for metric in METRICS}
    days = [as_of + timedelta(days=at) for at in range(ad.days[0], ad.days[1] + 1)]
    return [{**fixed, "date_day": day, "period_end": day, **numbers} for day in days]


def _names(ad: ExampleAd) -> list[str]:
    return [ad.ad] if ad.copies == 1 else [f"{ad.ad} {at + 1}" for at in range(ad.copies)]


def named(ad: ExampleAd, level: str) -> list[str]:
    """What an example's line is called on a level: its placement, ads, ad group, campaign or account."""
    on_level = {"placement": ad.placement or "", "ad_group": ad.ad_group, "campaign": ad.campaign, "account": ACCOUNT}
    return _names(ad) if level == "ad" else [on_level[level]]


def example_facts(example: Example, as_of: date, level: str = "ad") -> tuple[pd.DataFrame, set[str]]:
    """The facts of an example in the form of ``Snapshot.facts``, and the names on ``level`` that must be flagged."""
    rows: list[dict[str, Any]] = []
    expected: set[str] = set()
    for ad in example.ads:
        for name in _names(ad):
            rows += _rows(ad, name, as_of)
        if ad.flag:
            expected |= set(named(ad, level))
    frame = pd.DataFrame(rows)
    for column in ("date_day", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    for name in measured():
        frame[name] = frame[name].astype("float64") if name in frame.columns else float("nan")
    return frame, expected


def example_given(example: Example, as_of: date, level: str = "ad") -> tuple[Targets, Given]:
    """The targets, states and plan that an example is judged with."""
    platforms = {ad.platform for ad in example.ads}
    targets = Targets(
        dict.fromkeys(platforms, example.target_cpa) if example.target_cpa else {},
        target_roas=dict.fromkeys(platforms, example.target_roas) if example.target_roas else {},
    )
    states = [_state(ad, name, level) for ad in example.ads if ad.state for name in named(ad, level)]
    plan = [
        PlanLine(line.channel, as_of + timedelta(days=line.days[0]), as_of + timedelta(days=line.days[1]), line.spend)
        for line in example.plan
    ]
    return targets, Given(pd.DataFrame(states) if states else None, tuple(plan))


def _state(ad: ExampleAd, name: str, level: str) -> dict[str, Any]:
    above = {
        "ad": {"campaign_name": ad.campaign, "ad_group_name": ad.ad_group},
        "ad_group": {"campaign_name": ad.campaign},
    }
    own = {"id": ACCOUNT} if level == "account" else {"name": name}
    return (
        {"platform": ad.platform, "level": level, "account_id": ACCOUNT, "status": "active"}
        | own
        | above.get(level, {})
        | dict(ad.state)
    )
